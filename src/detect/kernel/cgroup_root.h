/* SPDX-License-Identifier: Apache-2.0 */
/* Where the unified hierarchy of control groups is mounted: what network programs hang on. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

/*
 * cgroup_root_find(mountinfo, out, room):
 * Write the path of the first whole mount of the unified hierarchy in ${mountinfo}, the bytes of
 * /proc/self/mountinfo (proc_pid_mountinfo(5)), to ${out}, NUL-terminated.  0; -ENODEV: there is
 * none; -ENAMETOOLONG: it has no room.
 */
int cgroup_root_find(struct text mountinfo, char *out, size_t room) MUST_USE;

/* A descriptor of it, to be closed by the caller; -ENODEV where it is mounted nowhere; -errno. */
int cgroup_root_open(void) MUST_USE;
