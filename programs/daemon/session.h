/* SPDX-License-Identifier: Apache-2.0 */
/* What windhoverd is among the processes of its machine: how quick, and what signals it takes. */
#pragma once

/*
 * session_be_quick():
 * Go before others where the processor is wanted by many, with all that is started from here on.
 * Where the kernel shares the processor between sessions first (sched_autogroup), niceness counts
 * only inside one.  So we have a session of our own, and it is as quick as we are.
 */
void session_be_quick(void);

/*
 * session_signals():
 * Take SIGCHLD, SIGUSR1 and the signals that ask to end by a descriptor, which is returned; or
 * -errno.
 */
int session_signals(void);
