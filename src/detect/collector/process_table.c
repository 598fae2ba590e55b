// SPDX-License-Identifier: Apache-2.0
// The processes of this machine, those that ended included for as long as there is room.
#include "detect/collector/process_table.h"

#define NONE 0u /* numbers of places and programs count from 1 */

struct program {
	uint32_t users; /* processes that run it; 0: on the free list */
	uint32_t next_free;
	struct pooled texts[PROCESS_TEXTS];
};

struct list {
	uint32_t oldest, newest;
};

struct process_table {
	struct process *places;   /* [0] is nobody */
	struct program *programs; /* [0] is none: no texts */
	uint32_t *buckets;
	struct text_pool *pool;
	uint32_t capacity, bucket_count;
	uint32_t used, free_place, fresh_program, free_program;
	struct list living, ended;
	struct process_table_counters counters;
};

#define PROCESSES_DEFAULT 16384
#define TEXT_SIZE_DEFAULT ((size_t)4 << 20)

static uint32_t power_of_two(uint32_t at_least)
{
	uint32_t power = 64;

	while (power < at_least && power < 1u << 30)
		power *= 2;
	return power;
}

struct process_table *process_table_create(const struct process_table_limits *limits)
{
	struct process_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->capacity = limits->processes ? limits->processes : PROCESSES_DEFAULT;
	table->bucket_count = power_of_two(table->capacity);
	table->places = calloc((size_t)table->capacity + 1, sizeof(*table->places));
	table->programs = calloc((size_t)table->capacity + 1, sizeof(*table->programs));
	table->buckets = calloc(table->bucket_count, sizeof(*table->buckets));
	table->pool = text_pool_create(limits->text_size ? limits->text_size
							 : TEXT_SIZE_DEFAULT);
	if (!table->places || !table->programs || !table->buckets || !table->pool) {
		process_table_free(table);
		return NULL;
	}
	text_pool_touch(table->places,
			((size_t)table->capacity + 1) * sizeof(*table->places));
	text_pool_touch(table->programs,
			((size_t)table->capacity + 1) * sizeof(*table->programs));
	text_pool_touch(table->buckets, table->bucket_count * sizeof(*table->buckets));
	return table;
}

void process_table_free(struct process_table *table)
{
	if (!table)
		return;
	free(table->places);
	free(table->programs);
	free(table->buckets);
	text_pool_free(table->pool);
	free(table);
}

/* pids are dense, so they spread by themselves. */
static uint32_t *bucket_of(struct process_table *table, uint32_t pid)
{
	return &table->buckets[pid & (table->bucket_count - 1)];
}

static uint32_t number_of(const struct process_table *table,
			  const struct process *process)
{
	return (uint32_t)(process - table->places);
}

static struct list *list_of(struct process_table *table, const struct process *process)
{
	return process->marks & PROCESS_ENDED ? &table->ended : &table->living;
}

static void list_remove(struct process_table *table, struct list *list,
			struct process *process)
{
	if (process->older)
		table->places[process->older].newer = process->newer;
	else
		list->oldest = process->newer;
	if (process->newer)
		table->places[process->newer].older = process->older;
	else
		list->newest = process->older;
	process->older = process->newer = NONE;
}

static void list_append(struct process_table *table, struct list *list,
			struct process *process)
{
	uint32_t number = number_of(table, process);

	process->older = list->newest;
	process->newer = NONE;
	if (list->newest)
		table->places[list->newest].newer = number;
	else
		list->oldest = number;
	list->newest = number;
}

static void touch(struct process_table *table, struct process *process)
{
	struct list *list = list_of(table, process);

	if (list->newest == number_of(table, process))
		return;
	list_remove(table, list, process);
	list_append(table, list, process);
}

/* A clock tick as /proc counts them. */
#define TICK_NS 10000000u

/* Whether one of two starts is the other, rounded down to a tick as /proc does. */
static bool same_tick(uint64_t a, uint64_t b)
{
	return a / TICK_NS == b / TICK_NS && (a % TICK_NS == 0 || b % TICK_NS == 0);
}

static bool same(const struct process *process, struct process_key key)
{
	return process->key.pid == key.pid &&
	       (process->key.start_ns == key.start_ns ||
		same_tick(process->key.start_ns, key.start_ns));
}

struct process *process_table_find(struct process_table *table, struct process_key key)
{
	uint32_t number = key.pid ? *bucket_of(table, key.pid) : NONE;

	for (; number; number = table->places[number].next) {
		struct process *process = &table->places[number];

		if (!same(process, key))
			continue;
		/* An event knows the start better than /proc did. */
		if (process->key.start_ns % TICK_NS == 0)
			process->key.start_ns = key.start_ns;
		return process;
	}
	return NULL;
}

