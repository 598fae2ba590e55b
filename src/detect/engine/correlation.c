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

/* What a part counts: the event itself, or a correlation that it completed. */
struct link {
	uint32_t rule;
	uint32_t key_count;              /* of a correlation's group: */
	const uint32_t *key_fields;      /* the fields as its group-by was written */
	struct text keys[PACK_KEYS_MAX]; /* and their values, inside the event */
};

struct correlator {
	const struct pack *pack;
	struct engine_counters *counters;
	struct pool pool;
	struct key_maker maker;
	int64_t last_known_ns; /* time of the last event that had one */

	/* the event at hand */
	const struct event *event;
	engine_emit *emit;
	void *user;
	int64_t time_ns;
	uint64_t steps;           /* left for it */
	uint64_t lookup;          /* cost of finding one of its fields */
	struct pack_span renames; /* of its class: names in rules, and the event's own */
	uint64_t *fed;      /* by correlation: a bit for each part that matched it */
	uint64_t *due;      /* a bit for each correlation that has such a part */
	struct link *links; /* what it completed that others count */
	uint32_t link_count;
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

/* What is known of the event at hand, for ${count} correlations. */
static int take_memory(struct correlator *correlator, uint32_t count)
{
	correlator->fed = calloc(count, sizeof(*correlator->fed));
	correlator->due = calloc(count / 64 + 1u, sizeof(*correlator->due));
	correlator->links = calloc(CORRELATOR_LINKS_MAX, sizeof(*correlator->links));
	return correlator->fed && correlator->due && correlator->links ? 0 : -ENOMEM;
}

int correlator_create(const struct pack *pack, size_t bytes,
		      struct engine_counters *counters, struct correlator **out)
{
	struct correlator *correlator = calloc(1, sizeof(*correlator));
	int r;

