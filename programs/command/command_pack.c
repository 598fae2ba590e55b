// SPDX-License-Identifier: Apache-2.0
// windhover pack build | check | show | diff: rules into packs, and what is in them.
#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "base/table.h"
#include "command.h"
#include "command_prove.h"
#include "model/pack_features.h"
#include "rule_files.h"
#include "update/compile/pack_build.h"

static const char help[] =
	"usage: windhover pack build -o OUT [--strict] [--placeholders FILE] [--against "
	"KNOWN]\n"
	"                            DIR|FILE...\n"
	"       windhover pack check [--against KNOWN] PACK...\n"
	"       windhover pack show [--rules] PACK\n"
	"       windhover pack diff OLD NEW\n"
	"       windhover pack tests -o OUT PACK DIR\n"
	"       windhover pack prove [OPTION]... PACK\n"
	"\n"
	"build     Compile Sigma rules into a pack.  Rules that can't be used are told "
	"and left\n"
	"          out (with --strict: nothing is built).  The same rules give the same "
	"bytes.\n"
	"check     Prove that a pack is sound, as the sensor does before it uses one.\n"
	"show      What is in a pack.\n"
	"tests     Write the tests that a pack is proven with, from the events of its "
	"rules.\n"
	"prove     Try a pack in a jail against recorded events, as the keeper does.\n"
	"diff      Rules added, removed and changed.  Exit status: 0 none, 1 some, 2 "
	"trouble.\n"
	"\n"
	"  -o, --out FILE           the pack to write; it is replaced as a whole or not "
	"at all\n"
	"  -s, --strict             refuse to build while any rule is refused\n"
	"  -p, --placeholders FILE  values for %placeholders%: YAML, \"name: [value, "
	"...]\"\n"
	"  -a, --against KNOWN      say what the pack is the first to use, beyond what "
	"the "
	"pack\n"
	"                           KNOWN does; diff says so, too\n"
	"  -r, --rules              list the rules\n"
	"  -h, --help               show this help\n"
	"\n"
	"example: windhover pack build -o starter.pack rules/\n"
	"         windhover pack diff old.pack new.pack\n";

struct options {
	const char *out, *placeholders, *against;
	bool strict, rules;
};

/* 0: go on; else the exit status plus one. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "out", required_argument, NULL, 'o' },
		{ "strict", no_argument, NULL, 's' },
		{ "placeholders", required_argument, NULL, 'p' },
		{ "against", required_argument, NULL, 'a' },
		{ "rules", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "o:sp:a:rh", names, NULL)) != -1) {
		switch (option) {
		case 'o':
			options->out = optarg;
			break;
		case 's':
			options->strict = true;
			break;
		case 'p':
			options->placeholders = optarg;
			break;
		case 'a':
			options->against = optarg;
			break;
		case 'r':
			options->rules = true;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return 1 + EXIT_NOTHING;
		default:
			(void)fputs("windhover: see 'windhover pack --help'\n", stderr);
			return 1 + EXIT_TROUBLE;
		}
	}
	return 0;
}

static int usage(const char *reason)
{
	(void)fprintf(stderr,
		      "windhover: pack: %s\nwindhover: see 'windhover pack --help'\n",
		      reason);
	return EXIT_TROUBLE;
}

static struct pack *open_pack(const char *path)
{
	struct pack *pack = NULL;
	struct why why = { 0 };
	char line[1024];

	if (pack_open(path, &pack, &why) == 0)
		return pack;
	why_print(&why, line, sizeof(line));
	(void)fprintf(stderr, "windhover: %s\n", line);
	return NULL;
}

/* What ${pack} uses and ${known} does not: its code has never run where only ${known} did. */
static void print_novelty(const struct pack *known, const struct pack *pack)
{
	struct features before, now, novel;
	char name[FEATURE_NAME_SIZE];
	const char *between = "first to use:";

	features_of(known, &before);
	features_of(pack, &now);
	if (features_beyond(&now, &before, &novel) == 0)
		return;
	for (unsigned i = features_next(&novel, 0); i < FEATURES;
	     i = features_next(&novel, i + 1)) {
		feature_name(i, name);
		(void)printf("%s %s", between, name);
		between = ",";
	}
	(void)putchar('\n');
}

