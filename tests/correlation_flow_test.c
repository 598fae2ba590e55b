// SPDX-License-Identifier: Apache-2.0
// Correlations all the way: YAML, pack, engine, detections.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "detect/engine/engine.h"
#include "update/compile/pack_build.h"
#include "update/rule/rule_read.h"

#define NOON       INT64_C(1700000000000000000)
#define SECOND     INT64_C(1000000000)
#define ALERTS_MAX 16
#define PAIRS_MAX  6

struct flow {
	struct rule_reader *reader;
	struct buffer bytes;
	struct pack *pack;
	struct engine *engine;
	struct event event;
	char record[1024];
	uint32_t alert_count;
	char alerts[ALERTS_MAX][128]; /* "title: key=value ..." */
};

static void take_alert(void *user, const struct detection *detection)
{
	struct flow *flow = user;
	char *to = flow->alerts[flow->alert_count++ % ALERTS_MAX];
	struct pack_rule rule;
	int used;

	pack_rule(flow->pack, detection->rule, &rule);
	used = snprintf(to, 128, "%.*s:", (int)rule.title.size, rule.title.at);
	for (uint32_t i = 0; i < detection->key_count; i++)
		used += snprintf(
			to + used, 128 - (size_t)used, " %.*s=%.*s",
			(int)detection->key_names[i].size, detection->key_names[i].at,
			(int)detection->key_values[i].size, detection->key_values[i].at);
}

static void start(struct flow *flow, const char *yaml)
{
	const struct rule_report *reports;
	struct rule_set set;
	struct why why = { 0 };
	uint32_t count;

	assert_int_equal(rule_reader_create(&(struct rule_reader_options){ 0 },
					    &flow->reader, &why),
			 0);
	assert_int_equal(rule_reader_add_text(flow->reader, "flow.yml", text_of(yaml)),
			 0);
	assert_int_equal(rule_reader_finish(flow->reader, &set), 0);
	reports = rule_reader_reports(flow->reader, &count);
	for (uint32_t i = 0; i < count; i++)
		if (reports[i].verdict != RULE_USABLE)
			fail_msg("line %u: %s", reports[i].why.line,
				 reports[i].why.reason);
	buffer_init(&flow->bytes, 1u << 24);
	if (pack_build(&set, &flow->bytes, &why) ||
	    pack_open_bytes(buffer_view(&flow->bytes), &flow->pack, &why))
		fail_msg("%s", why.reason);
	assert_int_equal(engine_create(flow->pack, NULL, &flow->engine), 0);
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct flow));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	struct flow *flow = *state;

	engine_free(flow->engine);
	pack_close(flow->pack);
	buffer_done(&flow->bytes);
	rule_reader_free(flow->reader);
	free(flow);
	return 0;
}

/* One event of pairs (field, value), ending with NULL; how many alerts it gave. */
static uint32_t feed(struct flow *flow, const char *source, uint32_t id, int64_t second,
		     const char *const pairs[2 * PAIRS_MAX + 1])
{
	uint32_t before = flow->alert_count;
	size_t used = 0;

	event_clear(&flow->event, (struct text){ .at = flow->record });
	flow->event.source = text_of(source);
	flow->event.id = id;
	flow->event.time_ns = NOON + second * SECOND;
	for (uint32_t i = 0; pairs[i]; i += 2) {
		size_t size = strlen(pairs[i + 1]);

		assert_true(used + size <= sizeof(flow->record));
		memcpy(flow->record + used, pairs[i + 1], size);
		event_add(&flow->event, pack_field(flow->pack, text_of(pairs[i])),
			  VALUE_TEXT, used, size);
		used += size;
	}
	flow->event.record.size = used;
	engine_event(flow->engine, &flow->event, take_alert, flow);
	return flow->alert_count - before;
}

#define FEED(flow, source, id, second, ...)                                              \
	feed(flow, source, id, second,                                                   \
	     (const char *const[2 * PAIRS_MAX + 1]){ __VA_ARGS__ })

static const char *last_alert(const struct flow *flow)
{
	assert_true(flow->alert_count > 0);
	return flow->alerts[(flow->alert_count - 1) % ALERTS_MAX];
}

static const char logins[] = "title: A login failed\n"
			     "name: login_failed\n"
			     "logsource: {product: windows, service: security}\n"
			     "detection:\n"
			     "  selection: {EventID: 4625}\n"
			     "  condition: selection\n"
			     "---\n"
			     "title: A login\n"
			     "name: login\n"
			     "logsource: {product: windows, service: security}\n"
			     "detection:\n"
			     "  selection: {EventID: 4624}\n"
			     "  condition: selection\n"
			     "---\n"
			     "title: Many logins failed\n"
			     "name: many_failed\n"
			     "correlation:\n"
			     "  type: event_count\n"
			     "  rules: [login_failed]\n"
			     "  group-by: [TargetUserName, Computer]\n"
			     "  timespan: 5m\n"
			     "  condition: {gte: 3}\n"
			     "---\n"
			     "title: Many logins failed and then one did not\n"
			     "correlation:\n"
			     "  type: temporal_ordered\n"
			     "  rules: [many_failed, login]\n"
			     "  group-by: [TargetUserName, Computer]\n"
			     "  timespan: 1h\n"
			     "---\n"
			     "title: One machine tries many users\n"
			     "correlation:\n"
			     "  type: value_count\n"
			     "  rules: [login_failed]\n"
			     "  group-by: [IpAddress]\n"
			     "  timespan: 10m\n"
			     "  condition: {field: TargetUserName, gte: 3}\n";

#define LOGIN(id, second, user)                                                          \
	FEED(flow, "windows:security", id, second, "EventID", #id, "TargetUserName",     \
	     user, "Computer", "dc01", "IpAddress", "10.0.0.7")

