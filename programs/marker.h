/* SPDX-License-Identifier: Apache-2.0 */
/* Doing once what the sensor looks for, so that it can tell whether it sees. */
#pragma once

/*
 * marker_run(socket):
 * Wait for a byte from ${socket}; then start, fail to start, write, rename, connect and so on, all
 * of it harmless and gone afterwards; then send the kinds of records that are to come of it, a set
 * (uint64_t).  What this process may not do, or the machine can't, is not in it.  Returns an exit
 * status.
 */
int marker_run(int socket);
