/* SPDX-License-Identifier: Apache-2.0 */
/* A process that waits for the disk, so that the recorder need not. */
#pragma once

#include "detect/recorder/recorder.h"

struct sync_child {
	int *fds;   /* of the segments */
	int socket; /* to the child; -1: there is none, and who asks waits */
	unsigned segment;
};

/*
 * sync_child_start(child, fds):
 * Start it, before the jail is entered, and let ${disk} sync through it: its user becomes
 * ${child}.  It ends with this process.  0 or -errno.
 */
int sync_child_start(struct sync_child *child, int *fds,
		     struct recorder_disk *disk) MUST_USE;
