/* SPDX-License-Identifier: Apache-2.0 */
/* What windhoverd, windhover-loader, windhover-sensor and windhover-keeper say to each other. */
#pragma once

#include "detect/kernel/kernel.h"

#include <stdint.h>

/*
 * windhoverd starts the others with one message socket as descriptor ROLE_SOCKET.  Every
 * message is one of the structs below, whole; another size or kind is a fault of ours, and who
 * finds it ends itself.  All of them are of one build, opened before the first was started.
 */
#define ROLE_SOCKET 3

enum role_message {
	ROLE_LOADED =
		1,  /* loader -> windhoverd: struct role_loaded; enum role_loaded_fd */
	ROLE_SHARE, /* windhoverd -> another loader: struct role_loaded, as above */
	ROLE_START, /* windhoverd -> sensor: struct role_start; enum role_fd */
	ROLE_PARTS, /* windhoverd -> sensor, after each change: struct role_parts */
	ROLE_READY, /* sensor -> windhoverd, from here on struct role_word */
	ROLE_BEAT,  /* sensor -> windhoverd, at least every ROLE_BEAT_MS */
	ROLE_MARK,  /* windhoverd -> sensor: look at the marker, whose pid is ${wanted} */
	ROLE_MARKED,    /* sensor -> windhoverd: it may begin */
	ROLE_MARK_DONE, /* windhoverd -> sensor: it did ${wanted}, kinds of records */
	ROLE_STOP,      /* windhoverd -> sensor: read the ring to its end, and end */
	ROLE_LEAVE, /* windhoverd -> sensor: end at once; the ring waits for the next one */
	ROLE_TRY,   /* windhoverd -> sensor: try what the jail forbids (tests only) */
	ROLE_TRIED, /* sensor -> windhoverd: what came of it */
};

#define ROLE_BEAT_MS 250
#define ROLE_HUNG_MS 5000 /* without a beat: the sensor is ended and started again */

/*
 * What was loaded; also what windhoverd gives a loader that is to load more of it, with the same
 * descriptors.
 */
struct role_loaded {
	uint32_t kind;
	int32_t error; /* 0, or -errno: then nothing is loaded, and the rest is zero */
	uint32_t ring_size[RECORD_CLASSES]; /* 0: there is no such ring */
	uint32_t cpu_count;
	uint32_t
		has_wake; /* a reader that sleeps waits for that, and not for the rings */
	uint32_t map_count;
	struct kernel_map maps[KERNEL_MAPS_MAX];
	struct kernel_program programs[KERNEL_PARTS];
};

enum role_loaded_fd {
	ROLE_LOADED_COUNTERS,
	ROLE_LOADED_DOORBELL,
	ROLE_LOADED_RING, /* of those classes that have one, in their order */
	ROLE_LOADED_WAKE = ROLE_LOADED_RING + RECORD_CLASSES, /* if there is one */
	ROLE_LOADED_MAP,                                      /* those of maps[] */
	ROLE_LOADED_FDS = ROLE_LOADED_MAP + KERNEL_MAPS_MAX,
};

enum role_fd {
	ROLE_COUNTERS,
	ROLE_DOORBELL,
	ROLE_CENSUS,
	ROLE_OUTPUT, /* a message socket: one byte enum role_output, then bytes */
	ROLE_ALWAYS, /* up to here; of the others, those whose flag is set, in this order */
	ROLE_RING = ROLE_ALWAYS, /* one of each class */
	ROLE_PACK = ROLE_RING + RECORD_CLASSES,
	ROLE_AUDIT,   /* the rules in audit-only: model/audit.h */
	ROLE_CHANNEL, /* to the recorder: memory ... */
	ROLE_BELL,    /* ... and what wakes it */
	ROLE_WAKE,    /* what a sleeper waits for where it is not the rings */
	ROLE_FDS,
};

/* The flag that says that descriptor ${fd}, beyond ROLE_ALWAYS, is there. */
#define ROLE_HAS(fd) (0x10000u << ((fd)-ROLE_ALWAYS))

enum role_output {
	ROLE_LINES = 'L',   /* JSON lines; a line may go on in the next message */
	ROLE_JOURNAL = 'J', /* one datagram for journald */
};

#define ROLE_OUTPUT_SIZE (64u << 10) /* bytes of one output message */

enum role_flag {
	ROLE_HAS_PACK = ROLE_HAS(ROLE_PACK),
	ROLE_EVERY_EVENT = 2,    /* write events, not only detections */
	ROLE_FOLLOWED_EVENT = 4, /* write the events of follow_pid and what it starts */
	ROLE_TO_JOURNAL = 8,
	ROLE_RECORD_FILES = 32, /* also where no rule asks for them */
	ROLE_MAY_TRY = 16,      /* obey ROLE_TRY */
};

