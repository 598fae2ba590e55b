// SPDX-License-Identifier: Apache-2.0
// Event + pack -> detections: scan the values, collect the candidates, evaluate these alone.
#include "detect/engine/engine.h"

#include <errno.h>

#include "base/fold.h"
#include "detect/engine/correlation.h"
#include "detect/engine/evaluation.h"

#define DEFAULT_CORRELATION_SIZE (8u << 20)
#define DEFAULT_STEPS            (64u << 20)
#define FOLDED_SIZE              (FOLD_SIZE(EVENT_VALUE_SIZE_MAX) + 8)

struct engine {
	struct evaluation evaluation;
	struct engine_limits limits;
	struct engine_counters counters;
	struct correlator *correlator;
	engine_match *match;  /* takes what the correlator would be fed, or NULL */
	uint32_t words;       /* of candidates, for the class with the most instances */
	uint32_t *counted;    /* rules of the event at hand that correlations count */
	uint64_t *rule_steps; /* by rule, or NULL */
	uint64_t *rules_off;  /* a bit for each rule, with rule_steps */
};

static int allocate(struct engine *engine, const struct pack *pack)
{
	struct evaluation *evaluation = &engine->evaluation;
	size_t atoms = 1, instances = 1;

	for (uint32_t i = 0; i < pack->count[PACK_CLASSES]; i++) {
		if (pack->classes[i].atoms.count > atoms)
			atoms = pack->classes[i].atoms.count;
		if (pack->classes[i].instances.count > instances)
			instances = pack->classes[i].instances.count;
	}
	engine->words = (uint32_t)((instances + 63) / 64);
	evaluation->marks = calloc(atoms, sizeof(*evaluation->marks));
	evaluation->marked = calloc(atoms, sizeof(*evaluation->marked));
	evaluation->candidates = calloc(engine->words, sizeof(*evaluation->candidates));
	engine->counted = calloc(engine->words, 64 * sizeof(*engine->counted));
	evaluation->folded = malloc(FOLDED_SIZE);
	evaluation->other_folded = malloc(FOLDED_SIZE);
	evaluation->regex = regex_scratch_create();
	if (engine->limits.rule_steps) {
		uint32_t rules = pack->count[PACK_RULES];

		engine->rule_steps = calloc(rules + 1u, sizeof(*engine->rule_steps));
		engine->rules_off = calloc(rules / 64 + 1u, sizeof(*engine->rules_off));
		if (!engine->rule_steps || !engine->rules_off)
			return -ENOMEM;
	}
	if (!evaluation->marks || !evaluation->marked || !evaluation->candidates ||
	    !evaluation->folded || !evaluation->other_folded || !evaluation->regex ||
	    !engine->counted)
		return -ENOMEM;
	return correlator_create(pack, engine->limits.correlation_size, &engine->counters,
				 &engine->correlator);
}

int engine_create(const struct pack *pack, const struct engine_limits *limits,
		  struct engine **out)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int r;

	if (!engine)
		return -ENOMEM;
	if (limits)
		engine->limits = *limits;
	if (!engine->limits.correlation_size)
		engine->limits.correlation_size = DEFAULT_CORRELATION_SIZE;
	if (!engine->limits.steps_per_event)
		engine->limits.steps_per_event = DEFAULT_STEPS;
	engine->evaluation.pack = pack;
	r = allocate(engine, pack);
	if (r) {
		engine_free(engine);
		return r;
	}
	*out = engine;
	return 0;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	correlator_free(engine->correlator);
	regex_scratch_free(engine->evaluation.regex);
	free(engine->counted);
	free(engine->rule_steps);
	free(engine->rules_off);
	free(engine->evaluation.marks);
	free(engine->evaluation.marked);
	free(engine->evaluation.candidates);
	free(engine->evaluation.folded);
	free(engine->evaluation.other_folded);
	free(engine);
}

const uint64_t *engine_rule_steps(const struct engine *engine)
{
	return engine->rule_steps;
}

void engine_rule_off(struct engine *engine, uint32_t rule, bool off)
{
	uint64_t bit = UINT64_C(1) << rule % 64;

	if (!engine->rules_off || rule >= engine->evaluation.pack->count[PACK_RULES])
		return;
	if (off)
		engine->rules_off[rule / 64] |= bit;
	else
		engine->rules_off[rule / 64] &= ~bit;
}

