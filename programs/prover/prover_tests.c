// SPDX-License-Identifier: Apache-2.0
// The tests that come with a pack: docs/formats/tests.md.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/table.h"
#include "format/json_stream.h"
#include "prover_replay.h"

/* The test at hand: its rule, and how many detections its events are to give. */
struct test {
	uint32_t rule; /* UINT32_MAX: none yet */
	uint64_t wanted, line;
};

struct tests {
	struct replay *replay;
	struct table rules; /* by id */
	struct test test;
	bool has_head;
};

static uint64_t read_number(struct text digits)
{
	uint64_t number = 0;

	for (size_t i = 0; i < digits.size && digits.at[i] >= '0' && digits.at[i] <= '9';
	     i++)
		number = number * 10 + (uint64_t)(digits.at[i] - '0');
	return number;
}

static void fail(struct tests *tests, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Count a failure; the first one is told. */
static void fail(struct tests *tests, const char *format, ...)
{
	struct prover_report *report = tests->replay->report;
	va_list arguments;

	if (report->tests_failed++)
		return;
	va_start(arguments, format);
	(void)vsnprintf(report->reason, sizeof(report->reason), format, arguments);
	va_end(arguments);
}

static void end_test(struct tests *tests)
{
	const struct side *side = tests->replay->candidate;
	struct pack_rule rule;
	uint64_t found;

	if (tests->test.rule == UINT32_MAX)
		return;
	found = side->detections[tests->test.rule];
	if (found == tests->test.wanted)
		return;
	pack_rule(side->pack, tests->test.rule, &rule);
	fail(tests, "line %llu: '%.*s' has %llu detections, not %llu",
	     (unsigned long long)tests->test.line, (int)rule.title.size, rule.title.at,
	     (unsigned long long)found, (unsigned long long)tests->test.wanted);
}

/* {"windhover_tests": {"pack": DIGEST}}: numbers of detections hold for that pack alone. */
static bool read_head(struct tests *tests, const struct json_document *document,
		      uint32_t node)
{
	uint32_t pack = json_member(document, node, "pack");
	struct text digest =
		pack ? json_text(document, &document->nodes[pack]) : TEXT("");

	tests->has_head = text_is(digest, pack_digest(tests->replay->candidate->pack));
	if (!tests->has_head)
		fail(tests, "they are the tests of another pack: '%.*s'",
		     (int)digest.size, digest.at);
	return tests->has_head;
}

/* {"windhover_test": {"rule": ID, "detections": N}}: about the events that follow. */
static int begin_test(struct tests *tests, const struct json_document *document,
		      uint32_t node, uint64_t line)
{
	uint32_t rule = json_member(document, node, "rule");
	uint32_t count = json_member(document, node, "detections");
	struct text id = rule ? json_text(document, &document->nodes[rule]) : TEXT("");

	end_test(tests);
	tests->replay->report->tests++;
	tests->test = (struct test){ .rule = table_get(&tests->rules, id), .line = line };
	if (count)
		tests->test.wanted =
			read_number(json_text(document, &document->nodes[count]));
	if (tests->test.rule == TABLE_NONE || !count)
		fail(tests,
		     "line %llu: no number of detections of a rule of the pack: '%.*s'",
		     (unsigned long long)line, (int)id.size, id.at);
	return side_restart(tests->replay->candidate);
}

static int take_document(struct tests *tests, const struct json_document *document,
			 uint64_t line)
{
	static struct event event;
	struct side *side = tests->replay->candidate;
	uint32_t test = json_member(document, 0, "windhover_test");
	uint32_t head = json_member(document, 0, "windhover_tests");

	if (!tests->has_head)
		return read_head(tests, document, head) ? 0 : -EBADMSG;
	if (test)
		return begin_test(tests, document, test, line);
	(void)intake_json(side->intake, document, &event);
	tests->replay->report->progress++;
	side_event(side, &event);
	return 0;
}

static int run_tests(struct tests *tests, struct json_stream *stream, int fd)
{
	struct why why;
	int r;

	json_stream_start(stream, replay_read, &fd);
	while ((r = json_stream_next(stream, &why)) > 0) {
		uint64_t line = json_stream_line(stream);

		if (r == JSON_STREAM_BAD) {
			fail(tests, "line %llu: %.200s", (unsigned long long)line,
			     why.reason);
			continue;
		}
		r = take_document(tests, json_stream_document(stream), line);
		if (r)
			return r == -EBADMSG ? 0 : r;
	}
	end_test(tests);
	return r;
}

static int index_rules(const struct pack *pack, struct table *table)
{
	for (uint32_t i = 0; i < pack_rule_count(pack); i++) {
		struct pack_rule rule;
		int r;

		pack_rule(pack, i, &rule);
		r = table_put(table, rule.id, i);
		if (r)
			return r;
	}
	return 0;
}

int replay_tests(struct replay *replay, int fd)
{
	struct tests tests = { .replay = replay, .test.rule = UINT32_MAX };
	struct json_stream *stream = NULL;
	int r = index_rules(replay->candidate->pack, &tests.rules);

	if (r == 0)
		r = json_stream_create(&stream);
	if (r == 0)
		r = run_tests(&tests, stream, fd);
	json_stream_free(stream);
	table_done(&tests.rules);
	if (r == 0)
		r = side_restart(replay->candidate);
	replay->report->progress = 0;
	return r;
}