struct process *process_table_living(struct process_table *table, uint32_t pid)
{
	uint32_t number = pid ? *bucket_of(table, pid) : NONE;

	for (; number; number = table->places[number].next) {
		struct process *process = &table->places[number];

		if (process->key.pid == pid && !(process->marks & PROCESS_ENDED))
			return process;
	}
	return NULL;
}

static void program_release(struct process_table *table, uint32_t number)
{
	struct program *program = &table->programs[number];

	if (number == NONE || --program->users)
		return;
	for (int i = 0; i < PROCESS_TEXTS; i++)
		text_pool_drop(table->pool, &program->texts[i]);
	program->next_free = table->free_program;
	table->free_program = number;
}

static uint32_t program_take(struct process_table *table)
{
	uint32_t number = table->free_program;

	/* Each process has at most one, so there is always one left. */
	if (number)
		table->free_program = table->programs[number].next_free;
	else
		number = ++table->fresh_program;
	table->programs[number].users = 1;
	return number;
}

static void forget(struct process_table *table, struct process *process)
{
	uint32_t *link = bucket_of(table, process->key.pid);
	uint32_t number = number_of(table, process);

	while (*link != number)
		link = &table->places[*link].next;
	*link = process->next;
	list_remove(table, list_of(table, process), process);
	program_release(table, process->program);
	*process = (struct process){ 0 };
}

static struct process *take_place(struct process_table *table)
{
	struct process *process;

	if (table->free_place) {
		process = &table->places[table->free_place];
		table->free_place = process->next;
		process->next = NONE;
		return process;
	}
	if (table->used < table->capacity)
		return &table->places[++table->used];
	if (!table->ended.oldest)
		table->counters.evicted++;
	process = &table->places[table->ended.oldest ? table->ended.oldest
						     : table->living.oldest];
	forget(table, process);
	return process;
}

struct process *process_table_add(struct process_table *table, struct process_key key,
				  struct process_key parent)
{
	struct process *process = process_table_find(table, key), *from;
	uint32_t *bucket;

	if (process) {
		touch(table, process);
		return process;
	}
	process = take_place(table);
	from = process_table_find(table, parent);
	process->key = key;
	process->parent = parent;
	if (from) {
		process->uid = from->uid;
		process->euid = from->euid;
		process->gid = from->gid;
		process->egid = from->egid;
		process->program = from->program;
		process->marks = from->marks & (PROCESS_FOLLOWED | PROCESS_MARKER);
		if (process->program)
			table->programs[process->program].users++;
	}
	bucket = bucket_of(table, key.pid);
	process->next = *bucket;
	*bucket = number_of(table, process);
	list_append(table, &table->living, process);
	return process;
}

/* Keep a text of ${process}, at the expense of processes that ended. */
static bool keep(struct process_table *table, const struct process *process,
		 struct text text, struct pooled *out)
{
	while (text_pool_keep(table->pool, text, out) < 0) {
		struct process *oldest = &table->places[table->ended.oldest];

		if (!table->ended.oldest || oldest == process)
			return false;
		forget(table, oldest);
		oldest->next = table->free_place;
		table->free_place = number_of(table, oldest);
	}
	return true;
}

void process_table_program(struct process_table *table, struct process *process,
			   struct text image, struct text command_line,
			   struct text container)
{
	struct program *program;
	bool all;

	program_release(table, process->program);
	process->program = program_take(table);
	program = &table->programs[process->program];
	all = keep(table, process, image, &program->texts[PROCESS_IMAGE]);
	all &= keep(table, process, container, &program->texts[PROCESS_CONTAINER]);
	all &= keep(table, process, text_part(command_line, 0, PROCESS_COMMAND_LINE_SIZE),
		    &program->texts[PROCESS_COMMAND_LINE]);
	if (!all)
		table->counters.textless++;
}

bool process_table_end(struct process_table *table, struct process *process)
{
	if (process->marks & PROCESS_ENDED) {
		table->counters.repeated++;
		return false;
	}
	list_remove(table, &table->living, process);
	process->marks |= PROCESS_ENDED;
	list_append(table, &table->ended, process);
	return true;
}

void process_table_unknown(struct process_table *table)
{
	table->counters.unknown++;
}

size_t process_table_text(const struct process_table *table,
			  const struct process *process, enum process_text which,
			  char *out, size_t room)
{
	return text_pool_copy(table->pool, table->programs[process->program].texts[which],
			      out, room);
}

void process_table_counters(const struct process_table *table,
			    struct process_table_counters *out)
{
	*out = table->counters;
}

uint32_t process_table_count(const struct process_table *table)
{
	return table->used;
}
