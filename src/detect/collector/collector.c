// SPDX-License-Identifier: Apache-2.0
// From the kernel's record to a whole event: names, times, parents and ancestors.
#include "detect/collector/collector.h"

#include "detect/collector/census.h"
#include "detect/collector/collector_inside.h"

#include <errno.h>

/* Who makes an event of which kind of record; NULL: only a census has it. */
static collector_taker *const takers[RECORD_KINDS] = {
	[RECORD_FORK] = take_fork,
	[RECORD_EXEC] = take_exec,
	[RECORD_EXIT] = take_exit,
	[RECORD_ENVIRONMENT] = take_environment,
	[RECORD_EXEC_FAILED] = take_exec_failed,
	[RECORD_CREDENTIALS] = take_credentials,
	[RECORD_NAMESPACE] = take_namespace,
	[RECORD_ACCESS] = take_access,
	[RECORD_SIGNAL] = take_signal,
	[RECORD_MODULE] = take_module,
	[RECORD_BPF] = take_bpf,
	[RECORD_MOUNT] = take_mount,
	[RECORD_SESSION] = take_session,
	[RECORD_CONTAINER] = take_container,
	[RECORD_CONNECT] = take_connection,
	[RECORD_ACCEPT] = take_connection,
	[RECORD_LISTEN] = take_listen,
	[RECORD_CLOSE] = take_close,
	[RECORD_DATAGRAM] = take_connection,
	[RECORD_DNS] = take_dns,
	[RECORD_DNS_ANSWER] = take_dns,
	[RECORD_FILE_CREATE] = take_file,
	[RECORD_FILE_CHANGE] = take_file,
	[RECORD_FILE_RENAME] = take_file,
	[RECORD_FILE_LINK] = take_file,
	[RECORD_FILE_DELETE] = take_file,
	[RECORD_FILE_ATTRIBUTES] = take_file,
};

const struct sensed *collector_take(struct collector *c, struct text record)
{
	switch (record_head(record, &c->head)) {
	case RECORD_READ:
		if (takers[c->head.kind])
			return takers[c->head.kind](c, record);
		break;
	case RECORD_MALFORMED:
		return complete_malformed(c);
	case RECORD_UNKNOWN:
		break;
	}
	c->counters.unknown++;
	return NULL;
}

/* Starting */

static int take_census(struct collector *c, struct text census)
{
	struct text record;
	int r = 0;

	while (r == 0 && (record = census_next(&census)).size) {
		if (record_read(record, &c->parts) != RECORD_READ) {
			c->counters.malformed++;
			continue;
		}
		if (c->parts.head.kind == RECORD_CENSUS) {
			c->head = c->parts.head;
			take_program(c, complete_place(c));
		} else if (c->parts.head.kind == RECORD_USER) {
			r = names_add(&c->users, c->parts.head.uid, c->parts.name);
		} else if (c->parts.head.kind == RECORD_GROUP) {
			r = names_add(&c->groups, c->parts.head.uid, c->parts.name);
		} else if (c->parts.head.kind == RECORD_HOST && c->parts.name.size) {
			const char *end =
				memchr(c->parts.name.at, '\n', c->parts.name.size);
			size_t size = end ? (size_t)(end - c->parts.name.at)
					  : c->parts.name.size;

			c->boot = text_part(c->parts.name, 0, size);
			c->host = text_part(c->parts.name, size + 1, c->parts.name.size);
		}
	}
	names_sort(&c->users);
	names_sort(&c->groups);
	return r;
}

/* A census names parents by pid only: give them their start, where the table knows it. */
static void take_census_parents(struct collector *c, struct text census)
{
	struct text record;

	while ((record = census_next(&census)).size) {
		struct process *process, *parent;

		if (record_read(record, &c->parts) != RECORD_READ ||
		    c->parts.head.kind != RECORD_CENSUS)
			continue;
		process = process_table_living(c->table, c->parts.head.pid);
		parent = process_table_living(c->table, c->parts.head.parent_pid);
		if (process && parent)
			process->parent = parent->key;
	}
}

int collector_create(const struct process_table_limits *limits, struct text census,
		     struct collector **out)
{
	struct collector *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->wanted = UINT64_MAX;
	collector_pack(c, NULL);
	c->table = process_table_create(limits);
	r = c->table ? take_census(c, census) : -ENOMEM;
	if (r) {
		collector_free(c);
		return r;
	}
	take_census_parents(c, census);
	*out = c;
	return 0;
}

void collector_free(struct collector *c)
{
	if (!c)
		return;
	process_table_free(c->table);
	names_done(&c->users);
	names_done(&c->groups);
	free(c);
}

void collector_pack(struct collector *c, const struct pack *pack)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		c->numbers[i] = pack ? pack_field(pack, field_info(i)->sigma)
				     : (uint16_t)EVENT_FIELD_NONE;
}

void collector_clock(struct collector *c, int64_t offset_ns)
{
	c->clock_offset_ns = offset_ns;
}

void collector_want(struct collector *c, uint64_t kinds)
{
	c->wanted = kinds;
}

bool collector_follow(struct collector *c, uint32_t pid)
{
	struct process *process = process_table_living(c->table, pid);

	if (process)
		process->marks |= PROCESS_FOLLOWED;
	return process != NULL;
}

bool collector_mark(struct collector *c, uint32_t pid)
{
	struct process *process = process_table_living(c->table, pid);

	c->marked = 0;
	if (process)
		process->marks |= PROCESS_MARKER;
	return process != NULL;
}

uint64_t collector_marked(const struct collector *c)
{
	return c->marked;
}

bool collector_followed(const struct collector *c)
{
	return c->followed;
}

struct text collector_host(const struct collector *c)
{
	return c->host;
}

struct text collector_boot(const struct collector *c)
{
	return c->boot;
}

void collector_counters(const struct collector *c, struct collector_counters *out)
{
	*out = c->counters;
	process_table_counters(c->table, &out->processes);
}

uint32_t collector_process_count(const struct collector *c)
{
	return process_table_count(c->table);
}
