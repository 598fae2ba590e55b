// SPDX-License-Identifier: Apache-2.0
// A record of a Windows event log -> an event: first what tells its class, then what rules want.
#include "detect/intake/evtx_event.h"

#include <errno.h>

#include "detect/intake/evtx_maker.h"
#include "model/keywords.h"

/* Of a record: slots, values, and four bytes of templates each. */
#define STEPS_MAX 131072

int evtx_maker_create(struct intake *intake, struct evtx_maker **out)
{
	struct evtx_maker *maker = calloc(1, sizeof(*maker));

	if (!maker)
		return -ENOMEM;
	maker->intake = intake;
	if (evtx_templates_create(intake->names, &maker->templates)) {
		free(maker);
		return -ENOMEM;
	}
	*out = maker;
	return 0;
}

void evtx_maker_free(struct evtx_maker *maker)
{
	if (!maker)
		return;
	evtx_templates_free(maker->templates);
	free(maker);
}

void evtx_maker_clear(struct evtx_maker *maker)
{
	evtx_templates_forget(maker->templates);
	memset(maker->kinds, 0, sizeof(maker->kinds));
}

void evtx_maker_chunk(struct evtx_maker *maker, const uint8_t *chunk)
{
	maker->chunk = chunk;
	evtx_templates_chunk(maker->templates, chunk);
}

/* The place of a further fragment; NULL: it is not to be read. */
static struct evtx_fragment *queue(struct evtx_maker *maker,
				   const struct evtx_context *context)
{
	struct evtx_fragment *fragment;

	/* Fragments are read at once; only some of their values are not. */
	if (maker->is_completing)
		return NULL;
	if (maker->fragment_count == EVTX_FRAGMENTS_MAX) {
		evtx_complain(maker, "more fragments than a record can have");
		return NULL;
	}
	fragment = &maker->fragments[maker->fragment_count++];
	fragment->context = context;
	fragment->is_instance = true;
	fragment->is_partly = false;
	return fragment;
}

void evtx_queue_instance(struct evtx_maker *maker, uint32_t at, uint32_t end,
			 const struct evtx_context *context)
{
	struct evtx_fragment *fragment = queue(maker, context);
	evtx_fault fault;

	if (!fragment)
		return;
	fault = evtx_instance_read(maker->chunk, at, end, &fragment->instance);
	evtx_complain(maker, fault);
	if (fault)
		maker->fragment_count--;
}

void evtx_queue(struct evtx_maker *maker, uint32_t from, uint32_t end,
		const struct evtx_context *context)
{
	struct evtx_fragment *fragment = queue(maker, context);

	if (!fragment || evtx_lone_instance(maker->chunk, from, end, &fragment->instance))
		return;
	fragment->is_instance = false;
	fragment->from = from;
	fragment->end = end;
}

/* Append the texts of template and values to what the event is searched in. */
static void gather(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	size_t left = sizeof(maker->whole) - maker->whole_size;
	char *to = maker->whole + maker->whole_size;

	maker->has_whole &= slots->literals.size <= left && !slots->is_joined;
	if (maker->has_whole && slots->literals.size) {
		memcpy(to, slots->literals.at, slots->literals.size);
		to += slots->literals.size;
		left -= slots->literals.size;
	}
	for (uint32_t i = 0; i < maker->value_count && maker->has_whole; i++) {
		const struct evtx_value *value = &maker->values[i];
		size_t size;

		if (!value->size || !evtx_type_is_text(value->type))
			continue;
		maker->has_whole = value->size < left;
		if (!maker->has_whole)
			break;
		size = evtx_narrow(value->type, maker->chunk + value->at, value->size,
				   to);
		to[size] = 0;
		to += size + 1;
		left -= size + 1;
	}
	maker->whole_size = (size_t)(to - maker->whole);
}

static bool is_fragment(const struct evtx_maker *maker, const struct evtx_slot *slot)
{
	return slot->index < maker->value_count &&
	       maker->values[slot->index].type == EVTX_BINXML;
}

/* Queue the fragments among the values that slots other than the needed ones hold. */
static void queue_values(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	bool has_fragments = false;

	for (uint32_t i = 0; i < maker->value_count; i++)
		has_fragments |= maker->values[i].type == EVTX_BINXML;
	for (uint32_t i = 0; i < slots->count && has_fragments; i++)
		if (!slots->slots[i].is_needed && is_fragment(maker, &slots->slots[i]))
			(void)evtx_fill(maker, slots, i);
}

