// SPDX-License-Identifier: Apache-2.0
// The regexes of the public rules, for tests.
#include "update/regex/regex_corpus.h"

#include <dirent.h>

#include "format/yaml.h"

#define RULE_SIZE_MAX (4u << 20)

static void add_regex(struct corpus *corpus, struct text pattern, unsigned flags)
{
	for (uint32_t i = 0; i < corpus->count; i++)
		if (corpus->regexes[i].flags == flags &&
		    text_is(corpus->regexes[i].pattern, pattern))
			return;
	assert_int_equal(regex_grow(corpus->arena, &corpus->regexes, &corpus->capacity,
				    corpus->count, sizeof(*corpus->regexes)),
			 0);
	assert_int_equal(arena_copy(corpus->arena, pattern, &pattern), 0);
	corpus->regexes[corpus->count++] = (struct corpus_regex){ pattern, flags };
}

/* Whether "field|modifier|..." has ${modifier}. */
static bool has_modifier(struct text key, const char *modifier)
{
	for (size_t i = 0; i < key.size; i++) {
		struct text rest = text_part(key, i + 1, strlen(modifier));

		if (key.at[i] == '|' && text_is(rest, text_of(modifier)) &&
		    (i + 1 + rest.size == key.size || key.at[i + 1 + rest.size] == '|'))
			return true;
	}
	return false;
}

static void add_value(struct corpus *corpus, struct text key,
		      const struct yaml_node *value)
{
	unsigned flags = 0;

	flags |= has_modifier(key, "i") ? REGEX_IGNORE_CASE : 0;
	flags |= has_modifier(key, "m") ? REGEX_MULTILINE : 0;
	flags |= has_modifier(key, "s") ? REGEX_DOT_ALL : 0;
	if (yaml_is_scalar(value))
		add_regex(corpus, value->text, flags);
	for (uint32_t i = 0; value->kind == YAML_LIST && i < value->count; i++)
		add_regex(corpus, value->items[i]->text, flags);
}

static void add_rule(struct corpus *corpus, const struct yaml_node *node)
{
	const bool map = node->kind == YAML_MAP;

	for (uint32_t i = 0; i < node->count; i++) {
		if (map && has_modifier(node->items[2 * i]->text, "re"))
			add_value(corpus, node->items[2 * i]->text,
				  node->items[2 * i + 1]);
		else
			add_rule(corpus, node->items[map ? 2 * i + 1 : i]);
	}
}

static void add_file(struct corpus *corpus, const char *path)
{
	AUTO(fclose) FILE *file = fopen(path, "rbe");
	AUTO(free) char *bytes = malloc(RULE_SIZE_MAX);
	AUTO(arena) struct arena *arena = arena_create(64u << 20);
	AUTO(yaml) struct yaml *yaml = NULL;
	struct yaml_node *root = NULL;
	struct why why;

	assert_non_null(file);
	assert_non_null(bytes);
	assert_int_equal(
		yaml_open((struct text){ bytes, fread(bytes, 1, RULE_SIZE_MAX, file) },
			  &yaml),
		0);
	while (yaml_next(yaml, arena, &root, &why) == 0 && root)
		add_rule(corpus, root);
}

static void add_folder(struct corpus *corpus, const char *path)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		AUTO(free) char *place = NULL;

		assert_true(asprintf(&place, "%s/%s", path, name) > 0);
		if (name[0] != '.' && text_ends(text_of(name), TEXT(".yml")))
			add_file(corpus, place);
		else if (name[0] != '.' && entries[i]->d_type == DT_DIR)
			add_folder(corpus, place);
		free(entries[i]);
	}
	free(entries);
}

void corpus_read(struct corpus *corpus)
{
	static const char *const folders[] = { "rules", "rules-compliance",
					       "rules-emerging-threats",
					       "rules-placeholder",
					       "rules-threat-hunting" };
	const char *data = getenv("WINDHOVER_DATA");

	/* DATA_FOLDER: beside the sources, as the build knows. */
	if (!data)
		data = DATA_FOLDER;
	*corpus = (struct corpus){ .arena = arena_create(64u << 20) };
	assert_non_null(corpus->arena);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		AUTO(free) char *place = NULL;

		assert_true(asprintf(&place, "%s/sigma/%s", data, folders[i]) > 0);
		add_folder(corpus, place);
	}
	if (!corpus->count) {
		corpus_done(corpus);
		print_message("WINDHOVER_DATA names no folder with the public rules\n");
		skip();
	}
}

void corpus_done(struct corpus *corpus)
{
	arena_free(corpus->arena);
}
