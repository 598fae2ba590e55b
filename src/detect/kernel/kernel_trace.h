/* SPDX-License-Identifier: Apache-2.0 */
/* Attaching programs to the tracepoints of system calls. */
#pragma once

#include "base/auto.h"

struct bpf_link;
struct bpf_program;

/*
 * kernel_trace_attach(events, program, hook, out):
 * Attach ${program} to the tracepoint ${hook}, "sys_exit_unlinkat", of the group "syscalls", whose
 * number stands in the folder ${events} (see kernel_events_open).  -ENOENT: this kernel has no such
 * call; -EBADF: there is no folder; other -errno where the kernel says no.
 */
int kernel_trace_attach(int events, const struct bpf_program *program, const char *hook,
			struct bpf_link **out) MUST_USE;
