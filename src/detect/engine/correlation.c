// SPDX-License-Identifier: Apache-2.0
// Correlations: from a rule that matched to the groups it counts in, and along chains.
#include "detect/engine/correlation.h"

#include <errno.h>
#include <sys/auxv.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "detect/engine/correlation_key.h"
#include "detect/engine/correlation_window.h"
#include "detect/engine/number.h"

/* A rule that matched, and how far the correlations that count it have been fed. */
struct link {
	uint32_t rule;
	uint32_t next;                   /* in the rule's used_by */
	uint32_t key_count;              /* a correlation's group: */
	const uint32_t *key_fields;      /* the fields as its group-by was written */
	struct text keys[PACK_KEYS_MAX]; /* and their values, inside the event */
};

struct correlator {
	const struct pack *pack;
	struct engine_counters *counters;
	struct pool pool;
	struct key_maker maker;
	int64_t last_known_ns;    /* time of the last event that had one */
	uint64_t steps;           /* left for the event that is being fed */
	uint64_t lookup;          /* cost of finding one of its fields */
	struct pack_span renames; /* of its class: names in rules, and the event's own */
	struct link chain[CORRELATOR_DEPTH_MAX];
	uint32_t depth; /* links in use */
};

/*
 * Hashes differ from process to process, so that nobody can prepare events that all fall
 * into one slot; no result depends on it.  The bytes are the kernel's and are there
 * without a system call.
 */
static uint64_t process_seed(void)
{
	const void *bytes = (const void *)getauxval(AT_RANDOM);

	return bytes ? XXH3_64bits(bytes, 16) : 0;
}

int correlator_create(const struct pack *pack, size_t bytes,
		      struct engine_counters *counters, struct correlator **out)
{
	AUTO(free) struct correlator *correlator = calloc(1, sizeof(*correlator));
	int r;

	if (!correlator)
		return -ENOMEM;
	correlator->pack = pack;
	correlator->counters = counters;
	correlator->maker.seed = process_seed();
	if (pack->count[PACK_CORRELATIONS]) {
		if (bytes < CORRELATOR_SIZE_MIN)
			bytes = CORRELATOR_SIZE_MIN;
		r = pool_init(&correlator->pool, bytes, correlator->maker.seed);
		if (r)
			return r;
	}
	*out = TAKE(correlator);
	return 0;
}

void correlator_free(struct correlator *correlator)
{
	if (!correlator)
		return;
	pool_done(&correlator->pool);
	free(correlator);
}

static bool spend(struct correlator *correlator, uint64_t steps)
{
	if (steps > correlator->steps) {
		correlator->steps = 0;
		return false;
	}
	correlator->steps -= steps;
	return true;
}

/* The first value of exactly ${field} that is not null. */
static bool own_value(const struct event *event, uint32_t field, struct text *out)
{
	for (uint32_t i = 0; i < event->count; i++) {
		if (event->values[i].field != field ||
		    event->values[i].type == VALUE_NULL)
			continue;
		*out = event_text(event, &event->values[i]);
		return true;
	}
	return false;
}

/* The same, where the event may have the field by another name than rules do. */
static bool field_value(const struct correlator *correlator, const struct event *event,
			uint32_t field, struct text *out)
{
	const uint32_t *renames = correlator->pack->numbers + correlator->renames.first;

	for (uint32_t i = 0; i + 1 < correlator->renames.count; i += 2)
		if (renames[i] == field && own_value(event, renames[i + 1], out))
			return true;
	return own_value(event, field, out);
}

/* A field of what matched: of the group of the correlation below, or else the event's. */
static bool link_value(const struct correlator *correlator, const struct link *link,
		       const struct event *event, uint32_t field, struct text *out)
{
	for (uint32_t i = 0; i < link->key_count; i++) {
		if (link->key_fields[i] == field) {
			*out = link->keys[i];
			return true;
		}
	}
	return field_value(correlator, event, field, out);
}

static bool group_values(const struct correlator *correlator,
			 const struct pack_part *part, const struct link *link,
			 const struct event *event, struct text *out)
{
	const uint32_t *fields = correlator->pack->numbers + part->keys.first;

	for (uint32_t i = 0; i < part->keys.count; i++)
		if (!link_value(correlator, link, event, fields[i], &out[i]))
			return false;
	return true;
}

/* What the VALUE_... kinds read of the event.  False: it has nothing to count. */
static bool read_values(struct correlator *correlator, const struct pack_part *part,
			const struct link *link, const struct event *event,
			struct window_event *out)
{
	const uint32_t *fields = correlator->pack->numbers + part->values.first;
	uint32_t kind = correlator->pack->correlations[part->correlation].kind;
	struct text values[PACK_KEYS_MAX];

