// SPDX-License-Identifier: Apache-2.0
// windhover rule check | explain: whether rules can be used, and how they will be evaluated.
#include <getopt.h>
#include <stdio.h>

#include "base/table.h"
#include "command.h"
#include "rule_files.h"
#include "update/rule/logsource.h"
#include "update/compile/pack_build.h"

static const char help[] =
	"usage: windhover rule check [--quiet] [--placeholders FILE] DIR|FILE...\n"
	"       windhover rule explain [--placeholders FILE] RULE...\n"
	"\n"
	"check     Say for every Sigma rule whether it is usable and, if not, where and "
	"why.\n"
	"          Exit status: 0 all are usable, 1 some are refused, 2 trouble.\n"
	"explain   Show how a rule will be evaluated: the events it applies to, its "
	"atoms,\n"
	"          its condition, and the witness that makes it a candidate.\n"
	"\n"
	"  -q, --quiet              tell only of refused rules, and the summary\n"
	"  -p, --placeholders FILE  values for %placeholders%: YAML, \"name: [value, "
	"...]\"\n"
	"  -h, --help               show this help\n"
	"\n"
	"example: windhover rule check rules/\n"
	"         windhover rule explain rules/persistence/cron_download.yml\n";

struct options {
	bool quiet;
	const char *placeholders;
};

/* 0: go on; else the exit status plus one. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "quiet", no_argument, NULL, 'q' },
		{ "placeholders", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "qp:h", names, NULL)) != -1) {
		switch (option) {
		case 'q':
			options->quiet = true;
			break;
		case 'p':
			options->placeholders = optarg;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return 1 + EXIT_NOTHING;
		default:
			(void)fputs("windhover: see 'windhover rule --help'\n", stderr);
			return 1 + EXIT_TROUBLE;
		}
	}
	if (optind < argc)
		return 0;
	(void)fprintf(stderr,
		      "windhover: rule %s: name at least one rule file or folder\n"
		      "windhover: see 'windhover rule --help'\n",
		      argv[0]);
	return 1 + EXIT_TROUBLE;
}

/* Whether some intake, or the sensor, produces the events the rule is for. */
static bool has_intake(const struct rule *rule, struct arena *arena)
{
	struct logsource_target *targets =
		arena_array(arena, LOGSOURCE_TARGETS_MAX, sizeof(*targets));
	uint32_t count;

	if (!targets || logsource_resolve(&rule->logsource, arena, targets, &count) < 0)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (targets[i].has_intake)
			return true;
	return false;
}

struct tally {
	unsigned documents, rules, correlations, filters, refused, no_intake;
};

static void print_usable(const struct rule_report *report, const struct rule *rule,
			 bool intake)
{
	(void)printf("usable   %s: %.*s", report->why.file, (int)report->title.size,
		     report->title.at ? report->title.at : "");
	if (!intake)
		(void)printf(
			"  (no intake here produces %.*s/%.*s/%.*s yet)",
			(int)rule->logsource.product.size, rule->logsource.product.at,
			(int)rule->logsource.category.size, rule->logsource.category.at,
			(int)rule->logsource.service.size, rule->logsource.service.at);
	(void)putchar('\n');
}

static void print_report(const struct rule_report *report, const struct rule *rule,
			 const struct options *options, struct arena *arena,
			 struct tally *tally)
{
	char line[1024];
	bool intake = !rule || has_intake(rule, arena);

	tally->documents++;
	if (report->verdict == RULE_REFUSED) {
		tally->refused++;
		why_print(&report->why, line, sizeof(line));
		(void)printf("refused  %s\n", line);
		return;
	}
	tally->correlations += report->is_correlation;
	tally->filters += report->is_filter;
	tally->rules += !report->is_correlation && !report->is_filter;
	tally->no_intake += !intake;
	if (!options->quiet)
		print_usable(report, rule, intake);
}

