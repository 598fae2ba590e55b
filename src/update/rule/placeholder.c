// SPDX-License-Identifier: Apache-2.0
// The values that stand for %name% where a rule says "expand".
#include "update/rule/placeholder.h"

#include <errno.h>

#include "base/buffer.h"
#include "base/table.h"
#include "update/rule/suggest.h"

#define ARENA_SIZE_MAX (256u << 20)

struct placeholders {
	struct arena *arena;
	struct table names; /* name -> number in values[] */
	const struct yaml_node **values;
};

/* A list of scalars, or one. */
static int check_value(const struct yaml_node *name, const struct yaml_node *value,
		       struct why *why)
{
	uint32_t count = value->kind == YAML_LIST ? value->count : 1;

	if (!count)
		return yaml_refuse(why, value, "'%.*s' has no values",
				   YAML_SHOW(name->text));
	for (uint32_t i = 0; i < count; i++) {
		const struct yaml_node *item =
			value->kind == YAML_LIST ? value->items[i] : value;

		if (!yaml_is_scalar(item) || item->kind == YAML_NULL)
			return yaml_refuse(why, item,
					   "'%.*s' has %s as a value: expected a text",
					   YAML_SHOW(name->text), yaml_kind_name(item));
	}
	return 0;
}

static int read_map(struct placeholders *placeholders, struct text text, struct why *why)
{
	AUTO(yaml) struct yaml *yaml = NULL;
	struct yaml_node *map = NULL;
	int r = yaml_open(text, &yaml);

	if (!r)
		r = yaml_next(yaml, placeholders->arena, &map, why);
	if (r)
		return r;
	if (!map || map->kind != YAML_MAP) {
		why_set(why, 1, 0, "no placeholders: expected a map of names and values");
		return -EINVAL;
	}
	placeholders->values =
		arena_array(placeholders->arena, map->count, sizeof(struct yaml_node *));
	if (!placeholders->values)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->count; i++) {
		const struct yaml_node *name = map->items[(size_t)i * 2];

		placeholders->values[i] = map->items[(size_t)i * 2 + 1];
		r = check_value(name, placeholders->values[i], why);
		if (!r)
			r = table_put(&placeholders->names, name->text, i);
		if (r)
			return r;
	}
	return 0;
}

int placeholders_read(struct text yaml, struct placeholders **out, struct why *why)
{
	struct placeholders *placeholders = calloc(1, sizeof(*placeholders));
	int r = -ENOMEM;

	if (!placeholders)
		return r;
	placeholders->arena = arena_create(ARENA_SIZE_MAX);
	if (placeholders->arena)
		r = read_map(placeholders, yaml, why);
	if (r) {
		placeholders_free(placeholders);
		return r;
	}
	*out = placeholders;
	return 0;
}

void placeholders_free(struct placeholders *placeholders)
{
	if (!placeholders)
		return;
	table_done(&placeholders->names);
	arena_free(placeholders->arena);
	free(placeholders);
}

/* The name at text.at[from] == '%', or nothing: a name has no space and no further '%'. */
static struct text name_at(struct text text, size_t from)
{
	for (size_t i = from + 1; i < text.size; i++) {
		if (text.at[i] == '%')
			return text_part(text, from + 1, i - from - 1);
		if (text.at[i] == ' ' || text.at[i] == '\t' || text.at[i] == '\\')
			break;
	}
	return (struct text){ 0 };
}

static int refuse_name(const struct placeholders *placeholders,
		       const struct yaml_node *at, struct text name, struct why *why)
{
	struct suggest suggest;
	char phrase[SUGGEST_PHRASE_SIZE];

	suggest_begin(&suggest, name);
	for (uint32_t i = 0; placeholders && i < placeholders->names.count; i++)
		suggest_try(&suggest, placeholders->names.entries[i].key);
	return yaml_refuse(why, at, "the placeholder %%%.*s%% has no value%s",
			   YAML_SHOW(name), suggest_phrase(&suggest, phrase));
}

static uint32_t value_count(const struct yaml_node *value)
{
	return value->kind == YAML_LIST ? value->count : 1;
}

int placeholders_find(const struct placeholders *placeholders,
		      const struct yaml_node *node, struct expansion *out,
		      struct why *why)
{
	struct text text = node->text, name;

	*out = (struct expansion){ .text = text, .combinations = 1 };
	for (size_t i = 0; i < text.size; i++) {
		uint32_t number = TABLE_NONE;

		if (text.at[i] == '\\') {
			i++; /* whatever it escapes */
			continue;
		}
		name = text.at[i] == '%' ? name_at(text, i) : (struct text){ 0 };
		if (!name.size)
			continue;
		if (placeholders)
			number = table_get(&placeholders->names, name);
		if (number == TABLE_NONE || !placeholders)
			return refuse_name(placeholders, node, name, why);
		if (out->count == PLACEHOLDERS_MAX)
			return yaml_refuse(why, node,
					   "more than %d placeholders in one value",
					   PLACEHOLDERS_MAX);
		out->slots[out->count].from = i;
		i += name.size + 1;
		out->slots[out->count].end = i + 1;
		out->slots[out->count].value = placeholders->values[number];
		out->combinations *= value_count(out->slots[out->count++].value);
		if (out->combinations > EXPANSIONS_MAX)
			return yaml_refuse(why, node,
					   "the placeholders give more than %u values",
					   EXPANSIONS_MAX);
	}
	return 0;
}

/* A stretch of the rule's own text, in which "\%" is a percent sign. */
static void add_own(struct buffer *buffer, struct text text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] == '\\' && i + 1 < text.size) {
			if (text.at[i + 1] != '%')
				buffer_char(buffer, '\\');
			i++;
		}
		buffer_char(buffer, text.at[i]);
	}
}

int placeholders_expand(const struct expansion *expansion, uint64_t number,
			struct arena *arena, struct text *out)
{
	AUTO(buffer) struct buffer buffer;
	size_t from = 0;

	buffer_init(&buffer, SIZE_MAX);
	/* Each placeholder is a digit of the number, counted in its values. */
	for (uint32_t i = 0; i < expansion->count; i++) {
		const struct yaml_node *value = expansion->slots[i].value;
		uint32_t digit = (uint32_t)(number % value_count(value));

		number /= value_count(value);
		if (value->kind == YAML_LIST)
			value = value->items[digit];
		add_own(&buffer, text_part(expansion->text, from,
					   expansion->slots[i].from - from));
		buffer_text(&buffer, value->text);
		from = expansion->slots[i].end;
	}
	add_own(&buffer, text_part(expansion->text, from, expansion->text.size));
	if (buffer.failed)
		return -ENOMEM;
	return arena_copy(arena, buffer_view(&buffer), out);
}
