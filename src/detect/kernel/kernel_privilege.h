/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel side of rights has to know before it begins. */
#pragma once

#include "base/auto.h"

struct bpf_object;

/*
 * kernel_privilege(bpf):
 * Tell a loaded privilege.bpf.c whose processes are protected, and which logins there are already:
 * only others are told as new.  Logins that cannot be read (/proc is missing) count as new.  0 or
 * -errno.
 */
int kernel_privilege(struct bpf_object *bpf) MUST_USE;