struct role_start {
	uint32_t kind;
	uint32_t flags; /* enum role_flag */
	uint32_t ring_size[RECORD_CLASSES], cpu_count;
	uint32_t follow_pid;
	uint32_t metrics_s;                    /* seconds between metrics; 0: none */
	uint32_t loader_starts, sensor_starts; /* this one included */
	uint32_t rule_alerts, rule_rest_s;     /* of struct breaker_limits */
	uint64_t begun_ns; /* CLOCK_BOOTTIME when the daemon, or the last gap, began */
	char reason[96];   /* why the last one ended; empty at the first start */
	struct kernel_program programs[KERNEL_PARTS];
};

/* The parts of the kernel side, as they are now. */
struct role_parts {
	uint32_t kind;
	uint32_t zero;
	struct kernel_program programs[KERNEL_PARTS];
};

struct role_word {
	uint32_t kind;
	int32_t open_error, exec_error,
		socket_error; /* ROLE_TRIED: errno of each, 0: it worked */
	/* ROLE_READY, ROLE_BEAT: counted since this sensor's start, */
	uint64_t events, alerts;
	uint64_t lost;   /* but this one by the kernel side, since it was loaded */
	uint64_t wanted; /* ROLE_READY: the kinds of records that are asked for, a set */
};

/*
 * windhoverd and windhover-keeper.  The keeper decides which pack runs, windhoverd has it run and
 * says how it fares.
 */
enum role_keeper_message {
	ROLE_KEEP =
		32, /* windhoverd -> keeper, first: struct role_keep, enum role_keep_fd */
	ROLE_RUN,   /* keeper -> windhoverd: struct role_run, the pack, the audit list */
	ROLE_REPORT,  /* windhoverd -> keeper: struct role_report */
	ROLE_FORGIVE, /* keeper -> windhoverd: struct role_run; the boot guard forgets */
	ROLE_PAST, /* keeper -> windhoverd: the recorder's segments, please; and the answer:
			   struct role_run, up to 8 descriptors for reading */
	ROLE_ALIVE, /* windhoverd -> keeper, now and then, and at once back: struct role_run */
	ROLE_ENDED_WELL, /* windhoverd -> keeper: end; there will be no further message */
};

enum role_keep_fd {
	ROLE_KEEP_FOLDER, /* the content folder */
	ROLE_KEEP_LISTEN, /* a listening socket for operators */
	ROLE_KEEP_PROVER, /* the program windhover-prover, O_PATH; only with its flag */
	ROLE_KEEP_FDS,
};

enum role_keep_flag {
	ROLE_KEEP_HAS_PROVER = 1,
	ROLE_KEEP_MAY_TRY = 2,   /* obey the proof's test hook */
	ROLE_KEEP_ASK_NOVEL = 4, /* a novel pack needs a word of the operator */
};

#define ROLE_DIGEST_SIZE 40 /* hex and its NUL, padded */

struct role_keep {
	uint32_t kind;
	uint32_t flags;              /* enum role_keep_flag */
	uint32_t disarmed;           /* tests: the proof's gates that do not refuse */
	uint32_t disarmed_probation; /* tests: probation does not fail by figures */
	uint32_t probation_s, probation_novel_s, probation_events;
	uint32_t memory_mib, cpu_permille, detections; /* 0: the default */
	uint32_t is_crash;     /* the machine went down with ${crashed_pack} */
	uint64_t crashed_pack; /* guard_hash of its digest */
	uint32_t restarts;     /* of windhoverd in this boot that were not orderly */
};

enum role_run_flag {
	ROLE_RUN_HAS_PACK = 1,
	ROLE_RUN_HAS_AUDIT = 2,
	ROLE_RUN_WATCHED = 4, /* on probation */
};

/* Answered by a report with the same serial. */
struct role_run {
	uint32_t kind;
	uint32_t serial;
	uint32_t flags;                /* enum role_run_flag */
	uint32_t count;                /* ROLE_PAST: descriptors */
	char digest[ROLE_DIGEST_SIZE]; /* empty: no pack */
};

enum role_report_what {
	ROLE_RUNS,   /* the sensor with it is ready, ${took_us} after it was asked for */
	ROLE_FAILED, /* crashed, hung, or did not come up: ${sentence} */
	ROLE_SAMPLE, /* while it is watched: the figures */
	ROLE_STATE,  /* how the sensor is: ${rung}, ${sentence} */
};

struct role_report {
	uint32_t kind;
	uint32_t serial; /* of the run that it is about */
	uint32_t what;   /* enum role_report_what */
	uint32_t rung;   /* enum guard_rung */
	uint64_t took_us;
	uint64_t now_ns, cpu_ns, memory_size;
	uint64_t events, lost, alerts;
	char sentence[160];
};

/* The user that the sensor runs as where the system has no user "windhover". */
#define ROLE_USER "windhover"
#define ROLE_UID  64057

/* The same for the keeper, who owns the content folder. */
#define ROLE_KEEPER_USER "windhover-keeper"
#define ROLE_KEEPER_UID  64058