static int check(int argc, char **argv)
{
	struct options options = { 0 };
	struct rule_reader *reader = NULL;
	const struct rule_report *reports;
	struct rule_set set = { 0 };
	struct tally tally = { 0 };
	uint32_t count;
	int r = read_options(argc, argv, &options);

	if (r)
		return r - 1;
	if (rule_files_read(argv + optind, argc - optind, options.placeholders, &reader,
			    &set) < 0)
		return EXIT_TROUBLE;
	reports = rule_reader_reports(reader, &count);
	for (uint32_t i = 0; i < count; i++) {
		bool is_rule = reports[i].verdict == RULE_USABLE &&
			       !reports[i].is_correlation && !reports[i].is_filter;

		print_report(&reports[i], is_rule ? &set.rules[reports[i].index] : NULL,
			     &options, set.arena, &tally);
	}
	(void)printf("%u documents: %u rules, %u correlations and %u filters are usable, "
		     "%u are "
		     "refused\n",
		     tally.documents, tally.rules, tally.correlations, tally.filters,
		     tally.refused);
	if (tally.no_intake)
		(void)printf(
			"%u of the usable rules are for logs that only a mapping file "
			"brings in yet\n",
			tally.no_intake);
	rule_reader_free(reader);
	if (count == 0) {
		(void)fputs("windhover: there are no rules (*.yml, *.yaml)\n", stderr);
		return EXIT_TROUBLE;
	}
	return tally.refused ? EXIT_FOUND : EXIT_NOTHING;
}

static int explain_rule(const struct rule_set *set, uint32_t number)
{
	const struct rule *rule = &set->rules[number];
	AUTO(buffer) struct buffer text;
	struct why why = { 0 };
	int r;

	buffer_init(&text, (size_t)256 << 20);
	r = rule_explain(set, number, &text, &why);
	if (r) {
		(void)fprintf(stderr, "windhover: %s: %s\n", rule->head.file.at,
			      why.reason[0] ? why.reason : strerror(-r));
		return EXIT_TROUBLE;
	}
	(void)printf("%.*s\n", (int)rule->head.title.size, rule->head.title.at);
	(void)printf("id %.*s\n", (int)rule->head.id.size,
		     rule->head.id.at ? rule->head.id.at : "");
	(void)printf("log source product=%.*s category=%.*s service=%.*s\n\n",
		     (int)rule->logsource.product.size, rule->logsource.product.at,
		     (int)rule->logsource.category.size, rule->logsource.category.at,
		     (int)rule->logsource.service.size, rule->logsource.service.at);
	(void)fwrite(text.at, 1, text.size, stdout);
	return EXIT_NOTHING;
}

static int explain(int argc, char **argv)
{
	struct options options = { 0 };
	struct rule_reader *reader = NULL;
	struct rule_set set = { 0 };
	int r = read_options(argc, argv, &options), status = EXIT_NOTHING;

	if (r)
		return r - 1;
	if (rule_files_read(argv + optind, argc - optind, options.placeholders, &reader,
			    &set) < 0)
		return EXIT_TROUBLE;
	if (rule_files_tell_refused(reader))
		status = EXIT_TROUBLE;
	for (uint32_t i = 0; i < set.rule_count && status != EXIT_TROUBLE; i++)
		status = explain_rule(&set, i);
	for (uint32_t i = 0; i < set.correlation_count; i++)
		(void)printf(
			"%.*s\nA correlation: it counts what the rules above it find.\n",
			(int)set.correlations[i].head.title.size,
			set.correlations[i].head.title.at);
	rule_reader_free(reader);
	return status;
}

int command_rule(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "check") == 0)
		return check(argc - 1, argv + 1);
	if (strcmp(verb, "explain") == 0)
		return explain(argc - 1, argv + 1);
	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
		(void)fputs(help, stdout);
		return EXIT_NOTHING;
	}
	(void)fprintf(stderr, "windhover: rule: say 'check' or 'explain'%s%s\n%s",
		      *verb ? ", not " : "", verb,
		      "windhover: see 'windhover rule --help'\n");
	return EXIT_TROUBLE;
}
