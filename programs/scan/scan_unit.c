// SPDX-License-Identifier: Apache-2.0
// What looking at a stretch of a log gives, kept until its turn comes.
#include "scan_unit.h"

#include <errno.h>

#define KEPT_MAX   (256u << 20) /* bytes; scan_pool pauses long before */
#define FAULTS_MAX (SCAN_BAD_SHOWN + SCAN_FAILED_SHOWN + 1)

_Static_assert(sizeof(struct engine_counters) % sizeof(uint64_t) == 0,
	       "the engine's counters are numbers of 64 bits, all of them sums");

bool scan_task_shows(const struct scan_task *task, uint32_t number,
		     struct pack_rule *rule)
{
	if (!task->rules->is_chosen[number])
		return false;
	pack_rule(task->rules->pack, number, rule);
	return rule->level >= task->options->level && rule->level < SCAN_LEVELS;
}

int scan_task_reader(const struct scan_task *task, struct reader **out)
{
	struct reader *reader;
	int r = reader_create(task->rules->pack, task->mappings, &reader);

	if (r)
		return r;
	r = task->options->carve ? reader_carve(reader) : 0;
	if (r)
		reader_free(reader);
	else
		*out = reader;
	return r;
}

int scan_results_init(struct scan_results *results, const struct scan_task *task,
		      const struct scan_output *like)
{
	uint32_t rules = pack_rule_count(task->rules->pack);

	*results = (struct scan_results){ .out = *like };
	results->out.error = 0;
	buffer_init(&results->out.buffer, like->buffer.limit);
	results->counts.has_no_rules = task->options->mode != SCAN_DETECT;
	results->counts.by_rule = calloc((size_t)rules + 1, sizeof(uint64_t));
	return results->counts.by_rule ? 0 : -ENOMEM;
}

void scan_results_done(struct scan_results *results)
{
	scan_output_done(&results->out);
	scan_stats_done(&results->stats);
	free(results->counts.by_rule);
}

static void add_numbers(uint64_t *sums, const uint64_t *more, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sums[i] += more[i];
}

void scan_engine_add(struct engine_counters *sum, const struct engine_counters *before,
		     const struct engine_counters *after)
{
	enum { COUNT = sizeof(*sum) / sizeof(uint64_t) };
	uint64_t sums[COUNT], from[COUNT], to[COUNT];

	memcpy(sums, sum, sizeof(sums));
	memcpy(from, before, sizeof(from));
	memcpy(to, after, sizeof(to));
	for (size_t i = 0; i < COUNT; i++)
		sums[i] += to[i] - from[i];
	memcpy(sum, sums, sizeof(*sum));
}

void scan_results_add(struct scan_results *results, const struct scan_task *task,
		      const struct scan_results *more)
{
	const struct engine_counters none = { 0 };
	struct scan_counts *sum = &results->counts;
	const struct scan_counts *add = &more->counts;

	sum->files += add->files;
	sum->bytes += add->bytes;
	sum->bad += add->bad;
	sum->damaged += add->damaged;
	sum->damaged_chunks += add->damaged_chunks;
	sum->recovered += add->recovered;
	sum->lost += add->lost;
	sum->without_channel += add->without_channel;
	sum->values_dropped += add->values_dropped;
	sum->read += add->read;
	sum->events += add->events;
	sum->out_of_time += add->out_of_time;
	sum->other_channel += add->other_channel;
	sum->without_time += add->without_time;
	sum->no_log += add->no_log;
	sum->failed += add->failed;
	add_numbers(sum->detections, add->detections, SCAN_LEVELS);
	add_numbers(sum->shapes, add->shapes, SHAPE_COUNT);
	if (scan_detections(add))
		add_numbers(sum->by_rule, add->by_rule,
			    pack_rule_count(task->rules->pack));
	if (!sum->unrecognised)
		memcpy(sum->unrecognised_at, add->unrecognised_at,
		       sizeof(sum->unrecognised_at));
	sum->unrecognised += add->unrecognised;
	scan_stats_add(&results->stats, &more->stats);
	scan_engine_add(&results->engine, &none, &more->engine);
}

int scan_unit_init(struct scan_unit *unit, const struct scan_task *task,
		   const struct scan_output *like)
{
	*unit = (struct scan_unit){ 0 };
	buffer_init(&unit->kept, KEPT_MAX);
	return scan_results_init(&unit->results, task, like);
}

void scan_unit_done(struct scan_unit *unit)
{
	scan_results_done(&unit->results);
	buffer_done(&unit->kept);
	free(unit->notes);
	free(unit->faults);
}

void scan_unit_clear(struct scan_unit *unit)
{
	buffer_clear(&unit->results.out.buffer);
	buffer_clear(&unit->kept);
	unit->note_count = unit->fault_count = 0;
}

size_t scan_unit_size(const struct scan_unit *unit)
{
	return unit->results.out.buffer.size + unit->kept.size +
	       unit->note_count * sizeof(*unit->notes);
}

static void add_note(struct scan_unit *unit, struct scan_note note)
{
	size_t capacity = unit->note_capacity ? 2 * unit->note_capacity : 16;
	struct scan_note *grown;

	if (unit->note_count == unit->note_capacity) {
		grown = reallocarray(unit->notes, capacity, sizeof(*grown));
		if (!grown) {
			unit->failed_memory = true;
			return;
		}
		unit->notes = grown;
		unit->note_capacity = capacity;
	}
	note.out_at = unit->results.out.buffer.size;
	unit->notes[unit->note_count++] = note;
}

