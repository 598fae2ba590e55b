// SPDX-License-Identifier: Apache-2.0
// What a scan says of itself on standard error: a summary at its end.
#include "scan.h"

#define RULES_SHOWN 40

uint64_t scan_detections(const struct scan_counts *counts)
{
	uint64_t all = 0;

	for (unsigned level = 0; level < SCAN_LEVELS; level++)
		all += counts->detections[level];
	return all;
}

struct tally {
	uint32_t rule;
	uint8_t level;
	uint64_t count;
};

static int by_weight(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->rule < y->rule ? -1 : 1;
}

static void print_rules(const struct scan_counts *counts, const struct pack *pack)
{
	uint32_t all = pack_rule_count(pack), count = 0;
	AUTO(free) struct tally *tallies = calloc(all ? all : 1, sizeof(*tallies));
	char number[SCAN_NUMBER_SIZE];
	struct pack_rule rule;

	for (uint32_t i = 0; i < all && tallies; i++) {
		if (!counts->by_rule[i])
			continue;
		pack_rule(pack, i, &rule);
		tallies[count++] = (struct tally){ i, rule.level, counts->by_rule[i] };
	}
	if (!tallies || !count)
		return;
	qsort(tallies, count, sizeof(*tallies), by_weight);
	for (uint32_t i = 0; i < count && i < RULES_SHOWN; i++) {
		AUTO(buffer) struct buffer line;

		buffer_init(&line, 65536);
		pack_rule(pack, tallies[i].rule, &rule);
		(void)scan_show(&line, rule.title, 100);
		buffer_char(&line, 0);
		fprintf(stderr, "%12s  %-13s  %s\n",
			scan_number(tallies[i].count, number),
			level_name(tallies[i].level), line.failed ? "" : line.at);
	}
	if (count > RULES_SHOWN)
		fprintf(stderr, "%12s  and %u more rules\n", "", count - RULES_SHOWN);
}

static void print_levels(const struct scan_counts *counts)
{
	char number[SCAN_NUMBER_SIZE];
	const char *comma = ": ";

	fprintf(stderr, "%s detection%s", scan_number(scan_detections(counts), number),
		scan_detections(counts) == 1 ? "" : "s");
	for (unsigned level = SCAN_LEVELS; level-- > 0;) {
		if (!counts->detections[level])
			continue;
		fprintf(stderr, "%s%s %s", comma,
			scan_number(counts->detections[level], number),
			level_name(level));
		comma = ", ";
	}
	fputc('\n', stderr);
}

/* "warning: 12 what", unless there are none. */
static void print_count(uint64_t count, const char *what)
{
	char number[SCAN_NUMBER_SIZE];

	if (count)
		fprintf(stderr, "%12s  %s\n", scan_number(count, number), what);
}

uint64_t scan_limit(const struct scan_counts *counts,
		    const struct engine_counters *engine, unsigned number,
		    const char **what)
{
	const struct {
		uint64_t count;
		const char *what;
	} limits[] = {
		{ counts->bad, "lines or documents that are no events" },
		{ counts->damaged, "places in files that are damaged" },
		{ counts->no_log, "files that are no logs, left out" },
		{ counts->failed, "files that could not be read, or not to their end" },
		{ counts->rules_refused,
		  "rules refused: 'windhover rule check' says why" },
		{ counts->values_dropped,
		  "values beyond the 1,024 of an event, left out" },
		{ engine->values_cut, "values longer than 1 MiB, cut" },
		{ engine->out_of_steps,
		  "events whose step budget ran out: rules undecided" },
		{ engine->correlation_evicted,
		  "correlation groups dropped: memory was full" },
		{ engine->correlation_late,
		  "events too late for their correlation window" },
		{ engine->correlation_ungrouped, "events without a field to group by" },
		{ engine->correlation_cut, "events that fed too many correlations" },
	};

	*what = NULL;
	if (number >= sizeof(limits) / sizeof(limits[0]))
		return 0;
	*what = limits[number].what;
	return limits[number].count;
}

static void print_limits(const struct scan_counts *counts,
			 const struct engine_counters *engine)
{
	const char *what;
	uint64_t count;

	for (unsigned i = 0; count = scan_limit(counts, engine, i, &what), what; i++)
		print_count(count, what);
	if (counts->unrecognised) {
		print_count(counts->unrecognised, "events of no known shape (--mapping "
						  "can tell one): the first is");
		AUTO(buffer) struct buffer place;

		buffer_init(&place, 65536);
		(void)scan_show(&place, text_of(counts->unrecognised_at), 0);
		fprintf(stderr, "%14s%.*s\n", "", (int)place.size, place.at);
	}
}

void scan_summary(const struct scan_counts *counts, const struct pack *pack,
		  const struct engine_counters *engine, double seconds, bool interrupted)
{
	char files[SCAN_NUMBER_SIZE], events[SCAN_NUMBER_SIZE], rate[SCAN_NUMBER_SIZE];

	fprintf(stderr, "%s%s file%s, %s event%s in %.2f s",
		interrupted ? "interrupted: " : "", scan_number(counts->files, files),
		counts->files == 1 ? "" : "s", scan_number(counts->read, events),
		counts->read == 1 ? "" : "s", seconds);
	if (seconds > 0 && counts->read)
		fprintf(stderr, " (%s events/s, %.0f MB/s)",
			scan_number((uint64_t)((double)counts->read / seconds), rate),
			(double)counts->bytes / seconds / 1e6);
	fputc('\n', stderr);
	for (unsigned shape = 1; shape < SHAPE_COUNT; shape++)
		print_count(counts->shapes[shape],
			    intake_shape_name((enum intake_shape)shape));
	print_count(counts->recovered,
		    "events recovered from unused space of event logs");
	print_count(counts->lost, "records there whose template is gone, left out");
	print_count(counts->out_of_time, "events not between --since and --until, left "
					 "out");
	print_count(counts->without_time, "events without a time, kept");
	print_count(counts->other_channel, "events of other channels, left out");
	if (!counts->has_no_rules) {
		print_levels(counts);
		print_rules(counts, pack);
	}
	print_limits(counts, engine);
}
