// SPDX-License-Identifier: Apache-2.0
// The slot machine: every cell of it, and the rules that no cell may break.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "update/slot/slot.h"

static const struct slot_digest a = { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
static const struct slot_digest b = { "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" };
static const struct slot_digest c = { "cccccccccccccccccccccccccccccccc" };
static const struct slot_digest none;
static const struct slot_facts free_choice;

static struct slot_step go(struct slot *slot, enum slot_event event,
			   const struct slot_digest *digest)
{
	struct slot_step step = slot_next(slot, event, digest, &free_choice);

	*slot = step.after;
	return step;
}

/* Through proof and probation. */
static void install(struct slot *slot, const struct slot_digest *digest)
{
	assert_int_equal(go(slot, SLOT_OFFERED, digest).answer, SLOT_DONE);
	assert_int_equal(go(slot, SLOT_PROVEN, NULL).answer, SLOT_DONE);
	assert_int_equal(go(slot, SLOT_PASSED, NULL).answer, SLOT_DONE);
}

static void a_pack_runs_after_its_proof_and_is_good_after_its_probation(void **state)
{
	struct slot slot = { 0 };
	struct slot_step step;

	(void)state;
	step = go(&slot, SLOT_OFFERED, &a);
	assert_int_equal(step.actions, SLOT_DO_PROVE);
	assert_true(slot_is(&slot.run, &none));
	step = go(&slot, SLOT_PROVEN, NULL);
	assert_int_equal(step.actions, SLOT_DO_RUN);
	assert_true(slot_is(&slot.run, &a));
	assert_int_equal(slot.good_count, 0);
	step = go(&slot, SLOT_PASSED, NULL);
	assert_int_equal(slot.state, SLOT_STEADY);
	assert_true(slot_is(&slot.goods[0], &a));
	assert_true(slot_is(&slot.run, &a));
}

static void a_failure_on_probation_brings_the_last_known_good_back(void **state)
{
	static const enum slot_event ways[] = { SLOT_FAILED, SLOT_CRASHED, SLOT_BACK };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct slot slot = { 0 };
		struct slot_step step;

		install(&slot, &a);
		(void)go(&slot, SLOT_OFFERED, &b);
		(void)go(&slot, SLOT_PROVEN, NULL);
		step = go(&slot, ways[i], &none);
		assert_int_equal(slot.state, SLOT_STEADY);
		assert_true(slot_is(&slot.run, &a));
		assert_true(slot_is(&step.blamed, &b));
		assert_true(step.actions & SLOT_DO_MARK_BAD &&
			    step.actions & SLOT_DO_RUN);
	}
}

static void without_a_good_pack_a_failure_leads_to_safe_mode(void **state)
{
	struct slot slot = { 0 };

	(void)state;
	(void)go(&slot, SLOT_OFFERED, &a);
	(void)go(&slot, SLOT_PROVEN, NULL);
	(void)go(&slot, SLOT_FAILED, NULL);
	assert_int_equal(slot.state, SLOT_SAFE);
	assert_true(slot_is(&slot.run, &none));
	/* And the way out of it is an install as any other. */
	install(&slot, &b);
	assert_int_equal(slot.state, SLOT_STEADY);
}

static void when_the_last_known_good_fails_the_one_before_it_runs(void **state)
{
	struct slot slot = { 0 };
	struct slot_step step;

	(void)state;
	install(&slot, &a);
	install(&slot, &b);
	step = go(&slot, SLOT_FAILED, NULL);
	assert_true(slot_is(&step.blamed, &b));
	assert_true(slot_is(&slot.run, &a));
	assert_int_equal(slot.good_count, 1);
	step = go(&slot, SLOT_FAILED, NULL);
	assert_int_equal(slot.state, SLOT_SAFE);
}

