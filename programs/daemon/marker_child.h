/* SPDX-License-Identifier: Apache-2.0 */
/* The sensor's self-check: now and then a process does what is looked for, and is to be seen. */
#pragma once

#include "base/auto.h"

#include <stdint.h>
#include <sys/types.h>

struct marker_child {
	pid_t pid;  /* 0: does not run */
	int socket; /* to it */
	int64_t started_ns, due_ns;
};

void marker_child_init(struct marker_child *marker);

/*
 * marker_child_see(marker, program, sensor, every_s, now_ns):
 * Start it by ${program} each ${every_s} seconds (0: never), and tell the sensor at the other end
 * of the socket ${sensor} whom to look at; clear away what has ended.  To be called often, while
 * a sensor is ready.
 */
void marker_child_see(struct marker_child *marker, int program, int sensor,
		      uint32_t every_s, int64_t now_ns);

/* The sensor looks: begin. */
void marker_child_go(struct marker_child *marker);

/* It has something to say, which is for the sensor. */
void marker_child_hear(struct marker_child *marker, int sensor);

void marker_child_end(struct marker_child *marker);