static void failed_logins_and_then_one_that_works(void **state)
{
	struct flow *flow = *state;

	start(flow, logins);
	for (int64_t second = 0; second < 2; second++)
		assert_int_equal(LOGIN(4625, second, "admin"), 0);
	assert_int_equal(LOGIN(4624, 2, "admin"), 0);
	/* Base rules and an inner correlation without "generate" do not alert. */
	assert_int_equal(LOGIN(4625, 3, "Admin"), 0);
	assert_int_equal(LOGIN(4624, 4, "other"), 0);
	assert_int_equal(LOGIN(4624, 5, "ADMIN"), 1);
	assert_string_equal(last_alert(flow), "Many logins failed and then one did not: "
					      "TargetUserName=ADMIN Computer=dc01");
}

static void many_users_from_one_address(void **state)
{
	struct flow *flow = *state;

	start(flow, logins);
	assert_int_equal(LOGIN(4625, 0, "ann"), 0);
	assert_int_equal(LOGIN(4625, 1, "bob"), 0);
	assert_int_equal(LOGIN(4625, 2, "ANN"), 0);
	assert_int_equal(LOGIN(4625, 3, "cid"), 1);
	assert_string_equal(last_alert(flow),
			    "One machine tries many users: IpAddress=10.0.0.7");
}

static void fields_are_found_by_the_name_that_the_log_has_for_them(void **state)
{
	struct flow *flow = *state;

	start(flow, "title: Discovery\n"
		    "name: discovery\n"
		    "logsource: {product: windows, category: process_creation}\n"
		    "detection:\n"
		    "  selection: {CommandLine|contains: who}\n"
		    "  condition: selection\n"
		    "---\n"
		    "title: A burst of discovery\n"
		    "correlation:\n"
		    "  type: event_count\n"
		    "  rules: [discovery]\n"
		    "  group-by: [Image]\n"
		    "  timespan: 1m\n"
		    "  condition: {gte: 2}\n");
	assert_int_equal(FEED(flow, "windows:security", 4688, 0, "EventID", "4688",
			      "NewProcessName", "C:\\who.exe", "CommandLine", "whoami"),
			 0);
	assert_int_equal(FEED(flow, "windows:microsoft-windows-sysmon/operational", 1, 1,
			      "EventID", "1", "Image", "c:\\WHO.exe", "CommandLine",
			      "who"),
			 1);
	assert_string_equal(last_alert(flow), "A burst of discovery: Image=c:\\WHO.exe");
}

static void aliases_and_a_condition_in_words(void **state)
{
	struct flow *flow = *state;

	start(flow, "title: Start\n"
		    "name: start\n"
		    "logsource: {product: linux, category: process_creation}\n"
		    "detection:\n"
		    "  selection: {Image|endswith: /curl}\n"
		    "  condition: selection\n"
		    "---\n"
		    "title: Connect\n"
		    "name: connect\n"
		    "logsource: {product: linux, category: network_connection}\n"
		    "detection:\n"
		    "  selection: {DestinationPort: 443}\n"
		    "  condition: selection\n"
		    "---\n"
		    "title: Curl that connects nowhere it should\n"
		    "correlation:\n"
		    "  type: temporal\n"
		    "  rules: [start, connect]\n"
		    "  aliases:\n"
		    "    who: {start: User, connect: Owner}\n"
		    "  group-by: [who]\n"
		    "  timespan: 30s\n"
		    "  condition: start and not connect\n");
	assert_int_equal(FEED(flow, "linux:network_connection", EVENT_ID_NONE, 0,
			      "DestinationPort", "443", "Owner", "www"),
			 0);
	assert_int_equal(FEED(flow, "linux:process_creation", EVENT_ID_NONE, 20, "Image",
			      "/usr/bin/curl", "User", "www"),
			 0);
	assert_int_equal(FEED(flow, "linux:process_creation", EVENT_ID_NONE, 31, "Image",
			      "/usr/bin/curl", "User", "www"),
			 1);
	assert_string_equal(last_alert(flow),
			    "Curl that connects nowhere it should: who=www");
}

static void sums_percentiles_and_ranges(void **state)
{
	struct flow *flow = *state;

	start(flow, "title: Upload\n"
		    "name: upload\n"
		    "logsource: {product: cloud, service: proxy}\n"
		    "detection:\n"
		    "  selection: {bytes: '*'}\n"
		    "  condition: selection\n"
		    "---\n"
		    "title: Much\n"
		    "correlation:\n"
		    "  type: value_sum\n"
		    "  rules: [upload]\n"
		    "  group-by: [user]\n"
		    "  timespan: 1h\n"
		    "  condition: {field: bytes, gt: 1000, lt: 5000}\n"
		    "---\n"
		    "title: Usually large\n"
		    "correlation:\n"
		    "  type: value_percentile\n"
		    "  rules: [upload]\n"
		    "  group-by: [user]\n"
		    "  timespan: 1h\n"
		    "  condition: {field: bytes, percentile: 75, gte: 600}\n");
	assert_int_equal(FEED(flow, "cloud//proxy", EVENT_ID_NONE, 0, "bytes", "400",
			      "user", "ann"),
			 0);
	assert_int_equal(FEED(flow, "cloud//proxy", EVENT_ID_NONE, 1, "bytes", "many",
			      "user", "ann"),
			 0);
	assert_int_equal(FEED(flow, "cloud//proxy", EVENT_ID_NONE, 2, "bytes", "601",
			      "user", "ann"),
			 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(failed_logins_and_then_one_that_works),
		TEST(many_users_from_one_address),
		TEST(fields_are_found_by_the_name_that_the_log_has_for_them),
		TEST(aliases_and_a_condition_in_words),
		TEST(sums_percentiles_and_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