static void fill_all(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	for (uint32_t i = 0; i < slots->count; i++)
		i += evtx_fill(maker, slots, i);
}

static void fill_needed(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	for (uint32_t i = 0; i < slots->needed_count; i++)
		i += evtx_fill(maker, slots, slots->needed[i]);
}

/* All but what is needed, read already. */
static void fill_others(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	for (uint32_t i = 0; i < slots->count; i++)
		if (!slots->slots[i].is_needed)
			(void)evtx_fill(maker, slots, i);
}

/* What rules want. */
static int fill_wanted(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	struct evtx_plan plan;
	int r = evtx_templates_plan(maker->templates, slots, maker->intake->pack,
				    maker->kind->class, &plan);

	if (r)
		return r;
	for (uint32_t i = 0; i < plan.count; i++)
		if (!is_fragment(maker, &slots->slots[plan.slots[i]]))
			(void)evtx_fill(maker, slots, plan.slots[i]);
	queue_values(maker, slots);
	return 0;
}

/* What has been left. */
static int fill_rest(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	struct evtx_plan plan;
	uint32_t planned = 0;
	int r = evtx_templates_plan(maker->templates, slots, maker->intake->pack,
				    maker->kind->class, &plan);

	if (r)
		return r;
	for (uint32_t i = 0; i < slots->count; i++) {
		if (planned < plan.count && plan.slots[planned] == i)
			planned++;
		else if (!slots->slots[i].is_needed &&
			 !is_fragment(maker, &slots->slots[i]))
			(void)evtx_fill(maker, slots, i);
	}
	return 0;
}

/* The kind of the event at hand, whose source and id are known; NULL: it is not remembered. */
static const struct evtx_kind *find_kind(struct evtx_maker *maker)
{
	const struct intake *intake = maker->intake;
	struct text log = intake->facts[ROLE_CHANNEL].text;
	bool has_channel = log.size;
	struct evtx_kind *kind;
	uint64_t first = 0, last = 0;

	if (!has_channel)
		log = intake->facts[ROLE_PROVIDER].text;
	if (!log.size || log.size > sizeof(kind->log))
		return NULL;
	memcpy(&first, log.at, log.size < 8 ? log.size : 8);
	if (log.size >= 8)
		memcpy(&last, log.at + log.size - 8, 8);
	first = (first ^ (last >> 1) ^ (uint64_t)maker->event->id << 20 ^ log.size) *
		0x9e3779b97f4a7c15u;
	kind = &maker->kinds[(first >> 40) & (EVTX_KNOWN - 1)];
	if (kind->source_size && kind->id == maker->event->id &&
	    kind->has_channel == has_channel && kind->log_size == log.size &&
	    memcmp(kind->log, log.at, log.size) == 0)
		return kind;
	windows_source(maker->intake);
	if (maker->event->source.size > sizeof(kind->source))
		return NULL;
	*kind = (struct evtx_kind){ .log_size = (uint8_t)log.size,
				    .source_size = (uint8_t)maker->event->source.size,
				    .has_channel = has_channel,
				    .id = maker->event->id };
	memcpy(kind->log, log.at, log.size);
	memcpy(kind->source, maker->event->source.at, maker->event->source.size);
	kind->class = pack_class_of(intake->pack, maker->event->source, kind->id);
	kind->is_searchable = keywords_are_words(intake->pack, kind->class);
	return kind;
}

/*
 * What a record's first template needs is read: does it tell the class?  Then the rest is read as
 * the rules of the class want it.
 */
static void settle(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	const struct evtx_value *time = evtx_value_at(maker, slots->time_index);

	state_finish(maker->intake);
	if (time && time->type == EVTX_FILETIME && time->size == 8) {
		maker->event->time_ns = evtx_time_ns(evtx_u64(maker->chunk + time->at));
		maker->intake->time_rank = 0;
	}
	/* Without either there is more to look for. */
	if (maker->event->id == EVENT_ID_NONE || maker->intake->time_rank > 1)
		return;
	maker->kind = find_kind(maker);
}

