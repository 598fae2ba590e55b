// SPDX-License-Identifier: Apache-2.0
// Proof on SigmaHQ's rules: each is usable, or refused for a placeholder without a value.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/table.h"
#include "update/rule/logsource.h"
#include "update/rule/rule_files.h"
#include "update/rule/rule_read.h"

static const char *const folders[] = { "rules", "rules-compliance",
				       "rules-emerging-threats", "rules-placeholder",
				       "rules-threat-hunting" };

#define FOLDER_COUNT (sizeof(folders) / sizeof(folders[0]))
#define NO_VALUE     "the placeholder %"

struct run {
	struct rule_reader *reader;
	struct rule_set set;
	const struct rule_report *reports;
	uint32_t count, refused;
};

static const char *data(void)
{
	const char *folder = getenv("WINDHOVER_DATA");

	return folder ? folder : DATA_FOLDER;
}

/* "FOLDER/sigma/name", if it is there; otherwise the test ends here. */
static const char *needed(char path[512], const char *name)
{
	struct stat st;

	(void)snprintf(path, 512, "%s/sigma/%s", data(), name);
	if (stat(path, &st) < 0) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	return path;
}

/* Where a test may still end: nothing is held yet. */
static void need_data(void)
{
	char path[512];

	(void)needed(path, folders[0]);
}

static void run_begin(struct run *run, const char *placeholders)
{
	struct rule_reader_options options = { .placeholders = placeholders };
	struct why why = { 0 };

	*run = (struct run){ 0 };
	assert_int_equal(rule_reader_create(&options, &run->reader, &why), 0);
}

static void run_add(struct run *run, const char *name)
{
	struct why why = { 0 };
	char path[512];

	assert_int_equal(rule_reader_add(run->reader, needed(path, name), &why), 0);
}

static void run_end(struct run *run)
{
	assert_int_equal(rule_reader_finish(run->reader, &run->set), 0);
	run->reports = rule_reader_reports(run->reader, &run->count);
	for (uint32_t i = 0; i < run->count; i++)
		run->refused += run->reports[i].verdict == RULE_REFUSED;
	/* Nothing is dropped: every document has a verdict, every usable one a place. */
	assert_int_equal(run->count, run->refused + run->set.rule_count);
}

/* Files with "|expand" in them, counted without the reader. */
static uint32_t count_placeholder_files(uint32_t *files)
{
	uint32_t count = 0;
	char path[512];

	*files = 0;
	for (size_t i = 0; i < FOLDER_COUNT; i++) {
		AUTO(rule_files) struct rule_files found = { 0 };
		struct why why = { 0 };

		assert_int_equal(rule_files_find(needed(path, folders[i]), &found, &why),
				 0);
		for (size_t k = 0; k < found.count; k++) {
			AUTO(buffer) struct buffer bytes;

			buffer_init(&bytes, RULE_FILE_SIZE_MAX);
			assert_int_equal(rule_file_read(found.paths[k], &bytes), 0);
			count += memmem(bytes.at, bytes.size, "|expand", 7) != NULL;
		}
		*files += (uint32_t)found.count;
	}
	return count;
}

static void every_file_is_usable_or_has_a_placeholder_without_a_value(void **state)
{
	uint32_t files, placeholder_files = count_placeholder_files(&files);
	struct run run;

	(void)state;
	run_begin(&run, NULL);
	for (size_t i = 0; i < FOLDER_COUNT; i++)
		run_add(&run, folders[i]);
	run_end(&run);
	for (uint32_t i = 0; i < run.count; i++)
		if (run.reports[i].verdict == RULE_REFUSED &&
		    !strstr(run.reports[i].why.reason, NO_VALUE))
			fail_msg("%s: %s", run.reports[i].why.file,
				 run.reports[i].why.reason);
	print_message("%u files: %u usable, %u refused (%u name placeholders)\n", files,
		      run.count - run.refused, run.refused, placeholder_files);
	assert_int_equal(run.count, files);
	assert_int_equal(run.refused, placeholder_files);
	rule_reader_free(run.reader);
}

/* Add to ${names} what the refusals ask for; how many were new. */
static uint32_t collect(const struct run *run, struct table *names)
{
	uint32_t before = names->count;

	for (uint32_t i = 0; i < run->count; i++) {
		const char *at = run->reports[i].verdict == RULE_REFUSED
					 ? strstr(run->reports[i].why.reason, NO_VALUE)
					 : NULL;
		size_t size;
		char *name;

		if (!at)
			continue;
		at += strlen(NO_VALUE);
		size = strcspn(at, "%");
		if (table_get(names, (struct text){ at, size }) != TABLE_NONE)
			continue;
		name = strndup(at, size);
		assert_non_null(name);
		assert_int_equal(table_put(names, text_of(name), 0), 0);
	}
	return names->count - before;
}

