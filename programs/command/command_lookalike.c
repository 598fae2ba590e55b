// SPDX-License-Identifier: Apache-2.0
// windhover lookalike: is a name made to be taken for a brand's?
#include "command.h"

#include "detect/sink/json_write.h"
#include "update/rule/brands.h"
#include "update/rule/rule_files.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: windhover lookalike check [--brands FILE | --brand DOMAIN]... [--json] "
	"NAME...\n"
	"\n"
	"Say for each domain name whether it is made to look like a brand's: typing "
	"errors,\n"
	"look-alike letters, the brand with other words, below another suffix or name.\n"
	"Exit status: 0 no name is, 1 some are, 2 trouble.\n"
	"\n"
	"  NAME            a domain name; - reads names from standard input, one a line\n"
	"  --brands FILE   the brands, as docs/lookalike.md describes them\n"
	"  --brand DOMAIN  a brand by its domain; a '+' parts its two words: "
	"exam+ple.com\n"
	"  --json          a JSON line for each name\n"
	"\n"
	"example: windhover lookalike check --brand exam+ple.com example-login.net "
	"examp1e.com\n";

#define ARENA_SIZE_MAX ((size_t)64 << 20)
#define BRANDS_MAX     4096u
#define LINE_SIZE      (64u << 10)

struct check {
	struct arena *arena;
	struct brand *brands;
	uint32_t count;
	bool json;
	uint64_t alike;
	struct buffer line;
};

static int trouble(const char *what, const char *reason)
{
	(void)fprintf(stderr,
		      "windhover lookalike: %s%s\n"
		      "windhover lookalike: see 'windhover lookalike --help'\n",
		      what, reason);
	return EXIT_TROUBLE;
}

static int add_brands(struct check *all, const struct brand *brands, uint32_t count)
{
	if (count > BRANDS_MAX - all->count)
		return trouble("", "more than 4096 brands");
	if (count)
		memcpy(all->brands + all->count, brands, count * sizeof(*brands));
	all->count += count;
	return 0;
}

static int add_brand(struct check *all, const char *domain)
{
	struct brand brand = { .written = text_of(domain) };
	const char *expected = lookalike_brand_set(&brand.alike, brand.written);

	if (expected)
		return trouble("--brand expects ", expected);
	return add_brands(all, &brand, 1);
}

static int add_file(struct check *all, const char *path)
{
	AUTO(buffer) struct buffer bytes;
	AUTO(yaml) struct yaml *yaml = NULL;
	struct yaml_node *root = NULL;
	struct brand *brands = NULL;
	struct why why = { 0 };
	uint32_t count = 0;
	int r;

	buffer_init(&bytes, RULE_FILE_SIZE_MAX);
	r = rule_file_read(path, &bytes);
	if (r) {
		(void)fprintf(stderr, "windhover lookalike: %s: %s\n", path,
			      r == -E2BIG ? "the file is larger than 8 MiB"
					  : strerror(-r));
		return EXIT_TROUBLE;
	}
	r = yaml_open(buffer_view(&bytes), &yaml);
	while (!r && !(r = yaml_next(yaml, all->arena, &root, &why)) && root) {
		r = brands_read(root, all->arena, &brands, &count, &why);
		if (!r && add_brands(all, brands, count))
			return EXIT_TROUBLE;
	}
	if (!r)
		return 0;
	(void)fprintf(stderr, "windhover lookalike: %s:%u:%u: %s\n", path, why.line,
		      why.column, r == -EINVAL ? why.reason : strerror(-r));
	return EXIT_TROUBLE;
}

static void show(struct check *all, struct text name, const struct brand *brand,
		 enum lookalike found)
{
	struct text word = text_of(lookalike_word(found)), domain = { 0 };

	if (brand)
		domain = (struct text){ brand->alike.domain, brand->alike.domain_size };
	if (!all->json) {
		if (brand)
			(void)printf("%-40.*s  looks like %.*s: %s\n", (int)name.size,
				     name.at, (int)domain.size, domain.at, word.at);
		return;
	}
	buffer_clear(&all->line);
	json_write_open(&all->line, NULL);
	json_write_member(&all->line, "name", name);
	json_write_member(&all->line, "brand", domain);
	json_write_member(&all->line, "trick", word);
	json_write_close(&all->line);
	(void)printf("%.*s\n", (int)all->line.size, all->line.at);
}

static void check_name(struct check *all, struct text name)
{
	enum lookalike found = LOOKALIKE_NONE;
	uint32_t i = 0;

	for (; i < all->count; i++) {
		found = brand_check(&all->brands[i], name);
		if (found)
			break;
	}
	all->alike += found != LOOKALIKE_NONE;
	show(all, name, found ? &all->brands[i] : NULL, found);
}

static int check_lines(struct check *all, FILE *in)
{
	AUTO(free) char *line = malloc(LINE_SIZE);

	if (!line)
		return trouble("", strerror(ENOMEM));
	while (fgets(line, LINE_SIZE, in)) {
		line[strcspn(line, " \t\r\n")] = '\0';
		if (line[0] && line[0] != '#')
			check_name(all, text_of(line));
	}
	return ferror(in) ? trouble("standard input: ", strerror(errno)) : 0;
}

static int run(struct check *all, int argc, char **argv)
{
	static const struct option known[] = {
		{ "brands", required_argument, NULL, 'f' },
		{ "brand", required_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, r = 0;

	while (!r && (option = getopt_long(argc, argv, "+h", known, NULL)) != -1) {
		if (option == 'f')
			r = add_file(all, optarg);
		else if (option == 'b')
			r = add_brand(all, optarg);
		else if (option == 'j')
			all->json = true;
		else if (option == 'h')
			return printf("%s", usage) < 0 ? EXIT_TROUBLE : EXIT_NOTHING;
		else
			r = trouble("", "that is no option of it");
	}
	if (r)
		return r;
	if (!all->count)
		return trouble("", "no brands: give --brands or --brand");
	if (optind == argc)
		return trouble("", "no names: give some, or - for standard input");
	for (; !r && optind < argc; optind++) {
		if (strcmp(argv[optind], "-") == 0)
			r = check_lines(all, stdin);
		else
			check_name(all, text_of(argv[optind]));
	}
	if (!r && fflush(stdout) != 0)
		r = trouble("standard output: ", strerror(errno));
	return r ? r : all->alike ? EXIT_FOUND : EXIT_NOTHING;
}

int command_lookalike(int argc, char **argv)
{
	AUTO(arena) struct arena *arena = arena_create(ARENA_SIZE_MAX);
	AUTO(free) struct brand *brands = calloc(BRANDS_MAX, sizeof(*brands));
	struct check all = { .arena = arena, .brands = brands };
	int r;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return printf("%s", usage) < 0 ? EXIT_TROUBLE : EXIT_NOTHING;
	if (argc < 2 || strcmp(argv[1], "check") != 0)
		return trouble("", "there is one thing that it does: check");
	if (!arena || !brands)
		return trouble("", strerror(ENOMEM));
	buffer_init(&all.line, LINE_SIZE * 8);
	r = run(&all, argc - 1, argv + 1);
	buffer_done(&all.line);
	return r;
}
