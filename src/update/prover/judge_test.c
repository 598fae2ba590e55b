// SPDX-License-Identifier: Apache-2.0
// Verdicts: which gate stops what, and that each stops it alone.
#include "update/prover/report.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXITED(status) ((status) << 8)

struct bench {
	struct prover_policy policy;
	struct prover_report *report;
	struct prover_end end;
	struct prover_verdict verdict;
	uint32_t disarmed;
};

/* A proof in which all went well: two packs of 100 rules over 1,000 events. */
static void make(struct bench *bench)
{
	prover_policy_default(&bench->policy);
	bench->report = calloc(1, sizeof(*bench->report));
	assert_non_null(bench->report);
	bench->report->stage = PROVER_DONE;
	bench->report->events = bench->report->judged_events = 1000;
	bench->report->before = (struct prover_figures){ .ns_per_event = 2000,
							 .memory_size = 12 << 20,
							 .rules = 100 };
	bench->report->now = bench->report->before;
	memcpy(bench->report->digest, "0123456789abcdef0123456789abcdef", 32);
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	if (!bench)
		return -1;
	make(bench);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	prover_verdict_done(&bench->verdict);
	free(bench->report);
	free(bench);
	return 0;
}

static void judge(struct bench *bench)
{
	prover_verdict_done(&bench->verdict);
	assert_int_equal(prover_judge(&bench->policy, bench->disarmed, bench->report,
				      &bench->end, &bench->verdict),
			 0);
}

static void assert_refused(struct bench *bench, enum prover_gate_id gate,
			   const char *words)
{
	judge(bench);
	assert_false(bench->verdict.accepted);
	assert_int_equal(bench->verdict.refused_at, gate);
	assert_int_equal(bench->verdict.gates[gate].outcome, PROVER_REFUSED);
	if (!strstr(bench->verdict.gates[gate].sentence, words))
		fail_msg("'%s' does not say '%s'", bench->verdict.gates[gate].sentence,
			 words);
	for (unsigned later = gate + 1u; later < PROVER_GATES; later++)
		assert_int_equal(bench->verdict.gates[later].outcome, PROVER_NOT_REACHED);
}

static void add_rule(struct bench *bench, uint64_t before, uint64_t now)
{
	struct prover_report *report = bench->report;
	struct prover_rule *rule = &report->rules[report->rule_count];

	*rule = (struct prover_rule){ .number = report->rule_count,
				      .before = before,
				      .now = now,
				      .title = "A rule" };
	report->rule_count++;
	report->before.detections += before;
	report->now.detections += now;
}

static void a_pack_like_the_running_one_is_accepted(void **state)
{
	struct bench *bench = *state;

	add_rule(bench, 20, 21);
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.audit_count, 0);
	assert_int_equal(bench->verdict.gates[PROVER_STORM].outcome, PROVER_PASSED);
}

static void without_a_jail_there_is_no_verdict(void **state)
{
	struct bench *bench = *state;

	bench->report->stage = PROVER_STARTING;
	assert_int_equal(prover_judge(&bench->policy, 0, bench->report, &bench->end,
				      &bench->verdict),
			 -EPROTO);
}

static void what_the_verifier_refuses_is_refused_in_its_words(void **state)
{
	struct bench *bench = *state;

	bench->report->stage = PROVER_VERIFYING;
	bench->report->error = -EINVAL;
	(void)snprintf(bench->report->reason, sizeof(bench->report->reason), "%s",
		       "the file is torn");
	assert_refused(bench, PROVER_VERIFY, "torn");
	assert_string_equal(bench->verdict.digest, "");
}

static void a_crash_is_refused_at_the_stage_it_happened_in(void **state)
{
	static const struct {
		enum prover_stage stage;
		enum prover_gate_id gate;
	} cases[] = {
		{ PROVER_VERIFYING, PROVER_VERIFY },
		{ PROVER_LOADING, PROVER_LOAD },
		{ PROVER_TESTING, PROVER_TESTS },
		{ PROVER_REPLAYING, PROVER_REPLAY },
	};
	struct bench *bench = *state;

	bench->end.status = SIGSEGV;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench->report->stage = cases[i].stage;
		assert_refused(bench, cases[i].gate, "crash");
	}
	bench->report->progress = 4711;
	assert_refused(bench, PROVER_REPLAY, "4711");
}

