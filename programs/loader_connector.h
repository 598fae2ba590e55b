/* SPDX-License-Identifier: Apache-2.0 */
/* windhover-loader without BPF: it reads the kernel's process connector, and gives a ring away. */
#pragma once

#include <stdint.h>

/*
 * loader_connector(ring_size):
 * Open the connector, give windhoverd what reads as a kernel side's maps (${ring_size} bytes for
 * the ring; 0: the default), and serve it until windhoverd closes the socket.  CAP_NET_ADMIN is
 * given up once it is open; CAP_SYS_PTRACE stays, for without it the kernel shows nobody's path,
 * and seccomp leaves no more than reading.  Returns the exit status.
 */
int loader_connector(uint32_t ring_size);
