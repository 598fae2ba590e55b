// SPDX-License-Identifier: Apache-2.0
// What there is in logs: events by channel, provider and event ID, and damage by file.
#include "scan_stats.h"

#include <errno.h>

#define NAME_MAX_SIZE 256 /* bytes of a channel or provider */
#define ARENA_MAX     (64u << 20)
#define CHANNEL_WIDTH 52 /* columns; a longer one is cut */

static uint32_t forget(struct scan_stats *stats)
{
	stats->no_memory = true;
	return TABLE_NONE;
}

/* The number of a kind that was not seen before, or TABLE_NONE. */
static uint32_t add_kind(struct scan_stats *stats, struct text key, size_t channel_size,
			 uint32_t id)
{
	struct scan_kind *grown;
	struct text own;

	if (stats->kind_count == SCAN_KINDS_MAX)
		return TABLE_NONE;
	if (stats->kind_count == stats->kind_capacity) {
		uint32_t capacity = stats->kind_capacity ? 2 * stats->kind_capacity : 64;

		grown = reallocarray(stats->kinds, capacity, sizeof(*grown));
		if (!grown)
			return forget(stats);
		stats->kinds = grown;
		stats->kind_capacity = capacity;
	}
	if (!stats->arena)
		stats->arena = arena_create(ARENA_MAX);
	if (!stats->arena || arena_copy(stats->arena, key, &own) ||
	    table_put(&stats->numbers, own, stats->kind_count))
		return forget(stats);
	own = text_part(own, sizeof(id), SIZE_MAX);
	stats->kinds[stats->kind_count] = (struct scan_kind){
		.channel = text_part(own, 0, channel_size),
		.provider = text_part(own, channel_size + 1, SIZE_MAX),
		.id = id,
	};
	return stats->kind_count++;
}

/* Count ${count} events of a kind. */
static void count_kind(struct scan_stats *stats, struct text channel,
		       struct text provider, uint32_t id, uint64_t count)
{
	char bytes[sizeof(id) + 2 * NAME_MAX_SIZE + 1];
	struct text key = { .at = bytes };
	uint32_t number;

	channel = text_part(channel, 0, NAME_MAX_SIZE);
	provider = text_part(provider, 0, NAME_MAX_SIZE);
	memcpy(bytes, &id, sizeof(id));
	key.size = sizeof(id);
	if (channel.size)
		memcpy(bytes + key.size, channel.at, channel.size);
	key.size += channel.size;
	bytes[key.size++] = 0;
	if (provider.size)
		memcpy(bytes + key.size, provider.at, provider.size);
	key.size += provider.size;
	number = table_get(&stats->numbers, key);
	if (number == TABLE_NONE)
		number = add_kind(stats, key, channel.size, id);
	if (number == TABLE_NONE)
		stats->other += count;
	else
		stats->kinds[number].count += count;
}

/* The times of the events go from ${first_ns} to ${last_ns}; 0: none has one. */
static void count_times(struct scan_stats *stats, int64_t first_ns, int64_t last_ns)
{
	if (first_ns && (!stats->first_ns || first_ns < stats->first_ns))
		stats->first_ns = first_ns;
	if (last_ns && (!stats->last_ns || last_ns > stats->last_ns))
		stats->last_ns = last_ns;
}

void scan_stats_event(struct scan_stats *stats, const struct event *event,
		      struct text channel, struct text provider)
{
	count_kind(stats, channel, provider, event->id, 1);
	count_times(stats, event->time_ns, event->time_ns);
}

void scan_stats_add(struct scan_stats *stats, const struct scan_stats *more)
{
	for (uint32_t i = 0; i < more->kind_count; i++) {
		const struct scan_kind *kind = &more->kinds[i];

		count_kind(stats, kind->channel, kind->provider, kind->id, kind->count);
	}
	stats->other += more->other;
	stats->no_memory |= more->no_memory;
	count_times(stats, more->first_ns, more->last_ns);
}

