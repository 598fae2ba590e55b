/* SPDX-License-Identifier: Apache-2.0 */
/* The words for numbers that the kernel has for system calls, capabilities and the like. */
#pragma once

#include "base/text.h"

#define CAPABILITY_COUNT 41 /* Linux 5.9 and later; more have no name here */

/* All of static storage; empty where the number has no name here. */
struct text kernel_call_name(int32_t number);
struct text kernel_capability_name(unsigned number);
struct text kernel_bpf_type_name(uint32_t type);
struct text kernel_namespace_name(unsigned kind); /* enum record_namespace_kind */

enum mount_flags { MOUNT_FLAGS_MOUNT, MOUNT_FLAGS_UMOUNT, MOUNT_FLAGS_ATTRIBUTES };

/*
 * kernel_mount_flag(flags, which, number):
 * The word of the ${number}th flag, counted from 0, that is set in ${flags} and has one; empty:
 * there are no more.
 */
struct text kernel_mount_flag(uint64_t flags, enum mount_flags which, unsigned number);