const struct engine_counters *engine_counters(const struct engine *engine)
{
	return &engine->counters;
}

uint32_t engine_matched(const struct engine *engine, const struct detection *detection,
			uint16_t *fields, uint32_t room)
{
	return evaluation_matched(&engine->evaluation, detection->rule, fields, room);
}

/* Whether a pattern can match a value of ${size} bytes, which folding makes longer by half at
   most. */
static bool can_match(const struct pack_matcher *matcher, size_t size)
{
	return size + size / 2 >= matcher->shortest;
}

/* The keywords that each value is to be scanned for; NULL where none can stand in the event. */
static const struct pack_matcher *keywords_for(const struct evaluation *evaluation)
{
	const struct pack_class *class = evaluation->class;
	const struct event *event = evaluation->event;

	if (class->keywords == PACK_NONE ||
	    (event->whole.size &&
	     !pack_may_hold_keyword(evaluation->pack, class, event->whole)))
		return NULL;
	event_complete(event);
	return evaluation->pack->matchers + class->matchers.first + class->keywords;
}

/* Every value against the patterns of its field, and of the keywords. */
static void scan_values(struct engine *engine, uint32_t class)
{
	struct evaluation *evaluation = &engine->evaluation;
	const struct pack *pack = evaluation->pack;
	const struct event *event = evaluation->event;
	uint32_t fields = pack->count[PACK_FIELDS];
	const uint16_t *by_field = pack->field_matchers + (size_t) class * fields;
	const struct pack_matcher *matchers =
		pack->matchers + evaluation->class->matchers.first;
	const struct pack_matcher *keywords = keywords_for(evaluation);

	for (uint32_t i = 0; i < event->count && evaluation->steps; i++) {
		const struct event_value *value = &event->values[i];
		uint32_t number = value->field < fields ? by_field[value->field] : 0;
		const struct pack_matcher *own =
			number && number != PACK_WANTED ? &matchers[number - 1] : NULL;
		struct subject subject;
		bool in_own, in_keywords;
		struct text text;

		if (value->flags & VALUE_CUT)
			engine->counters.values_cut++;
		if ((!own && !keywords) || value->type == VALUE_NULL)
			continue;
		text = event_text(event, value);
		if (text.size > EVENT_VALUE_SIZE_MAX)
			text.size = EVENT_VALUE_SIZE_MAX;
		in_own = own && can_match(own, text.size);
		in_keywords = keywords && can_match(keywords, text.size);
		if (!in_own && !in_keywords)
			continue;
		subject_set(&subject, evaluation, text);
		if (in_own)
			matcher_run(evaluation, own, &subject);
		if (in_keywords)
			matcher_run(evaluation, keywords, &subject);
	}
}

/* Follow the tests of an instance: forward jumps only, as the verifier has proven. */
static bool instance_holds(struct evaluation *evaluation,
			   const struct pack_instance *instance)
{
	const struct pack_test *tests = evaluation->pack->tests + instance->tests.first;
	uint32_t at = 0;

	while (at < instance->tests.count) {
		bool yes = tests[at].atom < evaluation->class->atoms.count &&
			   atom_ask(evaluation, tests[at].atom);
		uint32_t next = yes ? tests[at].yes : tests[at].no;

		if (next <= at)
			return false;
		at = next;
	}
	return at == TEST_ACCEPT;
}

static void add_always(struct evaluation *evaluation)
{
	const struct pack_class *class = evaluation->class;
	const uint32_t *always = evaluation->pack->numbers + class->always.first;

	for (uint32_t i = 0; i < class->always.count; i++)
		evaluation->candidates[always[i] / 64] |= 1ull << always[i] % 64;
}

/* The same, with what it takes put on the rule's account, and no for a rule that is off. */
static bool instance_is_due_and_holds(struct engine *engine,
				      const struct pack_instance *instance)
{
	struct evaluation *evaluation = &engine->evaluation;
	uint64_t before = evaluation->steps;
	uint32_t rule = instance->rule;
	bool holds;

	if (!engine->rule_steps)
		return instance_holds(evaluation, instance);
	if (engine->rules_off[rule / 64] >> rule % 64 & 1)
		return false;
	holds = instance_holds(evaluation, instance);
	engine->rule_steps[rule] += before - evaluation->steps + 1;
	return holds;
}