int scan_stats_file(struct scan_stats *stats, const struct scan_damage *damage)
{
	struct scan_damage *grown;

	if (!damage->damaged && !damage->bad && !damage->failed)
		return 0;
	if (stats->damage_count == stats->damage_capacity) {
		size_t capacity =
			stats->damage_capacity ? 2 * stats->damage_capacity : 64;

		grown = reallocarray(stats->damages, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		stats->damages = grown;
		stats->damage_capacity = capacity;
	}
	stats->damages[stats->damage_count++] = *damage;
	return 0;
}

static int compare(struct text a, struct text b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size ? memcmp(a.at, b.at, size) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* Most events first; then by name, so that the order is always the same. */
static int by_count(const void *a, const void *b)
{
	const struct scan_kind *x = a, *y = b;
	int order;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	order = compare(x->channel, y->channel);
	if (!order)
		order = compare(x->provider, y->provider);
	return order ? order : (x->id > y->id) - (x->id < y->id);
}

/* A copy of the kinds, or with ${by_channel} of what they come to by channel; NULL: memory. */
static struct scan_kind *sorted(const struct scan_stats *stats, bool by_channel,
				uint32_t *count)
{
	AUTO(table) struct table numbers = { 0 };
	AUTO(free)
	struct scan_kind *kinds = calloc((size_t)stats->kind_count + 1, sizeof(*kinds));

	*count = 0;
	for (uint32_t i = 0; i < stats->kind_count && kinds; i++) {
		const struct scan_kind *kind = &stats->kinds[i];
		uint32_t number =
			by_channel ? table_get(&numbers, kind->channel) : TABLE_NONE;

		if (number != TABLE_NONE) {
			kinds[number].count += kind->count;
			continue;
		}
		if (by_channel && table_put(&numbers, kind->channel, *count))
			return NULL;
		kinds[(*count)++] = *kind;
	}
	if (kinds)
		qsort(kinds, *count, sizeof(*kinds), by_count);
	return TAKE(kinds);
}

/* ${text} in a column; "-" for nothing. */
static void cell(struct buffer *out, struct text text, unsigned width)
{
	unsigned used = scan_show(out, text.size ? text : TEXT("-"), width);

	buffer_format(out, "%*s  ", (int)(width > used ? width - used : 0), "");
}

static void print_kind(const struct scan_kind *kind, bool by_channel, struct buffer *out)
{
	char number[SCAN_NUMBER_SIZE];

	buffer_format(out, "%14s  ", scan_number(kind->count, number));
	if (by_channel) {
		(void)scan_show(out, kind->channel.size ? kind->channel : TEXT("-"), 0);
	} else {
		if (kind->id == EVENT_ID_NONE)
			buffer_format(out, "%10s  ", "-");
		else
			buffer_format(out, "%10u  ", kind->id);
		cell(out, kind->channel, CHANNEL_WIDTH);
		(void)scan_show(out, kind->provider.size ? kind->provider : TEXT("-"), 0);
	}
	buffer_char(out, '\n');
}

static int print_kinds(const struct scan_stats *stats, bool by_channel, unsigned top,
		       struct buffer *out)
{
	uint32_t count;
	AUTO(free) struct scan_kind *kinds = sorted(stats, by_channel, &count);
	char number[SCAN_NUMBER_SIZE];
	uint64_t rest = stats->other;

	if (!kinds)
		return -ENOMEM;
	if (by_channel)
		buffer_format(out, "\n%14s  CHANNEL\n", "EVENTS");
	else
		buffer_format(out, "\n%14s  %10s  %-*s  PROVIDER\n", "EVENTS", "EVENT ID",
			      CHANNEL_WIDTH, "CHANNEL");
	for (uint32_t i = 0; i < count; i++)
		if (i < top)
			print_kind(&kinds[i], by_channel, out);
		else
			rest += kinds[i].count;
	if (rest)
		buffer_format(out, "%14s  others\n", scan_number(rest, number));
	return 0;
}

static void print_damages(const struct scan_stats *stats, struct buffer *out)
{
	char events[SCAN_NUMBER_SIZE], damaged[SCAN_NUMBER_SIZE], bad[SCAN_NUMBER_SIZE];

	if (!stats->damage_count)
		return;
	buffer_format(out, "\n%14s  %10s  %10s  FILE\n", "EVENTS READ", "DAMAGED",
		      "NO EVENT");
	for (size_t i = 0; i < stats->damage_count; i++) {
		const struct scan_damage *damage = &stats->damages[i];

		buffer_format(out, "%14s  %10s  %10s  ",
			      scan_number(damage->events, events),
			      scan_number(damage->damaged, damaged),
			      scan_number(damage->bad, bad));
		(void)scan_show(out, text_of(damage->path), 0);
		buffer_string(out,
			      damage->failed ? " (not read, or not to its end)\n" : "\n");
	}
}

static void print_total(struct buffer *out, uint64_t count, const char *what)
{
	char number[SCAN_NUMBER_SIZE];

	buffer_format(out, "%14s  %s\n", scan_number(count, number), what);
}

int scan_stats_print(const struct scan_stats *stats, unsigned top,
		     const struct scan_counts *counts, struct buffer *out)
{
	print_total(out, counts->files, "files");
	print_total(out, counts->read, "events read");
	print_total(out, counts->events, "events counted");
	print_total(out, counts->recovered, "records recovered from unused space");
	print_total(out, counts->lost, "records in unused space whose template is gone");
	print_total(out, counts->damaged, "damaged places");
	print_total(out, counts->damaged_chunks, "damaged chunks of event logs");
	print_total(out, counts->bad, "lines or documents that are no events");
	print_total(out, counts->unrecognised, "events of no known shape");
	print_total(
		out, counts->without_channel,
		"events of Windows without a channel: below by provider, in lower case");
	if (stats->first_ns) {
		buffer_format(out, "%14s  ", "from");
		scan_time(out, stats->first_ns);
		buffer_format(out, "\n%14s  ", "to");
		scan_time(out, stats->last_ns);
		buffer_char(out, '\n');
	}
	if (print_kinds(stats, true, top, out) || print_kinds(stats, false, top, out))
		return -ENOMEM;
	print_damages(stats, out);
	return stats->no_memory ? -ENOMEM : 0;
}

void scan_stats_done(struct scan_stats *stats)
{
	table_done(&stats->numbers);
	arena_free(stats->arena);
	free(stats->kinds);
	free(stats->damages);
}
