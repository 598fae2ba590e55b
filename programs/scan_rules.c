// SPDX-License-Identifier: Apache-2.0
// The rules of a scan, as a pack.
#include "scan_rules.h"

#include <errno.h>
#include <string.h>

#include "rule_files.h"
#include "update/compile/pack_build.h"

#define REFUSED_SHOWN 10 /* refused rules that are printed */

/* Events are read for a pack; where no rule is asked for, it has this one. */
static const char no_rule[] = "title: None\n"
			      "logsource: {product: windhover, service: none}\n"
			      "detection:\n"
			      "  nothing: {Nothing: nothing}\n"
			      "  condition: nothing\n";

static int tell(const struct why *why, int r)
{
	char line[1024];

	why_print(why, line, sizeof(line));
	scan_say(why->reason[0] ? line : strerror(-r));
	return r;
}

static uint64_t tell_refused(const struct rule_reader *reader)
{
	uint32_t count;
	const struct rule_report *reports = rule_reader_reports(reader, &count);
	uint64_t refused = 0;

	for (uint32_t i = 0; i < count; i++)
		if (reports[i].verdict == RULE_REFUSED && refused++ < REFUSED_SHOWN)
			(void)tell(&reports[i].why, -EINVAL);
	if (refused > REFUSED_SHOWN)
		fprintf(stderr, "windhover scan: and %llu more rules refused\n",
			(unsigned long long)refused - REFUSED_SHOWN);
	return refused;
}

static int read_no_rule(struct rule_reader **reader, struct rule_set *set)
{
	struct rule_reader_options none = { 0 };
	struct why why = { 0 };
	int r = rule_reader_create(&none, reader, &why);

	if (r == 0)
		r = rule_reader_add_text(*reader, "none", text_of(no_rule));
	if (r == 0)
		r = rule_reader_finish(*reader, set);
	return r ? tell(&why, r) : 0;
}

/* The pack in memory has all that is needed of the rules. */
static int compile(const struct scan_options *options, struct scan_rules *rules)
{
	struct rule_reader *reader = NULL;
	struct rule_set set;
	struct why why = { 0 };
	int r;

	if (options->mode != SCAN_DETECT)
		r = read_no_rule(&reader, &set);
	else if (rule_files_read(options->rules, options->rule_count,
				 options->placeholders, &reader, &set))
		r = -EINVAL;
	else
		r = 0;
	if (r) {
		rule_reader_free(reader);
		return r;
	}
	rules->refused = tell_refused(reader);
	buffer_init(&rules->bytes, PACK_SIZE_MAX);
	r = pack_build(&set, &rules->bytes, &why);
	if (r == 0)
		r = pack_open_bytes(buffer_view(&rules->bytes), &rules->pack, &why);
	rule_reader_free(reader);
	return r ? tell(&why, r) : 0;
}

static int choose(const struct scan_options *options, struct scan_rules *rules)
{
	AUTO(free) char *line = NULL;
	const char *unknown;
	struct why why = { 0 };
	int r;

	rules->is_chosen = calloc(pack_rule_count(rules->pack) + 1, sizeof(bool));
	if (!rules->is_chosen)
		return tell(&why, -ENOMEM);
	r = scan_choose(rules->pack, &options->only, &options->exclude, rules->is_chosen,
			&unknown, &why);
	if (r)
		return tell(&why, r);
	if (!unknown)
		return 0;
	if (asprintf(&line, "--exclude: no usable rule has the ID or title '%s'",
		     unknown) < 0)
		line = NULL;
	scan_say(line ? line : "--exclude: a name is no usable rule's");
	return 0;
}

int scan_rules_load(const struct scan_options *options, struct scan_rules *rules)
{
	struct why why = { 0 };
	int r;

	if (options->pack) {
		why_file(&why, options->pack);
		r = pack_open(options->pack, &rules->pack, &why);
		if (r && !why.reason[0])
			why_set(&why, 0, 0, "%s", strerror(-r));
		if (r)
			return tell(&why, r);
	} else {
		r = compile(options, rules);
		if (r)
			return r;
	}
	return choose(options, rules);
}

void scan_rules_done(struct scan_rules *rules)
{
	pack_close(rules->pack);
	buffer_done(&rules->bytes);
	free(rules->is_chosen);
}
