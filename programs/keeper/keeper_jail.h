/* SPDX-License-Identifier: Apache-2.0 */
/* What windhover-keeper gives up: all files but the content folder, the network, the kernel. */
#pragma once

#include "base/auto.h"

/*
 * keeper_jail(folder, program):
 * From here on only what is below ${folder} can be opened, and only ${program} (-1: none) be
 * executed (Landlock, where the kernel has it); sockets, BPF, tracing, modules, devices and the
 * clock are out of reach (seccomp).  What this process starts has no more.  0 or -errno.
 */
int keeper_jail(int folder, int program) MUST_USE;