	if (kind == PACK_EVENT_COUNT || kind == PACK_TEMPORAL ||
	    kind == PACK_TEMPORAL_ORDERED)
		return true;
	for (uint32_t i = 0; i < part->values.count; i++)
		if (!link_value(correlator, link, event, fields[i], &values[i]))
			return false;
	if (kind == PACK_VALUE_COUNT) {
		key_digest(&correlator->maker, values, part->values.count, out->digest);
		return true;
	}
	return part->values.count && number_read(values[0], &out->number) &&
	       fabs(out->number) <= WINDOW_NUMBER_MAX;
}

static bool bound_holds(const struct pack_bound *bound, double value)
{
	switch (bound->op) {
	case PACK_GT:
		return value > bound->number;
	case PACK_GTE:
		return value >= bound->number;
	case PACK_LT:
		return value < bound->number;
	case PACK_LTE:
		return value <= bound->number;
	case PACK_EQ:
		return value == bound->number;
	default:
		return value != bound->number;
	}
}

/* Forward jumps only, as the verifier has proven. */
static bool condition_holds(const struct pack *pack, struct pack_span span,
			    uint64_t parts)
{
	const struct pack_test *tests = pack->tests + span.first;
	uint32_t at = 0;

	while (at < span.count) {
		bool yes = tests[at].atom < PACK_PARTS_MAX && parts >> tests[at].atom & 1;
		uint32_t next = yes ? tests[at].yes : tests[at].no;

		if (next <= at)
			return false;
		at = next;
	}
	return at == TEST_ACCEPT;
}

static bool holds(const struct pack *pack, const struct pack_correlation *correlation,
		  const struct window_state *state)
{
	bool judged = correlation->bounds.count || correlation->condition.count;

	if (!judged)
		return state->parts && state->value == correlation->parts.count;
	for (uint32_t i = 0; i < correlation->bounds.count; i++)
		if (!bound_holds(&pack->bounds[correlation->bounds.first + i],
				 state->value))
			return false;
	return !correlation->condition.count ||
	       condition_holds(pack, correlation->condition, state->parts);
}

static void emit_detection(struct correlator *correlator,
			   const struct pack_correlation *correlation,
			   const struct event *event, const struct text *keys,
			   const struct window_state *state, engine_emit *emit,
			   void *user)
{
	const struct pack *pack = correlator->pack;
	struct text names[PACK_KEYS_MAX];
	struct detection detection = {
		.rule = correlation->rule,
		.event = event,
		.first_ns = state->first_ns,
		.last_ns = state->last_ns,
		.event_count = state->events,
		.value = state->value,
		.key_count = correlation->keys.count,
		.key_names = names,
		.key_values = keys,
	};

	for (uint32_t i = 0; i < correlation->keys.count; i++)
		names[i] = pack_field_name(
			pack, (uint16_t)pack->numbers[correlation->keys.first + i]);
	correlator->counters->detections++;
	event_complete(detection.event);
	emit(user, &detection);
}

/* An event of unknown time happened, for all we know, when the one before it did. */
static int64_t event_time(struct correlator *correlator, const struct event *event)
{
	if (event->time_ns)
		correlator->last_known_ns = event->time_ns;
	if (correlator->last_known_ns > correlator->pool.clock_ns)
		correlator->pool.clock_ns = correlator->last_known_ns;
	return correlator->last_known_ns;
}

/* Count the event in its group; true, and the state, where the condition then holds. */
static bool count_event(struct correlator *correlator, const struct pack_part *part,
			const struct text *keys, const struct window_event *event,
			struct window_state *state)
{
	const struct pack_correlation *correlation =
		&correlator->pack->correlations[part->correlation];
	bool temporal = correlation->kind == PACK_TEMPORAL ||
			correlation->kind == PACK_TEMPORAL_ORDERED;
	struct pool *pool = &correlator->pool;
	struct text key = key_make(&correlator->maker, keys, part->keys.count);
	uint32_t group = pool_find(pool, part->correlation, key);

	if (!group)
		group = pool_add(pool, part->correlation, key,
				 temporal ? correlation->parts.count : 0);
	if (!window_add(pool, group, correlation, event)) {
		correlator->counters->correlation_late++;
		return false;
	}
	pool_touch(pool, group);
	*state = window_state(pool, group, correlation);
	if (!holds(correlator->pack, correlation, state))
		return false;
	pool_drop(pool, group);
	return true;
}

/*
 * What looking for a field's value and taking it may cost.  Only values that rules name count, so
 * that it is the same where an event is handed on with these alone.
 */
