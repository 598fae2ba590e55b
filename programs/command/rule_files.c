// SPDX-License-Identifier: Apache-2.0
// Rules from the files and folders of a command line.
#include "rule_files.h"

#include <stdio.h>

static int tell(const struct why *why)
{
	char line[1024];

	why_print(why, line, sizeof(line));
	(void)fprintf(stderr, "windhover: %s\n", line);
	return -1;
}

int rule_files_read(char **paths, int count, const char *placeholders,
		    struct rule_reader **out, struct rule_set *set)
{
	struct rule_reader_options options = { .placeholders = placeholders };
	struct rule_reader *reader = NULL;
	struct why why = { 0 };
	int r = rule_reader_create(&options, &reader, &why);

	for (int i = 0; i < count && !r; i++)
		r = rule_reader_add(reader, paths[i], &why);
	if (!r)
		r = rule_reader_finish(reader, set);
	if (r) {
		if (!why.reason[0])
			why_set(&why, 0, 0, "%s", strerror(-r));
		rule_reader_free(reader);
		return tell(&why);
	}
	*out = reader;
	return 0;
}

unsigned rule_files_tell_refused(const struct rule_reader *reader)
{
	uint32_t count;
	const struct rule_report *reports = rule_reader_reports(reader, &count);
	unsigned refused = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (reports[i].verdict != RULE_REFUSED)
			continue;
		refused++;
		(void)tell(&reports[i].why);
	}
	return refused;
}