static void what_runs_can_fail_during_a_proof(void **state)
{
	struct slot slot = { 0 };
	struct slot_step step;

	(void)state;
	install(&slot, &a);
	(void)go(&slot, SLOT_OFFERED, &b);
	step = go(&slot, SLOT_FAILED, NULL);
	assert_true(slot_is(&step.blamed, &a));
	assert_int_equal(slot.state, SLOT_PROVING);
	assert_true(slot_is(&slot.run, &none));
	(void)go(&slot, SLOT_PROVEN, NULL);
	assert_true(slot_is(&slot.run, &b));
}

static void a_proof_that_is_cut_off_leaves_what_was(void **state)
{
	static const enum slot_event ways[] = { SLOT_STARTED, SLOT_CRASHED,
						SLOT_REFUSED };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct slot slot = { 0 };

		install(&slot, &a);
		(void)go(&slot, SLOT_OFFERED, &b);
		(void)go(&slot, ways[i], NULL);
		assert_int_equal(slot.state, SLOT_STEADY);
		assert_true(slot_is(&slot.run, &a));
		assert_true(slot_is(&slot.candidate, &none));
	}
}

static void an_operator_goes_back_one_pack_or_to_a_named_one(void **state)
{
	struct slot slot = { 0 };

	(void)state;
	install(&slot, &a);
	assert_int_equal(go(&slot, SLOT_BACK, &none).answer, SLOT_E_NONE);
	install(&slot, &b);
	install(&slot, &c);
	(void)go(&slot, SLOT_BACK, &none);
	assert_true(slot_is(&slot.run, &b));
	(void)go(&slot, SLOT_BACK, &a);
	assert_true(slot_is(&slot.run, &a));
	assert_int_equal(slot.good_count, 3);
	assert_int_equal(go(&slot, SLOT_BACK, &a).answer, SLOT_E_SAME);
}

static void going_back_during_a_proof_drops_the_candidate(void **state)
{
	struct slot slot = { 0 };

	(void)state;
	install(&slot, &a);
	(void)go(&slot, SLOT_OFFERED, &b);
	assert_int_equal(go(&slot, SLOT_BACK, &none).answer, SLOT_DONE);
	assert_int_equal(slot.state, SLOT_STEADY);
	assert_true(slot_is(&slot.run, &a));
}

static void what_may_not_be_tried_is_refused_with_its_reason(void **state)
{
	struct slot slot = { 0 };
	struct slot_facts facts = { 0 };

	(void)state;
	install(&slot, &a);
	assert_int_equal(slot_next(&slot, SLOT_OFFERED, &a, &facts).answer, SLOT_E_SAME);
	facts = (struct slot_facts){ .is_bad = true };
	assert_int_equal(slot_next(&slot, SLOT_OFFERED, &b, &facts).answer, SLOT_E_BAD);
	facts = (struct slot_facts){ .is_full = true };
	assert_int_equal(slot_next(&slot, SLOT_OFFERED, &b, &facts).answer, SLOT_E_FULL);
	facts = (struct slot_facts){ .is_paused = true };
	assert_int_equal(slot_next(&slot, SLOT_OFFERED, &b, &facts).answer,
			 SLOT_E_PAUSED);
	facts = (struct slot_facts){ .pin = c };
	assert_int_equal(slot_next(&slot, SLOT_OFFERED, &b, &facts).answer,
			 SLOT_E_PINNED);
	assert_int_equal(slot_next(&slot, SLOT_OFFERED, &c, &facts).answer, SLOT_DONE);
	(void)go(&slot, SLOT_OFFERED, &b);
	assert_int_equal(go(&slot, SLOT_OFFERED, &c).answer, SLOT_E_BUSY);
	(void)go(&slot, SLOT_PROVEN, NULL);
	(void)go(&slot, SLOT_PASSED, NULL);
	assert_int_equal(go(&slot, SLOT_OFFERED, &a).answer, SLOT_E_KEPT);
}

static void neither_pause_nor_pin_holds_a_rollback_up(void **state)
{
	struct slot slot = { 0 };
	const struct slot_facts facts = { .is_paused = true, .pin = b };

	(void)state;
	install(&slot, &a);
	(void)go(&slot, SLOT_OFFERED, &b);
	(void)go(&slot, SLOT_PROVEN, NULL);
	assert_int_equal(slot_next(&slot, SLOT_FAILED, NULL, &facts).answer, SLOT_DONE);
	assert_int_equal(slot_next(&slot, SLOT_BACK, &none, &facts).answer, SLOT_DONE);
}