static void a_hang_is_told_from_a_crash(void **state)
{
	struct bench *bench = *state;

	bench->end = (struct prover_end){ .status = SIGKILL, .stalled = true };
	bench->report->stage = PROVER_REPLAYING;
	assert_refused(bench, PROVER_REPLAY, "hangs");
	bench->end = (struct prover_end){ .status = SIGKILL, .overdue = true };
	assert_refused(bench, PROVER_REPLAY, "not finished");
}

static void memory_that_the_jail_has_not_is_refused(void **state)
{
	struct bench *bench = *state;

	bench->end.status = EXITED(1);
	bench->report->error = -ENOMEM;
	bench->report->stage = PROVER_LOADING;
	assert_refused(bench, PROVER_LOAD, "memory");
}

static void an_empty_pack_is_refused_even_where_nothing_runs(void **state)
{
	struct bench *bench = *state;

	bench->report->before = (struct prover_figures){ 0 };
	bench->report->now.rules = 0;
	assert_refused(bench, PROVER_DELTA, "no rules");
}

static void one_rule_less_than_may_go_is_the_limit(void **state)
{
	struct bench *bench = *state;

	bench->report->rules_gone = 30;
	judge(bench);
	assert_true(bench->verdict.accepted);
	bench->report->rules_gone = 31;
	assert_refused(bench, PROVER_DELTA, "31 of 100 gone");
	/* As many new ones don't make up for them. */
	bench->report->rules_new = 31;
	assert_refused(bench, PROVER_DELTA, "31 of 100 gone");
}

static void use(struct features *features, unsigned feature)
{
	features->bits[feature / 64] |= UINT64_C(1) << feature % 64;
}

static void
what_was_never_used_here_is_told_and_refused_where_the_operator_is_asked(void **state)
{
	struct bench *bench = *state;
	struct features *used = &bench->report->used;

	use(used, FEATURE_ATOM + ATOM_REGEX);
	use(used, FEATURE_FIELD + FIELD_CONTAINER_ID);
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.gates[PROVER_NOVELTY].outcome, PROVER_NOT_JUDGED);
	assert_int_equal(bench->verdict.novel_count, 0);

	bench->policy.has_known = true;
	use(&bench->policy.known, FEATURE_ATOM + ATOM_REGEX);
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.novel_count, 1);
	assert_string_equal(bench->verdict.gates[PROVER_NOVELTY].sentence,
			    "first to use here: field ContainerId");
	bench->policy.refuse_novel = true;
	assert_refused(bench, PROVER_NOVELTY, "first to use here: field ContainerId");

	use(&bench->policy.known, FEATURE_FIELD + FIELD_CONTAINER_ID);
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.gates[PROVER_NOVELTY].outcome, PROVER_PASSED);
}

static void a_jail_that_claims_to_use_everything_gets_a_sentence_that_ends(void **state)
{
	struct bench *bench = *state;

	bench->policy.has_known = true;
	memset(&bench->report->used, 0xff, sizeof(bench->report->used));
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.novel_count, FEATURES);
	assert_non_null(strstr(bench->verdict.gates[PROVER_NOVELTY].sentence, " more"));
}

static void a_failed_test_is_named(void **state)
{
	struct bench *bench = *state;

	bench->report->tests = 10;
	bench->report->tests_failed = 1;
	(void)snprintf(bench->report->reason, sizeof(bench->report->reason), "%s",
		       "line 12: 'Reverse shell' has 0 detections");
	assert_refused(bench, PROVER_TESTS, "Reverse shell");
	/* Tests that could not even be begun are no reason to do without. */
	bench->report->tests = 0;
	(void)snprintf(bench->report->reason, sizeof(bench->report->reason), "%s",
		       "they are the tests of another pack");
	assert_refused(bench, PROVER_TESTS, "another pack");
}