static void with_values_for_their_placeholders_all_files_are_usable(void **state)
{
	AUTO(table) struct table names = { 0 };
	char path[] = "/tmp/sigma_data_test_XXXXXX";
	struct run run;
	bool more = true;
	int fd;

	(void)state;
	need_data();
	fd = mkstemp(path);
	assert_true(fd >= 0);
	/* A rule names one missing placeholder at a time. */
	for (int round = 0; more && round < 20; round++) {
		run_begin(&run, round ? path : NULL);
		for (size_t i = 0; i < FOLDER_COUNT; i++)
			run_add(&run, folders[i]);
		run_end(&run);
		more = collect(&run, &names) > 0;
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		for (uint32_t i = 0; i < names.count; i++)
			assert_true(dprintf(fd, "%.*s: [value, 'val*']\n",
					    (int)names.entries[i].key.size,
					    names.entries[i].key.at) > 0);
		if (!more)
			assert_int_equal(run.refused, 0);
		rule_reader_free(run.reader);
	}
	assert_false(more);
	for (uint32_t i = 0; i < names.count; i++)
		free((void *)(uintptr_t)names.entries[i].key.at);
	(void)close(fd);
	(void)unlink(path);
}

static void log_sources_of_all_rules_resolve(void **state)
{
	AUTO(arena) struct arena *arena = NULL;
	struct logsource_target *targets;
	uint32_t without = 0, windows_without = 0;
	struct run run;

	(void)state;
	need_data();
	arena = arena_create(16u << 20);
	assert_non_null(arena);
	targets = arena_array(arena, LOGSOURCE_TARGETS_MAX, sizeof(*targets));
	assert_non_null(targets);
	run_begin(&run, NULL);
	for (size_t i = 0; i < FOLDER_COUNT; i++)
		run_add(&run, folders[i]);
	run_end(&run);
	for (uint32_t i = 0; i < run.set.rule_count; i++) {
		const struct logsource *logsource = &run.set.rules[i].logsource;
		uint32_t count = 0, fed = 0;

		assert_int_equal(logsource_resolve(logsource, arena, targets, &count), 0);
		assert_in_range(count, 1, LOGSOURCE_TARGETS_MAX);
		for (uint32_t k = 0; k < count; k++)
			fed += targets[k].has_intake;
		without += !fed;
		if (!fed && text_is(logsource->product, TEXT("windows"))) {
			windows_without++;
			/* Kernel-File tracing has no channel; all else of Windows has. */
			assert_true(text_is(logsource->category, TEXT("file_access")) ||
				    text_is(logsource->category, TEXT("file_rename")));
		}
	}
	print_message(
		"%u rules: %u for log sources that need a mapping, %u of them Windows\n",
		run.set.rule_count, without, windows_without);
	rule_reader_free(run.reader);
}

/* Each example stands for itself: two of them share an id. */
static void the_specification_s_examples_read_and_miss_only_their_rules(void **state)
{
	static const struct {
		const char *file, *reason;
	} examples[] = {
		{ "rules/rule_1.yml", NULL },
		{ "rules/rule_ecs.yml", NULL },
		{ "correlation/event_count.yml", "names a rule that is not there" },
		{ "correlation/event_count_ecs.yml", "names a rule that is not there" },
		{ "correlation/temporal.yml", "names a rule that is not there" },
		{ "correlation/temporal_ordered.yml", "names a rule that is not there" },
		{ "correlation/value_avg.yml", "names a rule that is not there" },
		{ "correlation/value_count.yml", "names a rule that is not there" },
		{ "correlation/value_sum.yml", "names a rule that is not there" },
		{ "correlation/value_percentile.yml", "needs a 'percentile'" },
		{ "filter/filter_1.yml", "names a rule that is not there" },
		{ "filter/filter_ecs.yml", "names a rule that is not there" },
	};

	(void)state;
	need_data();
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char name[64];
		struct run run;

		(void)snprintf(name, sizeof(name), "schema/%s", examples[i].file);
		run_begin(&run, NULL);
		run_add(&run, name);
		run_end(&run);
		assert_int_equal(run.count, 1);
		assert_int_equal(run.refused, examples[i].reason != NULL);
		if (examples[i].reason &&
		    !strstr(run.reports[0].why.reason, examples[i].reason))
			fail_msg("%s: %s", name, run.reports[0].why.reason);
		rule_reader_free(run.reader);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_file_is_usable_or_has_a_placeholder_without_a_value),
		cmocka_unit_test(with_values_for_their_placeholders_all_files_are_usable),
		cmocka_unit_test(log_sources_of_all_rules_resolve),
		cmocka_unit_test(
			the_specification_s_examples_read_and_miss_only_their_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
