/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of this machine, those that ended included for as long as there is room: what
 * makes a parent's path, or an ancestor, known at the time of an event.
 *
 * Memory is fixed.  When all places are taken, a new process gets the place of the one that
 * ended first; where none has ended, of the one whose last event is the oldest (counted as
 * evicted).  When texts do not fit, processes that ended are forgotten first; then the new
 * process is kept without texts (counted).
 */
#pragma once

#include "detect/collector/text_pool.h"

struct process_table;

struct process_table_limits {
	uint32_t processes; /* 0: 16,384 */
	size_t text_size;   /* bytes for paths and command lines; 0: 4 MiB */
};

/*
 * Who a process is: a pid is used again, a pid with its start is not.  A start that is a whole
 * number of ticks (10 ms) came from /proc, and stands for every start within that tick.
 */
struct process_key {
	uint64_t start_ns; /* CLOCK_BOOTTIME */
	uint32_t pid;      /* 0: nobody */
};

enum process_mark {
	PROCESS_ENDED = 1,
	PROCESS_FOLLOWED = 2, /* as are all that it starts from now on */
	PROCESS_MARKER = 4,   /* likewise: one of our own, for the self-check */
};

struct process {
	struct process_key key;
	struct process_key parent; /* who started it, even if it was adopted since */
	uint32_t uid, euid, gid, egid;
	uint32_t program; /* what it runs: shared with its children until they exec */
	uint32_t marks;   /* enum process_mark */
	uint32_t next;    /* in its bucket */
	uint32_t older,
		newer; /* in the order of last events, of the living or of the ended */
};

struct process_table_counters {
	uint64_t evicted;  /* living processes forgotten */
	uint64_t textless; /* programs kept without texts */
	uint64_t unknown;  /* events of processes not in the table */
	uint64_t repeated; /* exits of processes that had ended */
};

enum process_text {
	PROCESS_IMAGE,
	PROCESS_CONTAINER,    /* its id */
	PROCESS_COMMAND_LINE, /* at most PROCESS_COMMAND_LINE_SIZE bytes of it */
	PROCESS_TEXTS,
};

#define PROCESS_COMMAND_LINE_SIZE 4096

struct process_table *
process_table_create(const struct process_table_limits *limits) MUST_USE;
void process_table_free(struct process_table *table);

/* The process, or NULL.  Valid until the next process_table_add. */
struct process *process_table_find(struct process_table *table, struct process_key key);

/* The living process with this pid, or NULL. */
struct process *process_table_living(struct process_table *table, uint32_t pid);

/*
 * process_table_add(table, key, parent):
 * The process with this key; made if it is new: then it runs its parent's program, has its
 * parent's users and is followed if it is.  Never fails, though another may be forgotten for it.
 */
struct process *process_table_add(struct process_table *table, struct process_key key,
				  struct process_key parent);

/* The process runs a program from now on, in a container or (empty) in none. */
void process_table_program(struct process_table *table, struct process *process,
			   struct text image, struct text command_line,
			   struct text container);

/* The process ended.  Returns false where that was known already. */
bool process_table_end(struct process_table *table, struct process *process);

/* An event whose process the table does not have. */
void process_table_unknown(struct process_table *table);

/* Copy a text of the process to ${out}; returns its size, at most ${room}. */
size_t process_table_text(const struct process_table *table,
			  const struct process *process, enum process_text which,
			  char *out, size_t room);

void process_table_counters(const struct process_table *table,
			    struct process_table_counters *out);
uint32_t process_table_count(const struct process_table *table);