static void four_times_the_memory_is_too_much_but_never_below_the_floor(void **state)
{
	struct bench *bench = *state;

	bench->report->now.memory_size = 64u << 20;
	judge(bench);
	assert_true(bench->verdict.accepted);
	bench->report->now.memory_size = (64u << 20) + 1;
	assert_refused(bench, PROVER_MEMORY, "64.0 MiB allowed");
	bench->report->before.memory_size = 32u << 20;
	judge(bench);
	assert_true(bench->verdict.accepted);
}

static void time_per_event_is_compared_with_the_running_pack(void **state)
{
	struct bench *bench = *state;

	bench->report->now.ns_per_event = 20000;
	judge(bench);
	assert_true(bench->verdict.accepted);
	bench->report->now.ns_per_event = 20001;
	assert_refused(bench, PROVER_COST, "20000 ns allowed");
	bench->report->before.ns_per_event = 10000;
	judge(bench);
	assert_true(bench->verdict.accepted);
	bench->report->now.slowest_ns = 200000001;
	assert_refused(bench, PROVER_COST, "one event");
}

static void events_that_run_out_of_steps_are_refused(void **state)
{
	struct bench *bench = *state;

	bench->report->before.out_of_steps = 1;
	bench->report->now.out_of_steps = 1;
	judge(bench);
	assert_true(bench->verdict.accepted);
	bench->report->now.out_of_steps = 2;
	assert_refused(bench, PROVER_COST, "out of steps");
}

static void a_rule_that_matches_half_of_all_is_refused(void **state)
{
	struct bench *bench = *state;

	bench->policy.total_floor = 1000;
	add_rule(bench, 0, 499);
	judge(bench);
	assert_true(bench->verdict.accepted);
	bench->report->rules[0].now = 500;
	assert_refused(bench, PROVER_MATCH_ALL, "500 of 1000");
	/* The operator has lived with it: that the pack goes on with it is no news. */
	bench->report->rules[0].before = bench->report->before.detections = 500;
	judge(bench);
	assert_true(bench->verdict.accepted);
}

static void a_rule_above_its_budget_goes_to_audit_only(void **state)
{
	struct bench *bench = *state;

	add_rule(bench, 0, 50);
	judge(bench);
	assert_int_equal(bench->verdict.audit_count, 0);
	add_rule(bench, 0, 51);
	add_rule(bench, 26, 52);
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.audit_count, 1);
	assert_int_equal(bench->verdict.audit[0], 1);
	bench->policy.audit_max = 0;
	assert_refused(bench, PROVER_STORM, "1 rules are above");
	assert_int_equal(bench->verdict.audit_count, 0);
}

static void rules_in_audit_only_are_listed_in_ascending_order(void **state)
{
	struct bench *bench = *state;

	for (unsigned i = 0; i < 8; i++)
		add_rule(bench, 0, 60 + i);
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.audit_count, 8);
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(bench->verdict.audit[i], i);
	assert_int_equal(bench->verdict.rules[0].now, 67);
	add_rule(bench, 0, 60);
	assert_refused(bench, PROVER_STORM, "9 rules are above");
}

static void many_rules_that_fire_a_little_are_a_storm_together(void **state)
{
	struct bench *bench = *state;

	for (unsigned i = 0; i < 5; i++)
		add_rule(bench, 0, 40);
	judge(bench);
	assert_true(bench->verdict.accepted);
	add_rule(bench, 0, 1);
	assert_refused(bench, PROVER_STORM, "201 detections now");
}