static int fill(struct evtx_maker *maker, const struct evtx_slots *slots,
		struct evtx_fragment *fragment)
{
	if (!slots->lasts) {
		maker->has_whole = false;
		fill_all(maker, slots);
		return 0;
	}
	fill_needed(maker, slots);
	if (fragment == maker->fragments)
		settle(maker, slots);
	if (!maker->kind) {
		fill_others(maker, slots);
		return 0;
	}
	if (maker->kind->is_searchable && maker->has_whole)
		gather(maker, slots);
	fragment->is_partly = true;
	return fill_wanted(maker, slots);
}

/* The values and slots of an instance. */
static int read_instance(struct evtx_maker *maker, const struct evtx_instance *instance,
			 const struct evtx_context *context,
			 const struct evtx_slots **slots)
{
	uint32_t made = 0;
	int r;

	maker->value_count =
		instance->count < EVTX_VALUES_MAX ? instance->count : EVTX_VALUES_MAX;
	evtx_complain(maker, evtx_instance_values(maker->chunk, instance, maker->values,
						  EVTX_VALUES_MAX));
	r = evtx_templates_find(maker->templates, &instance->definition, context, slots,
				&made);
	maker->steps += made / 4;
	return r;
}

static int read_fragment(struct evtx_maker *maker, struct evtx_fragment *fragment)
{
	const struct evtx_slots *slots;
	int r;

	if (fragment->is_instance) {
		r = read_instance(maker, &fragment->instance, fragment->context, &slots);
	} else {
		maker->value_count = 0;
		maker->steps += (fragment->end - fragment->from) / 4;
		r = evtx_templates_fragment(maker->templates, fragment->from,
					    fragment->end, fragment->context, &slots);
	}
	if (r)
		return r;
	evtx_complain(maker, slots->fault);
	maker->steps += maker->value_count + slots->count;
	return fill(maker, slots, fragment);
}

/* For event->complete: what was left for later. */
static void complete(void *reader)
{
	struct evtx_maker *maker = reader;
	const struct evtx_slots *slots;

	maker->event->complete = NULL;
	maker->is_completing = true;
	for (uint32_t i = 0; i < maker->fragment_count; i++) {
		const struct evtx_fragment *fragment = &maker->fragments[i];

		if (fragment->is_partly &&
		    (read_instance(maker, &fragment->instance, fragment->context,
				   &slots) != 0 ||
		     fill_rest(maker, slots) != 0))
			break;
	}
	maker->is_completing = false;
	maker->event->record.size = maker->used;
}

static void begin(struct evtx_maker *maker, struct event *event)
{
	evtx_templates_record(maker->templates);
	event_clear(event, (struct text){ .at = maker->text });
	state_begin(maker->intake, NULL, event);
	maker->event = event;
	maker->fault = NULL;
	maker->fragment_count = maker->steps = 0;
	maker->used = maker->whole_size = 0;
	maker->has_whole = true;
	maker->kind = NULL;
}

/* Source, class, and how to read on. */
static void finish(struct evtx_maker *maker)
{
	const struct evtx_kind *kind = maker->kind;
	struct event *event = maker->event;

	event->record.size = maker->used;
	if (!kind) {
		windows_source(maker->intake);
		state_finish(maker->intake);
		return;
	}
	event->source = (struct text){ .at = kind->source, .size = kind->source_size };
	event->class = kind->class;
	event->complete = complete;
	event->reader = maker;
	if (maker->has_whole && kind->is_searchable)
		event->whole =
			(struct text){ .at = maker->whole, .size = maker->whole_size };
}

int evtx_maker_event(struct evtx_maker *maker, const struct evtx_record *record,
		     struct event *event, evtx_fault *fault)
{
	static const struct evtx_context document = { .place = PLACE_DOCUMENT };
	int r = 0;

	begin(maker, event);
	evtx_queue(maker, record->body, record->end, &document);
	for (uint32_t i = 0; i < maker->fragment_count && r == 0; i++) {
		if (maker->steps > STEPS_MAX) {
			evtx_complain(maker, "fragments without an end in sight");
			break;
		}
		r = read_fragment(maker, &maker->fragments[i]);
	}
	finish(maker);
	/* Memory is bounded: what a record needs beyond it is damage, not our end. */
	if (r == -ENOMEM) {
		evtx_templates_forget(maker->templates);
		evtx_complain(maker, "larger templates than there is memory for");
	}
	if (!event->time_ns)
		event->time_ns = record->time_ns;
	*fault = maker->fault;
	return 0;
}