void scan_unit_fault(struct scan_unit *unit, const struct scan_fault *fault)
{
	bool is_bad = fault->result == READER_BAD || fault->result == READER_DAMAGED;
	unsigned limit = is_bad ? SCAN_BAD_SHOWN : SCAN_FAILED_SHOWN;
	unsigned *count = is_bad ? &unit->bad : &unit->failed;

	/* Members of a zip may be anything; of files none is told, but counted. */
	if ((fault->result == READER_NO_LOG && fault->is_member) || *count == limit ||
	    unit->fault_count == FAULTS_MAX)
		return;
	if (!unit->faults)
		unit->faults = calloc(FAULTS_MAX, sizeof(*unit->faults));
	if (!unit->faults) {
		unit->failed_memory = true;
		return;
	}
	++*count;
	unit->faults[unit->fault_count] = *fault;
	add_note(unit,
		 (struct scan_note){ .kind = NOTE_FAULT, .at = unit->fault_count++ });
}

/* How an event is kept: this, its values, its record, and the texts whose sizes stand here. */
struct kept {
	uint64_t line, offset;
	int64_t time_ns;
	uint32_t id, count;
	bool is_recovered;
	size_t record, source, host, file, original;
};

/* The values that a rule names, moved to a record of their bytes alone. */
static void keep_values(struct buffer *kept, const struct event *event, struct kept *head)
{
	for (uint32_t i = 0; i < event->count; i++) {
		struct event_value value = event->values[i];

		if (value.field == EVENT_FIELD_NONE)
			continue;
		value.at = (uint32_t)head->record;
		value.size = (uint32_t)event_text(event, &event->values[i]).size;
		head->record += value.size;
		head->count++;
		buffer_add(kept, &value, sizeof(value));
	}
	for (uint32_t i = 0; i < event->count; i++)
		if (event->values[i].field != EVENT_FIELD_NONE)
			buffer_text(kept, event_text(event, &event->values[i]));
}

size_t scan_unit_event(struct scan_unit *unit, const struct event *event,
		       const struct scan_place *place, bool with_original)
{
	struct buffer *kept = &unit->kept;
	struct text file = text_of(place->file);
	size_t at = kept->size, original;
	struct kept head = {
		.line = place->line,
		.offset = place->offset,
		.time_ns = event->time_ns,
		.id = event->id,
		.is_recovered = place->is_recovered,
		.source = event->source.size,
		.host = place->host.size,
		.file = file.size + 1,
	};

	buffer_add(kept, &head, sizeof(head));
	keep_values(kept, event, &head);
	buffer_text(kept, event->source);
	buffer_text(kept, place->host);
	buffer_text(kept, file);
	buffer_char(kept, 0);
	original = kept->size;
	if (with_original)
		scan_original(place, kept);
	head.original = kept->size - original;
	if (!kept->failed)
		memcpy(kept->at + at, &head, sizeof(head));
	return at;
}

/* Keep ${size} bytes for ${note} and add it, if there is room for both. */
static void add_list(struct scan_unit *unit, struct scan_note note, const void *list,
		     size_t size)
{
	/* Where it can be read in place. */
	while (unit->kept.size % sizeof(uint32_t) && !unit->kept.failed)
		buffer_char(&unit->kept, 0);
	note.list_at = unit->kept.size;
	if (size)
		buffer_add(&unit->kept, list, size);
	/* Once something did not fit, what follows need not be whole. */
	if (unit->kept.failed)
		unit->failed_memory = true;
	else
		add_note(unit, note);
}

void scan_unit_detection(struct scan_unit *unit, uint32_t rule, size_t at,
			 const struct scan_place *place)
{
	add_list(unit,
		 (struct scan_note){ .kind = NOTE_DETECTION,
				     .rule = rule,
				     .at = at,
				     .list_count = place->matched_count },
		 place->matched, place->matched_count * sizeof(*place->matched));
}

void scan_unit_match(struct scan_unit *unit, const uint32_t *rules, uint32_t count,
		     size_t at)
{
	add_list(unit,
		 (struct scan_note){ .kind = NOTE_MATCH, .at = at, .list_count = count },
		 rules, count * sizeof(*rules));
}

static struct text take(const char **at, size_t size)
{
	struct text text = { .at = *at, .size = size };

	*at += size;
	return text;
}

void scan_unit_recall(const struct scan_unit *unit, const struct scan_note *note,
		      struct event *event, struct scan_place *place)
{
	const char *at = unit->kept.at + note->at;
	struct kept head;
	struct text values;

	memcpy(&head, at, sizeof(head));
	at += sizeof(head);
	values = take(&at, head.count * sizeof(event->values[0]));
	event_clear(event, take(&at, head.record));
	event->source = take(&at, head.source);
	event->id = head.id;
	event->time_ns = head.time_ns;
	event->count = head.count;
	if (head.count)
		memcpy(event->values, values.at, values.size);
	*place = (struct scan_place){ .line = head.line, .offset = head.offset };
	place->is_recovered = head.is_recovered;
	place->host = take(&at, head.host);
	place->file = take(&at, head.file).at;
	place->original = take(&at, head.original);
}

const uint32_t *scan_unit_rules(const struct scan_unit *unit,
				const struct scan_note *note)
{
	return (const uint32_t *)(const void *)(unit->kept.at + note->list_at);
}

void scan_unit_fields(const struct scan_unit *unit, const struct scan_note *note,
		      uint16_t fields[SCAN_MATCHED_MAX])
{
	if (note->list_count)
		memcpy(fields, unit->kept.at + note->list_at,
		       note->list_count * sizeof(*fields));
}