/* The same against the pack in the file ${path}, which may be NULL.  False: it is none. */
static bool print_novelty_against(const char *path, const struct pack *pack)
{
	AUTO(pack) struct pack *known = NULL;

	if (!path)
		return true;
	known = open_pack(path);
	if (known)
		print_novelty(known, pack);
	return known;
}

static int write_pack(const struct rule_set *set, const char *path, const char *against)
{
	AUTO(buffer) struct buffer bytes;
	AUTO(pack) struct pack *pack = NULL;
	struct why why = { 0 };
	int r;

	buffer_init(&bytes, PACK_SIZE_MAX);
	r = pack_build(set, &bytes, &why);
	if (r) {
		(void)fprintf(stderr, "windhover: pack build: %s\n", why.reason);
		return EXIT_TROUBLE;
	}
	r = file_replace(path, buffer_view(&bytes), 0644);
	if (r == FILE_E_NOT_REGULAR) {
		(void)fprintf(stderr,
			      "windhover: %s: not a regular file, so not replaced\n",
			      path);
		return EXIT_TROUBLE;
	}
	if (r) {
		(void)fprintf(stderr, "windhover: %s: %s\n", path, strerror(-r));
		return EXIT_TROUBLE;
	}
	r = pack_open(path, &pack, &why);
	if (r) {
		(void)fprintf(stderr, "windhover: %s: %s\n", path, why.reason);
		return EXIT_TROUBLE;
	}
	(void)printf("%s: %u rules, %zu bytes, digest %.*s\n", path,
		     pack_rule_count(pack), bytes.size, (int)pack_digest(pack).size,
		     pack_digest(pack).at);
	return print_novelty_against(against, pack) ? EXIT_NOTHING : EXIT_TROUBLE;
}

static int build(int argc, char **argv)
{
	struct options options = { 0 };
	struct rule_reader *reader = NULL;
	struct rule_set set = { 0 };
	int r = read_options(argc, argv, &options);
	unsigned refused;

	if (r)
		return r - 1;
	if (!options.out)
		return usage("build: say with -o where to write the pack");
	if (optind == argc)
		return usage("build: name at least one rule file or folder");
	if (rule_files_read(argv + optind, argc - optind, options.placeholders, &reader,
			    &set) < 0)
		return EXIT_TROUBLE;
	refused = rule_files_tell_refused(reader);
	if (refused)
		(void)fprintf(stderr, "windhover: %u rules are refused and %s\n", refused,
			      options.strict ? "no pack is built (--strict)"
					     : "left out");
	r = refused && options.strict ? EXIT_TROUBLE
				      : write_pack(&set, options.out, options.against);
	rule_reader_free(reader);
	return r;
}

static int check(int argc, char **argv)
{
	struct options options = { 0 };
	int r = read_options(argc, argv, &options), status = EXIT_NOTHING;

	if (r)
		return r - 1;
	if (optind == argc)
		return usage("check: name at least one pack");
	for (int i = optind; i < argc; i++) {
		AUTO(pack) struct pack *pack = open_pack(argv[i]);

		if (!pack) {
			status = EXIT_TROUBLE;
			continue;
		}
		(void)printf("%s: sound, %u rules, digest %.*s\n", argv[i],
			     pack_rule_count(pack), (int)pack_digest(pack).size,
			     pack_digest(pack).at);
		if (!print_novelty_against(options.against, pack))
			status = EXIT_TROUBLE;
	}
	return status;
}

static void show_rule(const struct pack_rule *rule)
{
	(void)printf("%-13s %.*s  %.*s%s\n", level_name(rule->level),
		     (int)(rule->id.size ? rule->id.size : 1),
		     rule->id.size ? rule->id.at : "-", (int)rule->title.size,
		     rule->title.at,
		     rule->is_correlation ? "  (correlation)"
		     : rule->silent       ? "  (for correlations only)"
					  : "");
}