static void goods_are_bounded_and_the_oldest_goes_first(void **state)
{
	struct slot slot = { 0 };
	struct slot_digest digest = { "00000000000000000000000000000000" };

	(void)state;
	for (int i = 0; i < SLOT_GOODS + 3; i++) {
		digest.hex[0] = (char)('0' + i);
		install(&slot, &digest);
		assert_true(slot_is_sound(&slot));
	}
	assert_int_equal(slot.good_count, SLOT_GOODS);
	assert_int_equal(slot.goods[0].hex[0], '0' + SLOT_GOODS + 2);
	assert_int_equal(slot.goods[SLOT_GOODS - 1].hex[0], '0' + 3);
}

/* Every state that there is, with every event. */
static void no_cell_leaves_the_sound_states_or_acts_without_being_done(void **state)
{
	struct slot slots[8] = { { 0 } };

	(void)state;
	install(&slots[1], &a);
	slots[2] = slots[1];
	install(&slots[2], &b);
	slots[3] = slots[0];
	(void)go(&slots[3], SLOT_OFFERED, &c);
	slots[4] = slots[2];
	(void)go(&slots[4], SLOT_OFFERED, &c);
	slots[5] = slots[3];
	(void)go(&slots[5], SLOT_PROVEN, NULL);
	slots[6] = slots[4];
	(void)go(&slots[6], SLOT_PROVEN, NULL);
	slots[7] = slots[1];
	(void)go(&slots[7], SLOT_OFFERED, &c);
	for (size_t i = 0; i < 8; i++) {
		assert_true(slot_is_sound(&slots[i]));
		for (enum slot_event event = 0; event < SLOT_EVENTS; event++) {
			struct slot_step step =
				slot_next(&slots[i], event, &none, &free_choice);

			if (event == SLOT_OFFERED)
				continue;
			assert_true(slot_is_sound(&step.after));
			if (step.answer == SLOT_DONE)
				continue;
			assert_int_equal(step.actions, 0);
			assert_memory_equal(&step.after, &slots[i], sizeof(slots[i]));
		}
	}
}

static void a_slot_that_contradicts_itself_is_not_sound(void **state)
{
	struct slot slot = { 0 };

	(void)state;
	install(&slot, &a);
	slot.run = b;
	assert_false(slot_is_sound(&slot));
	slot.run = slot.goods[0];
	slot.candidate = b;
	assert_false(slot_is_sound(&slot));
	slot.candidate = none;
	slot.goods[1] = a;
	slot.good_count = 2;
	assert_false(slot_is_sound(&slot));
	slot.good_count = SLOT_GOODS + 1;
	assert_false(slot_is_sound(&slot));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_pack_runs_after_its_proof_and_is_good_after_its_probation),
		cmocka_unit_test(a_failure_on_probation_brings_the_last_known_good_back),
		cmocka_unit_test(without_a_good_pack_a_failure_leads_to_safe_mode),
		cmocka_unit_test(when_the_last_known_good_fails_the_one_before_it_runs),
		cmocka_unit_test(what_runs_can_fail_during_a_proof),
		cmocka_unit_test(a_proof_that_is_cut_off_leaves_what_was),
		cmocka_unit_test(an_operator_goes_back_one_pack_or_to_a_named_one),
		cmocka_unit_test(going_back_during_a_proof_drops_the_candidate),
		cmocka_unit_test(what_may_not_be_tried_is_refused_with_its_reason),
		cmocka_unit_test(neither_pause_nor_pin_holds_a_rollback_up),
		cmocka_unit_test(goods_are_bounded_and_the_oldest_goes_first),
		cmocka_unit_test(
			no_cell_leaves_the_sound_states_or_acts_without_being_done),
		cmocka_unit_test(a_slot_that_contradicts_itself_is_not_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