static uint64_t cost_of_lookup(const struct event *event)
{
	uint64_t count = 0, size = 0;

	for (uint32_t i = 0; i < event->count; i++) {
		bool is_named = event->values[i].field != EVENT_FIELD_NONE;

		count += is_named;
		size += is_named ? event->values[i].size : 0;
	}
	return count + size / 256;
}

/* What feeding one part may cost at most, in things looked at. */
static uint64_t cost(const struct correlator *correlator, const struct pack_part *part)
{
	const struct pack_correlation *correlation =
		&correlator->pack->correlations[part->correlation];
	uint64_t fields = correlation->keys.count + correlation->value_count;
	uint64_t per_field = correlator->renames.count + correlator->lookup;

	return 1 + correlation->parts.count + correlation->bounds.count +
	       correlation->condition.count + fields * per_field;
}

/* Whether the pack's lists agree that this is a part of its correlation. */
static bool part_sound(const struct pack *pack, uint32_t number)
{
	const struct pack_part *part = &pack->parts[number];
	const struct pack_correlation *correlation;

	if (part->correlation >= pack->count[PACK_CORRELATIONS])
		return false;
	correlation = &pack->correlations[part->correlation];
	return part->number < correlation->parts.count && part->number < PACK_PARTS_MAX &&
	       correlation->parts.first + part->number == number &&
	       part->keys.count == correlation->keys.count &&
	       part->keys.count <= PACK_KEYS_MAX && part->values.count <= PACK_KEYS_MAX;
}

/* Another link of the chain: the correlation whose part was fed has matched in turn. */
static void push_link(struct correlator *correlator,
		      const struct pack_correlation *correlation, const struct text *keys)
{
	const struct pack *pack = correlator->pack;
	struct link *link;

	if (!pack->rules[correlation->rule].used_by.count)
		return;
	if (correlator->depth == CORRELATOR_DEPTH_MAX) {
		correlator->counters->correlation_cut++;
		return;
	}
	link = &correlator->chain[correlator->depth++];
	link->rule = correlation->rule;
	link->next = 0;
	link->key_count = correlation->keys.count;
	link->key_fields = pack->numbers + correlation->keys.first;
	for (uint32_t i = 0; i < correlation->keys.count; i++)
		link->keys[i] = keys[i];
}

static void feed_part(struct correlator *correlator, const struct link *link,
		      const struct pack_part *part, const struct event *event,
		      engine_emit *emit, void *user)
{
	const struct pack *pack = correlator->pack;
	const struct pack_correlation *correlation =
		&pack->correlations[part->correlation];
	struct window_event counted = { .time_ns = event_time(correlator, event),
					.part = part->number };
	struct text keys[PACK_KEYS_MAX];
	struct window_state state;

	if (!group_values(correlator, part, link, event, keys)) {
		correlator->counters->correlation_ungrouped++;
		return;
	}
	if (!read_values(correlator, part, link, event, &counted) ||
	    !count_event(correlator, part, keys, &counted, &state))
		return;
	if (!(pack->rules[correlation->rule].flags & PACK_RULE_SILENT))
		emit_detection(correlator, correlation, event, keys, &state, emit, user);
	push_link(correlator, correlation, keys);
}

static struct pack_span renames_of(const struct pack *pack, const struct event *event)
{
	uint32_t class = PACK_NONE;

	if (pack->count[PACK_SOURCES])
		class = pack_class_of(pack, event->source, event->id);
	return class == PACK_NONE ? (struct pack_span){ 0 }
				  : pack->classes[class].renames;
}

void correlator_feed(struct correlator *correlator, uint32_t rule,
		     const struct event *event, engine_emit *emit, void *user)
{
	const struct pack *pack = correlator->pack;

	if (rule >= pack->count[PACK_RULES] || !pack->count[PACK_CORRELATIONS])
		return;
	correlator->steps = CORRELATOR_STEPS_MAX;
	correlator->lookup = cost_of_lookup(event);
	correlator->renames = renames_of(pack, event);
	correlator->chain[0] = (struct link){ .rule = rule };
	correlator->depth = 1;
	while (correlator->depth) {
		struct link *link = &correlator->chain[correlator->depth - 1];
		struct pack_span used_by = pack->rules[link->rule].used_by;
		uint32_t number;

		if (link->next == used_by.count) {
			correlator->depth--;
			continue;
		}
		number = pack->numbers[used_by.first + link->next++];
		if (number >= pack->count[PACK_PARTS] || !part_sound(pack, number))
			continue;
		if (!spend(correlator, cost(correlator, &pack->parts[number]))) {
			correlator->counters->correlation_cut++;
			break;
		}
		feed_part(correlator, link, &pack->parts[number], event, emit, user);
	}
	correlator->counters->correlation_evicted = correlator->pool.evicted;
}