static int show(int argc, char **argv)
{
	struct options options = { 0 };
	AUTO(pack) struct pack *pack = NULL;
	unsigned levels[5] = { 0 }, correlations = 0;
	int r = read_options(argc, argv, &options);

	if (r)
		return r - 1;
	if (optind + 1 != argc)
		return usage("show: name one pack");
	pack = open_pack(argv[optind]);
	if (!pack)
		return EXIT_TROUBLE;
	for (uint32_t i = 0; i < pack_rule_count(pack); i++) {
		struct pack_rule rule;

		pack_rule(pack, i, &rule);
		levels[rule.level]++;
		correlations += rule.is_correlation;
		if (options.rules)
			show_rule(&rule);
	}
	(void)printf("digest        %.*s\n", (int)pack_digest(pack).size,
		     pack_digest(pack).at);
	(void)printf("schema        %016llx\n", (unsigned long long)pack_schema(pack));
	(void)printf("size          %zu bytes\n", pack_bytes(pack).size);
	(void)printf("rules         %u, of which %u are correlations\n",
		     pack_rule_count(pack), correlations);
	for (unsigned level = 5; level-- > 0;)
		(void)printf("  %-13s %u\n", level_name(level), levels[level]);
	(void)printf("fields        %u\n", pack_field_count(pack));
	(void)printf("event classes %u\n", pack_class_count(pack));
	return EXIT_NOTHING;
}

/* What a rule is known by from pack to pack: its id, or else its title. */
static struct text rule_key(const struct pack *pack, uint32_t number,
			    struct pack_rule *rule)
{
	pack_rule(pack, number, rule);
	return rule->id.size ? rule->id : rule->title;
}

static int index_rules(const struct pack *pack, struct table *table)
{
	for (uint32_t i = 0; i < pack_rule_count(pack); i++) {
		struct pack_rule rule;

		if (table_put(table, rule_key(pack, i, &rule), i) < 0)
			return -1;
	}
	return 0;
}

static void print_change(char sign, const struct pack_rule *rule, const char *more)
{
	(void)printf("%c %-13s %.*s  %.*s%s\n", sign, level_name(rule->level),
		     (int)(rule->id.size ? rule->id.size : 1),
		     rule->id.size ? rule->id.at : "-", (int)rule->title.size,
		     rule->title.at, more);
}

static unsigned print_differences(const struct pack *old, const struct pack *new,
				  const struct table *in_old, const struct table *in_new)
{
	unsigned added = 0, removed = 0, changed = 0;
	struct pack_rule rule, other;

	for (uint32_t i = 0; i < pack_rule_count(old); i++) {
		if (table_get(in_new, rule_key(old, i, &rule)) != TABLE_NONE)
			continue;
		print_change('-', &rule, "");
		removed++;
	}
	for (uint32_t i = 0; i < pack_rule_count(new); i++) {
		uint32_t before = table_get(in_old, rule_key(new, i, &rule));

		if (before == TABLE_NONE) {
			print_change('+', &rule, "");
			added++;
			continue;
		}
		pack_rule(old, before, &other);
		if (other.meaning == rule.meaning)
			continue;
		print_change('~', &rule,
			     other.level != rule.level ? "  (level changed)" : "");
		changed++;
	}
	(void)printf("%u added, %u removed, %u changed\n", added, removed, changed);
	return added + removed + changed;
}

static int diff(int argc, char **argv)
{
	struct options options = { 0 };
	AUTO(pack) struct pack *old = NULL, *new = NULL;
	AUTO(table) struct table in_old = { 0 }, in_new = { 0 };
	int r = read_options(argc, argv, &options);

	if (r)
		return r - 1;
	if (optind + 2 != argc)
		return usage("diff: name two packs, the old one and the new one");
	old = open_pack(argv[optind]);
	new = open_pack(argv[optind + 1]);
	if (!old || !new)
		return EXIT_TROUBLE;
	if (index_rules(old, &in_old) < 0 || index_rules(new, &in_new) < 0)
		return usage("diff: out of memory");
	r = print_differences(old, new, &in_old, &in_new) ? EXIT_FOUND : EXIT_NOTHING;
	print_novelty(old, new);
	return r;
}

int command_pack(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {
		{ "build", build },         { "check", check },
		{ "show", show },           { "diff", diff },
		{ "prove", command_prove }, { "tests", command_tests },
	};
	const char *verb = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
		(void)fputs(help, stdout);
		return EXIT_NOTHING;
	}
	return usage("say 'build', 'check', 'show', 'diff', 'tests' or 'prove'");
}