	if (!correlator)
		return -ENOMEM;
	correlator->pack = pack;
	correlator->counters = counters;
	correlator->maker.seed = process_seed();
	if (pack->count[PACK_CORRELATIONS]) {
		if (bytes < CORRELATOR_SIZE_MIN)
			bytes = CORRELATOR_SIZE_MIN;
		r = take_memory(correlator, pack->count[PACK_CORRELATIONS]);
		if (r == 0)
			r = pool_init(&correlator->pool, bytes, correlator->maker.seed);
		if (r) {
			correlator_free(correlator);
			return r;
		}
	}
	*out = correlator;
	return 0;
}

void correlator_free(struct correlator *correlator)
{
	if (!correlator)
		return;
	pool_done(&correlator->pool);
	free(correlator->fed);
	free(correlator->due);
	free(correlator->links);
	free(correlator);
}

/* False from the moment on at which the event's budget is used up, which is counted once. */
static bool spend(struct correlator *correlator, uint64_t steps)
{
	if (steps > correlator->steps) {
		correlator->counters->correlation_cut += correlator->steps != 0;
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
static bool field_value(const struct correlator *correlator, uint32_t field,
			struct text *out)
{
	const struct event *event = correlator->event;
	const uint32_t *renames = correlator->pack->numbers + correlator->renames.first;

	for (uint32_t i = 0; i + 1 < correlator->renames.count; i += 2)
		if (renames[i] == field && own_value(event, renames[i + 1], out))
			return true;
	return own_value(event, field, out);
}

/* A field of what matched: of the group of the correlation below, or else the event's. */
static bool link_value(const struct correlator *correlator, const struct link *link,
		       uint32_t field, struct text *out)
{
	for (uint32_t i = 0; i < link->key_count; i++) {
		if (link->key_fields[i] == field) {
			*out = link->keys[i];
			return true;
		}
	}
	return field_value(correlator, field, out);
}

static bool group_values(const struct correlator *correlator,
			 const struct pack_part *part, const struct link *link,
			 struct text *out)
{
	const uint32_t *fields = correlator->pack->numbers + part->keys.first;

	for (uint32_t i = 0; i < part->keys.count; i++)
		if (!link_value(correlator, link, fields[i], &out[i]))
			return false;
	return true;
}

/* What the VALUE_... kinds read of the event.  False: it has nothing to count. */
static bool read_values(struct correlator *correlator, const struct pack_part *part,
			const struct link *link, struct window_event *out)
{
	const uint32_t *fields = correlator->pack->numbers + part->values.first;
	uint32_t kind = correlator->pack->correlations[part->correlation].kind;
	struct text values[PACK_KEYS_MAX];

	if (kind == PACK_EVENT_COUNT || kind == PACK_TEMPORAL ||
	    kind == PACK_TEMPORAL_ORDERED)
		return true;
	for (uint32_t i = 0; i < part->values.count; i++)
		if (!link_value(correlator, link, fields[i], &values[i]))
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
			   const struct text *keys, const struct window_state *state)
{
	const struct pack *pack = correlator->pack;
	struct text names[PACK_KEYS_MAX];
	struct detection detection = {
		.rule = correlation->rule,
		.event = correlator->event,
		.first_ns = state->first_ns,
		.last_ns = state->last_ns,
		.event_count = state->events,
		.value = state->value,
		.key_count = correlation->keys.count,
		.key_names = names,
		.key_values = keys,
	};

	if (pack->rules[correlation->rule].flags & PACK_RULE_SILENT)
		return;
	for (uint32_t i = 0; i < correlation->keys.count; i++)
		names[i] = pack_field_name(
			pack, (uint16_t)pack->numbers[correlation->keys.first + i]);
	correlator->counters->detections++;
	event_complete(detection.event);
	correlator->emit(correlator->user, &detection);
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

/* Count the event in its group. */
static void count_event(struct correlator *correlator, const struct pack_part *part,
			const struct link *link, const struct text *keys)
{
	const struct pack_correlation *correlation =
		&correlator->pack->correlations[part->correlation];
	bool temporal = correlation->kind == PACK_TEMPORAL ||
			correlation->kind == PACK_TEMPORAL_ORDERED;
	struct window_event event = { .time_ns = correlator->time_ns,
				      .part = part->number };
	struct pool *pool = &correlator->pool;
	struct text key;
	uint32_t group;

	if (!read_values(correlator, part, link, &event))
		return;
	key = key_make(&correlator->maker, keys, part->keys.count);
	group = pool_find(pool, part->correlation, key);
	if (!group)
		group = pool_add(pool, part->correlation, key,
				 temporal ? correlation->parts.count : 0);
	if (window_add(pool, group, correlation, &event))
		pool_touch(pool, group);
	else
		correlator->counters->correlation_late++;
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

/* Whether the pack's lists agree that this is a part of its correlation, which counts ${rule}. */
static bool part_sound(const struct pack *pack, uint32_t number, uint32_t rule)
{
	const struct pack_part *part = &pack->parts[number];
	const struct pack_correlation *correlation;

	if (part->rule != rule || part->correlation >= pack->count[PACK_CORRELATIONS])
		return false;
	correlation = &pack->correlations[part->correlation];
	return part->number < correlation->parts.count && part->number < PACK_PARTS_MAX &&
	       correlation->parts.first + part->number == number &&
	       part->keys.count == correlation->keys.count &&
	       part->keys.count <= PACK_KEYS_MAX && part->values.count <= PACK_KEYS_MAX;
}

/* ${rule} matched: mark what counts it, of the correlations from number ${first} on. */
static void mark(struct correlator *correlator, uint32_t rule, uint32_t first)
{
	const struct pack *pack = correlator->pack;
	struct pack_span used_by = pack->rules[rule].used_by;

	for (uint32_t i = 0; i < used_by.count && spend(correlator, 1); i++) {
		uint32_t number = pack->numbers[used_by.first + i];
		const struct pack_part *part;

		if (number >= pack->count[PACK_PARTS] || !part_sound(pack, number, rule))
			continue;
		part = &pack->parts[number];
		if (part->correlation < first)
			continue;
		correlator->fed[part->correlation] |= UINT64_C(1) << part->number;
		correlator->due[part->correlation / 64] |= UINT64_C(1)
							   << part->correlation % 64;
	}
}

/* A correlation is complete: so it is for those that count it, which all come behind it. */
static void add_link(struct correlator *correlator,
		     const struct pack_correlation *correlation, const struct text *keys)
{
	const struct pack *pack = correlator->pack;
	struct link *link;

	if (!pack->rules[correlation->rule].used_by.count)
		return;
	if (correlator->link_count == CORRELATOR_LINKS_MAX) {
		correlator->counters->correlation_cut++;
		return;
	}
	link = &correlator->links[correlator->link_count++];
	link->rule = correlation->rule;
	link->key_count = correlation->keys.count;
	link->key_fields = pack->numbers + correlation->keys.first;
	for (uint32_t i = 0; i < correlation->keys.count; i++)
		link->keys[i] = keys[i];
	mark(correlator, correlation->rule,
	     pack->rules[correlation->rule].correlation + 1);
}

/* If the group's condition holds it alerts, and begins anew. */
static void judge_group(struct correlator *correlator, const struct pack_part *part,
			const struct text *keys)
{
	const struct pack_correlation *correlation =
		&correlator->pack->correlations[part->correlation];
	struct pool *pool = &correlator->pool;
	struct text key = key_make(&correlator->maker, keys, part->keys.count);
	uint32_t group = pool_find(pool, part->correlation, key);
	struct window_state state;

	if (!group)
		return;
	state = window_state(pool, group, correlation);
	if (!holds(correlator->pack, correlation, &state))
		return;
	pool_drop(pool, group);
	emit_detection(correlator, correlation, keys, &state);
	add_link(correlator, correlation, keys);
}

enum step { COUNT, JUDGE };

static void take_link(struct correlator *correlator, enum step step,
		      const struct pack_part *part, const struct link *link)
{
	struct text keys[PACK_KEYS_MAX];

	if (!spend(correlator, cost(correlator, part)))
		return;
	if (!group_values(correlator, part, link, keys))
		correlator->counters->correlation_ungrouped += step == COUNT;
	else if (step == COUNT)
		count_event(correlator, part, link, keys);
	else
		judge_group(correlator, part, keys);
}

/* What a part counts: the event, or each group that the event completed of a correlation. */
static void take_part(struct correlator *correlator, enum step step,
		      const struct pack_part *part)
{
	static const struct link event_itself;

	if (correlator->pack->rules[part->rule].correlation == PACK_NONE) {
		take_link(correlator, step, part, &event_itself);
		return;
	}
	for (uint32_t i = 0; i < correlator->link_count; i++)
		if (correlator->links[i].rule == part->rule)
			take_link(correlator, step, part, &correlator->links[i]);
}

/* Judged is once all parts have counted: a group that then does not hold is as it was before. */
static void take_correlation(struct correlator *correlator, uint32_t number)
{
	const struct pack *pack = correlator->pack;
	const struct pack_part *parts =
		pack->parts + pack->correlations[number].parts.first;
	uint64_t fed = correlator->fed[number];

	correlator->fed[number] = 0;
	for (enum step step = COUNT; step <= JUDGE; step++)
		for (uint64_t left = fed; left; left &= left - 1)
			take_part(correlator, step, &parts[__builtin_ctzll(left)]);
}

static struct pack_span renames_of(const struct pack *pack, const struct event *event)
{
	uint32_t class = PACK_NONE;

	if (pack->count[PACK_SOURCES])
		class = pack_class_of(pack, event->source, event->id);
	return class == PACK_NONE ? (struct pack_span){ 0 }
				  : pack->classes[class].renames;
}

void correlator_feed(struct correlator *correlator, const uint32_t *rules, uint32_t count,
		     const struct event *event, engine_emit *emit, void *user)
{
	const struct pack *pack = correlator->pack;
	uint32_t correlations = pack->count[PACK_CORRELATIONS];

	if (!correlations)
		return;
	correlator->event = event;
	correlator->emit = emit;
	correlator->user = user;
	correlator->time_ns = event_time(correlator, event);
	correlator->steps = CORRELATOR_STEPS_MAX;
	correlator->lookup = cost_of_lookup(event);
	correlator->renames = renames_of(pack, event);
	correlator->link_count = 0;
	for (uint32_t i = 0; i < count; i++)
		if (rules[i] < pack->count[PACK_RULES])
			mark(correlator, rules[i], 0);
	/* A correlation stands behind those that it counts: in this order each is taken once. */
	for (uint32_t word = 0; word <= correlations / 64; word++) {
		while (correlator->due[word]) {
			uint32_t bit = (uint32_t)__builtin_ctzll(correlator->due[word]);

			correlator->due[word] &= correlator->due[word] - 1;
			take_correlation(correlator, word * 64 + bit);
		}
	}
	correlator->counters->correlation_evicted = correlator->pool.evicted;
}
