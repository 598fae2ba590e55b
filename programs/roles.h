/* SPDX-License-Identifier: Apache-2.0 */
/* What windhoverd, windhover-loader and windhover-sensor say to each other. */
#pragma once

#include "detect/kernel/kernel.h"

#include <stdint.h>

/*
 * windhoverd starts the other two with one message socket as descriptor ROLE_SOCKET.  Every
 * message is one of the structs below, whole; another size or kind is a fault of ours, and who
 * finds it ends itself.  All of them are of one build, opened before the first was started.
 */
#define ROLE_SOCKET 3

enum role_message {
	ROLE_LOADED =
		1, /* loader -> windhoverd: struct role_loaded; ring, counters, doorbell */
	ROLE_START, /* windhoverd -> sensor: struct role_start; enum role_fd */
	ROLE_READY, /* sensor -> windhoverd, from here on struct role_word */
	ROLE_BEAT,  /* sensor -> windhoverd, at least every ROLE_BEAT_MS */
	ROLE_STOP,  /* windhoverd -> sensor: read the ring to its end, and end */
	ROLE_TRY,   /* windhoverd -> sensor: try what the jail forbids (tests only) */
	ROLE_TRIED, /* sensor -> windhoverd: what came of it */
};

#define ROLE_BEAT_MS 250
#define ROLE_HUNG_MS 5000 /* without a beat: the sensor is ended and started again */

struct role_loaded {
	uint32_t kind;
	int32_t error; /* 0, or -errno: then nothing is loaded, and the rest is zero */
	uint32_t ring_size, cpu_count;
	struct kernel_program programs[KERNEL_PARTS];
};

enum role_fd {
	ROLE_RING,
	ROLE_COUNTERS,
	ROLE_DOORBELL,
	ROLE_CENSUS,
	ROLE_OUTPUT, /* a message socket: one byte enum role_output, then bytes */
	ROLE_PACK,   /* only with ROLE_HAS_PACK */
	ROLE_FDS,
};

enum role_output {
	ROLE_LINES = 'L',   /* JSON lines; a line may go on in the next message */
	ROLE_JOURNAL = 'J', /* one datagram for journald */
};

#define ROLE_OUTPUT_SIZE (64u << 10) /* bytes of one output message */

enum role_flag {
	ROLE_HAS_PACK = 1,
	ROLE_EVERY_EVENT = 2,    /* write events, not only detections */
	ROLE_FOLLOWED_EVENT = 4, /* write the events of follow_pid and what it starts */
	ROLE_TO_JOURNAL = 8,
	ROLE_MAY_TRY = 16, /* obey ROLE_TRY */
};

struct role_start {
	uint32_t kind;
	uint32_t flags; /* enum role_flag */
	uint32_t ring_size, cpu_count;
	uint32_t follow_pid;
	uint32_t metrics_s;                    /* seconds between metrics; 0: none */
	uint32_t loader_starts, sensor_starts; /* this one included */
	uint64_t begun_ns; /* CLOCK_BOOTTIME when the daemon, or the last gap, began */
	char reason[96];   /* why the last one ended; empty at the first start */
	struct kernel_program programs[KERNEL_PARTS];
};

struct role_word {
	uint32_t kind;
	int32_t open_error, exec_error,
		socket_error; /* ROLE_TRIED: errno of each, 0: it worked */
};

/* The user that the sensor runs as where the system has no user "windhover". */
#define ROLE_USER "windhover"
#define ROLE_UID  64057