static void with_few_events_nothing_is_judged_by_them(void **state)
{
	struct bench *bench = *state;

	bench->report->events = bench->report->judged_events = 19;
	bench->report->now.ns_per_event = 1000000;
	add_rule(bench, 0, 19);
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.gates[PROVER_COST].outcome, PROVER_NOT_JUDGED);
	assert_int_equal(bench->verdict.gates[PROVER_MATCH_ALL].outcome,
			 PROVER_NOT_JUDGED);
	assert_int_equal(bench->verdict.gates[PROVER_STORM].outcome, PROVER_NOT_JUDGED);
}

static void a_disarmed_gate_leaves_it_to_the_next(void **state)
{
	struct bench *bench = *state;

	add_rule(bench, 0, 1000);
	bench->policy.audit_max = 0;
	assert_refused(bench, PROVER_MATCH_ALL, "1000 of 1000");
	bench->disarmed = 1u << PROVER_MATCH_ALL;
	judge(bench);
	assert_int_equal(bench->verdict.gates[PROVER_MATCH_ALL].outcome, PROVER_DISARMED);
	assert_int_equal(bench->verdict.refused_at, PROVER_STORM);
	bench->disarmed |= 1u << PROVER_STORM;
	judge(bench);
	assert_true(bench->verdict.accepted);
}

static void behind_a_disarmed_crash_nothing_is_judged(void **state)
{
	struct bench *bench = *state;

	bench->report->stage = PROVER_REPLAYING;
	bench->end.status = SIGSEGV;
	bench->report->now.memory_size = UINT64_C(1) << 40;
	bench->disarmed = 1u << PROVER_REPLAY;
	judge(bench);
	assert_true(bench->verdict.accepted);
	assert_int_equal(bench->verdict.gates[PROVER_MEMORY].outcome, PROVER_NOT_JUDGED);
}

static void a_report_that_lies_is_brought_into_bounds(void **state)
{
	struct bench *bench = *state;

	bench->report->rule_count = UINT32_MAX;
	bench->report->rules[0].number = 100;
	bench->report->rules[0].now = 60;
	memset(bench->report->rules[0].title, 0x1b,
	       sizeof(bench->report->rules[0].title));
	memset(bench->report->digest, 'x', sizeof(bench->report->digest));
	judge(bench);
	assert_int_equal(bench->verdict.rule_count, PROVER_RULES_MAX);
	assert_true(bench->verdict.rules[0].number == UINT32_MAX);
	assert_int_equal(bench->verdict.audit_count, 0);
	assert_int_equal(strlen(bench->verdict.rules[0].title), 127);
	assert_null(strchr(bench->verdict.rules[0].title, 0x1b));
	assert_int_equal(strlen(bench->verdict.digest), 32);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pack_like_the_running_one_is_accepted),
		TEST(without_a_jail_there_is_no_verdict),
		TEST(what_the_verifier_refuses_is_refused_in_its_words),
		TEST(a_crash_is_refused_at_the_stage_it_happened_in),
		TEST(a_hang_is_told_from_a_crash),
		TEST(memory_that_the_jail_has_not_is_refused),
		TEST(an_empty_pack_is_refused_even_where_nothing_runs),
		TEST(one_rule_less_than_may_go_is_the_limit),
		TEST(what_was_never_used_here_is_told_and_refused_where_the_operator_is_asked),
		TEST(a_jail_that_claims_to_use_everything_gets_a_sentence_that_ends),
		TEST(a_failed_test_is_named),
		TEST(four_times_the_memory_is_too_much_but_never_below_the_floor),
		TEST(time_per_event_is_compared_with_the_running_pack),
		TEST(events_that_run_out_of_steps_are_refused),
		TEST(a_rule_that_matches_half_of_all_is_refused),
		TEST(a_rule_above_its_budget_goes_to_audit_only),
		TEST(rules_in_audit_only_are_listed_in_ascending_order),
		TEST(many_rules_that_fire_a_little_are_a_storm_together),
		TEST(with_few_events_nothing_is_judged_by_them),
		TEST(a_disarmed_gate_leaves_it_to_the_next),
		TEST(behind_a_disarmed_crash_nothing_is_judged),
		TEST(a_report_that_lies_is_brought_into_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