/* Turn the candidates into the instances that hold; emit those that alert. */
static void judge_candidates(struct engine *engine, engine_emit *emit, void *user)
{
	struct evaluation *evaluation = &engine->evaluation;
	const struct pack *pack = evaluation->pack;
	const struct pack_instance *instances =
		pack->instances + evaluation->class->instances.first;
	uint32_t count = evaluation->class->instances.count;

	for (uint32_t word = 0; word * 64 < count; word++) {
		uint64_t left = evaluation->candidates[word];

		while (left) {
			uint32_t bit = (uint32_t)__builtin_ctzll(left);
			const struct pack_instance *instance =
				&instances[word * 64 + bit];
			struct detection detection = { .rule = instance->rule,
						       .event = evaluation->event };

			left &= left - 1;
			engine->counters.candidates++;
			if (!instance_is_due_and_holds(engine, instance)) {
				evaluation->candidates[word] &= ~(1ull << bit);
				continue;
			}
			if (pack->rules[instance->rule].flags & PACK_RULE_SILENT)
				continue;
			engine->counters.detections++;
			event_complete(evaluation->event);
			emit(user, &detection);
		}
	}
}

void engine_defer(struct engine *engine, engine_match *match)
{
	engine->match = match;
}

void engine_correlate(struct engine *engine, const uint32_t *rules, uint32_t count,
		      const struct event *event, engine_emit *emit, void *user)
{
	correlator_feed(engine->correlator, rules, count, event, emit, user);
}

/* Correlations come after all rules of the event, as their numbers do. */
static void feed_correlations(struct engine *engine, engine_emit *emit, void *user)
{
	struct evaluation *evaluation = &engine->evaluation;
	const struct pack *pack = evaluation->pack;
	const struct pack_instance *instances =
		pack->instances + evaluation->class->instances.first;
	uint32_t count = evaluation->class->instances.count, counted = 0;

	if (!pack->count[PACK_CORRELATIONS])
		return;
	for (uint32_t word = 0; word * 64 < count; word++) {
		for (uint64_t left = evaluation->candidates[word]; left;
		     left &= left - 1) {
			uint32_t bit = (uint32_t)__builtin_ctzll(left);
			uint32_t rule = instances[word * 64 + bit].rule;

			if (pack->rules[rule].used_by.count)
				engine->counted[counted++] = rule;
		}
	}
	if (!counted)
		return;
	if (engine->match)
		engine->match(user, engine->counted, counted, evaluation->event);
	else
		engine_correlate(engine, engine->counted, counted, evaluation->event,
				 emit, user);
}

void engine_event(struct engine *engine, const struct event *event, engine_emit *emit,
		  void *user)
{
	struct evaluation *evaluation = &engine->evaluation;
	const struct pack *pack = evaluation->pack;
	uint32_t class = event->class < pack->count[PACK_CLASSES]
				 ? event->class
				 : pack_class_of(pack, event->source, event->id);

	engine->counters.events++;
	engine->counters.values_dropped += event->dropped;
	if (class == PACK_NONE) {
		engine->counters.unrouted++;
		return;
	}
	evaluation->event = event;
	evaluation->class = &pack->classes[class];
	evaluation->atoms = pack->atoms + evaluation->class->atoms.first;
	evaluation->steps = engine->limits.steps_per_event;
	evaluation->folded_of = (struct text){ 0 };
	memset(evaluation->candidates, 0,
	       engine->words * sizeof(*evaluation->candidates));
	scan_values(engine, class);
	add_always(evaluation);
	judge_candidates(engine, emit, user);
	feed_correlations(engine, emit, user);
	if (!evaluation->steps)
		engine->counters.out_of_steps++;
	for (uint32_t i = 0; i < evaluation->marked_count; i++)
		evaluation->marks[evaluation->marked[i]] = MARK_UNKNOWN;
	evaluation->marked_count = 0;
}
