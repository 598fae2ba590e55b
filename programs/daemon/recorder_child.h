/* SPDX-License-Identifier: Apache-2.0 */
/* windhoverd's care for windhover-recorder: its files, its channel, its starts. */
#pragma once

#include "base/auto.h"
#include "detect/recorder/folder.h"

#include <sys/types.h>

struct recorder_child {
	const char *path; /* of the folder; NULL: nothing is recorded */
	struct recorder_limits limits;
	int program;
	struct folder folder;
	bool is_open;      /* the folder */
	bool is_told;      /* that it can't be opened */
	int channel, bell; /* for the sensor, too; -1: there is none */
	pid_t pid;         /* 0: does not run */
	int socket;
	uint32_t starts;
	int64_t started_ns, due_ns, deadline_ns;
};

/*
 * recorder_child_open(child, path, limits):
 * Make the channel, and find the program.  Whatever fails has been said; it costs the recorder
 * and nothing else, and child->channel is -1.
 */
void recorder_child_open(struct recorder_child *child, const char *path,
			 const struct recorder_limits *limits);

/*
 * recorder_child_see(child, uid, gid, now_ns):
 * Start it where it should run and does not, reap it where it ended.  To be called now and then.
 */
void recorder_child_see(struct recorder_child *child, uid_t uid, gid_t gid,
			int64_t now_ns);

/*
 * recorder_child_end(child, now_ns):
 * Once the sensor has ended: let it write what there is; after two seconds it is killed.  To be
 * called until it is gone.
 */
void recorder_child_end(struct recorder_child *child, int64_t now_ns);

bool recorder_child_is_gone(const struct recorder_child *child);
