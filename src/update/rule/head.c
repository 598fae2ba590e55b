// SPDX-License-Identifier: Apache-2.0
// What every kind of document says of itself: title, id, level, tags, log source ...
#include "update/rule/head.h"

#include <errno.h>
#include <stddef.h>

#include "update/rule/suggest.h"

static const char *const levels[] = {
	[LEVEL_INFORMATIONAL] = "informational",
	[LEVEL_LOW] = "low",
	[LEVEL_MEDIUM] = "medium",
	[LEVEL_HIGH] = "high",
	[LEVEL_CRITICAL] = "critical",
};

#define LEVEL_COUNT (sizeof(levels) / sizeof(levels[0]))

int head_text(const struct reading *reading, const struct yaml_node *map, const char *key,
	      struct text *out)
{
	const struct yaml_node *node = yaml_get(map, key);

	if (!node || node->kind == YAML_NULL)
		return 0;
	if (!yaml_is_scalar(node))
		return yaml_refuse(reading->why, node, "'%s' is %s: expected a text", key,
				   yaml_kind_name(node));
	return arena_copy(reading->arena, node->text, out);
}

int head_texts(const struct reading *reading, const struct yaml_node *map,
	       const char *key, struct text **out, uint32_t *count)
{
	const struct yaml_node *node = yaml_get(map, key);
	uint32_t given;
	int r = 0;

	if (!node || node->kind == YAML_NULL)
		return 0;
	if (node->kind == YAML_MAP)
		return yaml_refuse(reading->why, node,
				   "'%s' is a map: expected a list of texts", key);
	given = node->kind == YAML_LIST ? node->count : 1;
	*out = arena_array(reading->arena, given, sizeof(struct text));
	if (!*out)
		return -ENOMEM;
	for (uint32_t i = 0; !r && i < given; i++) {
		const struct yaml_node *item =
			node->kind == YAML_LIST ? node->items[i] : node;

		if (item->kind == YAML_NULL)
			continue;
		if (!yaml_is_scalar(item))
			return yaml_refuse(reading->why, item,
					   "'%s' has %s: expected texts", key,
					   yaml_kind_name(item));
		r = arena_copy(reading->arena, item->text, &(*out)[*count]);
		(*count)++;
	}
	return r;
}

bool head_knows_level(struct text level)
{
	for (size_t i = 0; i < LEVEL_COUNT; i++)
		if (text_is(level, text_of(levels[i])))
			return true;
	return false;
}

static int read_level(const struct reading *reading, const struct yaml_node *root,
		      struct rule_head *out)
{
	const struct yaml_node *node = yaml_get(root, "level");
	struct suggest suggest;
	char phrase[SUGGEST_PHRASE_SIZE];

	out->level = LEVEL_MEDIUM;
	if (!node || node->kind == YAML_NULL)
		return 0;
	if (!yaml_is_scalar(node))
		return yaml_refuse(reading->why, node, "'level' is %s: expected a text",
				   yaml_kind_name(node));
	suggest_begin(&suggest, node->text);
	for (size_t i = 0; i < LEVEL_COUNT; i++) {
		if (text_is(node->text, text_of(levels[i]))) {
			out->level = (enum rule_level)i;
			out->has_level = true;
			return 0;
		}
		suggest_try(&suggest, text_of(levels[i]));
	}
	return yaml_refuse(reading->why, node,
			   "the level '%.*s' is not informational, low, medium, high or "
			   "critical%s",
			   YAML_SHOW(node->text), suggest_phrase(&suggest, phrase));
}

int head_read(const struct reading *reading, struct text file,
	      const struct yaml_node *root, struct rule_head *out)
{
	const struct {
		const char *key;
		struct text *to;
	} texts[] = {
		{ "title", &out->title },
		{ "id", &out->id },
		{ "name", &out->name },
		{ "status", &out->status },
		{ "description", &out->description },
		{ "license", &out->license },
		{ "author", &out->author },
		{ "date", &out->date },
		{ "modified", &out->modified },
	};
	int r = 0;

	out->file = file;
	out->line = root->line;
	for (size_t i = 0; !r && i < sizeof(texts) / sizeof(texts[0]); i++)
		r = head_text(reading, root, texts[i].key, texts[i].to);
	if (!r && !out->title.size)
		r = yaml_refuse(reading->why, root, "no 'title'");
	if (!r)
		r = read_level(reading, root, out);
	if (!r)
		r = head_texts(reading, root, "tags", &out->tags, &out->tag_count);
	if (!r)
		r = head_texts(reading, root, "references", &out->references,
			       &out->reference_count);
	if (!r)
		r = head_texts(reading, root, "falsepositives", &out->falsepositives,
			       &out->falsepositive_count);
	return r;
}

/* One of product, category and service, in lower case. */
static int read_source(const struct reading *reading, const struct yaml_node *map,
		       const char *key, struct text *out)
{
	struct text name = { 0 };
	char *bytes;
	int r = head_text(reading, map, key, &name);

	if (r || !name.size)
		return r;
	if (memchr(name.at, '*', name.size))
		return yaml_refuse(reading->why, yaml_get(map, key),
				   "'%s' has a '*': a log source is named in full", key);
	bytes = arena_alloc(reading->arena, name.size);
	if (!bytes)
		return -ENOMEM;
	for (size_t i = 0; i < name.size; i++) {
		bool upper = name.at[i] >= 'A' && name.at[i] <= 'Z';

		bytes[i] = (char)(name.at[i] + (upper ? 'a' - 'A' : 0));
	}
	*out = (struct text){ .at = bytes, .size = name.size };
	return 0;
}

int head_logsource(const struct reading *reading, const struct yaml_node *root,
		   struct logsource *out)
{
	const struct yaml_node *map = yaml_get(root, "logsource");
	int r;

	if (!map)
		return yaml_refuse(reading->why, root, "no 'logsource'");
	if (map->kind != YAML_MAP)
		return yaml_refuse(
			reading->why, map,
			"'logsource' is %s: expected a map of product, category, "
			"service",
			yaml_kind_name(map));
	r = read_source(reading, map, "product", &out->product);
	if (!r)
		r = read_source(reading, map, "category", &out->category);
	if (!r)
		r = read_source(reading, map, "service", &out->service);
	if (!r && !out->product.size && !out->category.size && !out->service.size)
		r = yaml_refuse(reading->why, map,
				"'logsource' has no product, category or service");
	return r;
}
