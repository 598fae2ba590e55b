// SPDX-License-Identifier: Apache-2.0
// The rules of a scan, as a pack.
#include "scan_rules.h"

#include <errno.h>
#include <string.h>

#include "command/rule_files.h"
#include "scan_reduce.h"
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

static void tell_unknown(const char *unknown)
{
	AUTO(free) char *line = NULL;

	if (!unknown)
		return;
	if (asprintf(&line, "--exclude: no usable rule has the ID or title '%s'",
		     unknown) < 0)
		line = NULL;
	scan_say(line ? line : "--exclude: a name is no usable rule's");
}

/*
 * The table shows fields that rules name.  Where most rules are left out, a rule that matches
 * nothing names them.
 */
static int add_table_fields(struct rule_set *set, struct rule_reader **reader)
{
	struct rule *rules =
		arena_array(set->arena, (size_t)set->rule_count + 1, sizeof(*rules));
	AUTO(buffer) struct buffer yaml;
	struct rule_reader_options none = { 0 };
	struct rule_set fields;
	struct why why = { 0 };
	int r;

	buffer_init(&yaml, 65536);
	scan_table_rule(&yaml);
	if (!rules || yaml.failed)
		return -ENOMEM;
	r = rule_reader_create(&none, reader, &why);
	if (r == 0)
		r = rule_reader_add_text(*reader, "none", buffer_view(&yaml));
	if (r == 0)
		r = rule_reader_finish(*reader, &fields);
	if (r)
		return r;
	memcpy(rules, set->rules, set->rule_count * sizeof(*rules));
	rules[set->rule_count++] = fields.rules[0];
	set->rules = rules;
	return 0;
}

/* Leave out what need not be evaluated; ${more} has what was added instead. */
static int reduce(const struct scan_options *options, struct rule_set *set,
		  struct rule_reader **more)
{
	const char *unknown;
	struct why why = { 0 };
	int r = scan_reduce(set, options, &unknown, &why);

	if (r < 0)
		return tell(&why, r);
	tell_unknown(unknown);
	if (r == 0 || options->format != &scan_table)
		return 0;
	r = add_table_fields(set, more);
	return r ? tell(&why, r) : 0;
}

/* The pack in memory has all that is needed of the rules. */
static int compile(const struct scan_options *options, struct scan_rules *rules)
{
	struct rule_reader *reader = NULL, *more = NULL;
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
	if (r == 0)
		rules->refused = tell_refused(reader);
	if (r == 0 && options->mode == SCAN_DETECT)
		r = reduce(options, &set, &more);
	if (r == 0) {
		buffer_init(&rules->bytes, PACK_SIZE_MAX);
		r = pack_build(&set, &rules->bytes, &why);
		if (r == 0)
			r = pack_open_bytes(buffer_view(&rules->bytes), &rules->pack,
					    &why);
		if (r)
			(void)tell(&why, r);
	}
	rule_reader_free(more);
	rule_reader_free(reader);
	return r;
}

/* Which of the pack's rules are shown; a name that is none was told when they were compiled. */
static int choose(const struct scan_options *options, struct scan_rules *rules)
{
	uint32_t all = pack_rule_count(rules->pack);
	AUTO(free) struct scan_named *named = calloc((size_t)all + 1, sizeof(*named));
	const char *unknown;
	struct pack_rule rule;
	struct why why = { 0 };
	int r;

	rules->is_chosen = calloc((size_t)all + 1, sizeof(bool));
	if (!rules->is_chosen || !named)
		return tell(&why, -ENOMEM);
	for (uint32_t i = 0; i < all; i++) {
		pack_rule(rules->pack, i, &rule);
		named[i] = (struct scan_named){ rule.title, rule.id };
	}
	r = scan_choose(named, all, &options->only, &options->exclude, rules->is_chosen,
			&unknown, &why);
	if (!options->pack)
		return 0;
	if (r)
		return tell(&why, r);
	tell_unknown(unknown);
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
