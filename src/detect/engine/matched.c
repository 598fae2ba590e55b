// SPDX-License-Identifier: Apache-2.0
// Which fields made a rule match: asked for a detection that is shown, never for an event.
#include "detect/engine/evaluation.h"

#define ATOMS_MAX 64u    /* atoms of which those that matter are told apart */
#define STEPS_MAX 65536u /* tests followed in all to tell them apart */

/* The atoms that held on the way of a rule's tests to their verdict. */
struct held {
	uint32_t atoms[ATOMS_MAX];
	uint32_t count;
};

static const struct pack_instance *instance_of(const struct evaluation *evaluation,
					       uint32_t rule)
{
	const struct pack_span span = evaluation->class->instances;
	const struct pack_instance *instances = evaluation->pack->instances + span.first;
	uint32_t low = 0, high = span.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (instances[middle].rule < rule)
			low = middle + 1;
		else
			high = middle;
	}
	return low < span.count && instances[low].rule == rule ? &instances[low] : NULL;
}

static bool is_held(const struct held *held, uint32_t atom)
{
	for (uint32_t i = 0; i < held->count; i++)
		if (held->atoms[i] == atom)
			return true;
	return false;
}

/* Follow the tests as the engine did, and remember what held. */
static void walk(const struct evaluation *evaluation,
		 const struct pack_instance *instance, struct held *held)
{
	const struct pack_test *tests = evaluation->pack->tests + instance->tests.first;
	uint32_t at = 0;

	while (at < instance->tests.count) {
		bool yes = tests[at].atom < evaluation->class->atoms.count &&
			   evaluation->marks[tests[at].atom] == MARK_TRUE;
		uint32_t next = yes ? tests[at].yes : tests[at].no;

		if (yes && held->count < ATOMS_MAX && !is_held(held, tests[at].atom))
			held->atoms[held->count++] = tests[at].atom;
		if (next <= at)
			return;
		at = next;
	}
}

/* Whether the rule would match if nothing held but ${held}; "no" once the steps are used up. */
static bool is_enough(const struct evaluation *evaluation,
		      const struct pack_instance *instance, const struct held *held,
		      uint32_t *steps)
{
	const struct pack_test *tests = evaluation->pack->tests + instance->tests.first;
	uint32_t at = 0;

	while (at < instance->tests.count && *steps) {
		uint32_t next =
			is_held(held, tests[at].atom) ? tests[at].yes : tests[at].no;

		--*steps;
		if (next <= at)
			return false;
		at = next;
	}
	return at == TEST_ACCEPT;
}

/*
 * Leave out what the rule matches without: half of a filter that held, a selection that held
 * but for one of its fields.
 */
static void leave_out_idle(const struct evaluation *evaluation,
			   const struct pack_instance *instance, struct held *held)
{
	uint32_t steps = STEPS_MAX;

	for (uint32_t i = held->count; i-- > 0;) {
		struct held fewer = *held;

		fewer.count--;
		memmove(&fewer.atoms[i], &fewer.atoms[i + 1],
			(fewer.count - i) * sizeof(fewer.atoms[0]));
		if (is_enough(evaluation, instance, &fewer, &steps))
			*held = fewer;
	}
}

uint32_t evaluation_matched(const struct evaluation *evaluation, uint32_t rule,
			    uint16_t *fields, uint32_t room)
{
	const struct pack_instance *instance = instance_of(evaluation, rule);
	struct held held = { .count = 0 };
	uint32_t count = 0;

	if (!instance)
		return 0;
	walk(evaluation, instance, &held);
	leave_out_idle(evaluation, instance, &held);
	for (uint32_t i = 0; i < held.count && count < room; i++) {
		uint32_t field = evaluation->atoms[held.atoms[i]].field;
		uint16_t number =
			field < EVENT_FIELD_NONE ? (uint16_t)field : EVENT_FIELD_NONE;
		uint32_t known = 0;

		while (known < count && fields[known] != number)
			known++;
		if (known == count)
			fields[count++] = number;
	}
	return count;
}
