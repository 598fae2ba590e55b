// SPDX-License-Identifier: Apache-2.0
// A "correlation" document, with its rules still by name.
#include "update/rule/correlation_read.h"

#include <errno.h>

#include "update/rule/condition.h"
#include "update/rule/head.h"
#include "update/rule/suggest.h"

/* A correlation being read. */
struct correlation_reader {
	const struct reading *reading;
	const struct yaml_node *root, *map;
	struct correlation_draft *draft;
};

static const char *const types[] = {
	[CORRELATION_EVENT_COUNT] = "event_count",
	[CORRELATION_VALUE_COUNT] = "value_count",
	[CORRELATION_TEMPORAL] = "temporal",
	[CORRELATION_TEMPORAL_ORDERED] = "temporal_ordered",
	[CORRELATION_VALUE_SUM] = "value_sum",
	[CORRELATION_VALUE_AVG] = "value_avg",
	[CORRELATION_VALUE_PERCENTILE] = "value_percentile",
	[CORRELATION_VALUE_MEDIAN] = "value_median",
};

static const char *const bounds[] = {
	[BOUND_GT] = "gt",   [BOUND_GTE] = "gte", [BOUND_LT] = "lt",
	[BOUND_LTE] = "lte", [BOUND_EQ] = "eq",   [BOUND_NEQ] = "neq",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int find(const struct correlation_reader *reader, const struct yaml_node *node,
		const char *what, const char *const *names, size_t count, size_t *out)
{
	struct suggest suggest;
	char phrase[SUGGEST_PHRASE_SIZE];

	suggest_begin(&suggest, node->text);
	for (size_t i = 0; i < count; i++) {
		if (text_is(node->text, text_of(names[i]))) {
			*out = i;
			return 0;
		}
		suggest_try(&suggest, text_of(names[i]));
	}
	return yaml_refuse(reader->reading->why, node, "%s '%.*s' is not known%s", what,
			   YAML_SHOW(node->text), suggest_phrase(&suggest, phrase));
}

static bool is_temporal(const struct correlation_reader *reader)
{
	return reader->draft->body.type == CORRELATION_TEMPORAL ||
	       reader->draft->body.type == CORRELATION_TEMPORAL_ORDERED;
}

static bool needs_field(const struct correlation_reader *reader)
{
	return !is_temporal(reader) &&
	       reader->draft->body.type != CORRELATION_EVENT_COUNT;
}

static int check_keys(const struct correlation_reader *reader)
{
	static const char *const known[] = { "type",     "rules",   "group-by",
					     "timespan", "aliases", "condition",
					     "generate" };
	size_t number;
	int r = 0;

	if (reader->map->kind != YAML_MAP)
		return yaml_refuse(reader->reading->why, reader->map,
				   "'correlation' is %s: expected a map",
				   yaml_kind_name(reader->map));
	/* Here a key that means nothing is one whose meaning would be left out. */
	for (size_t i = 0; !r && i < reader->map->count; i++)
		r = find(reader, reader->map->items[i * 2], "the correlation's key",
			 known, COUNT(known), &number);
	return r;
}

static int read_type(const struct correlation_reader *reader)
{
	const struct yaml_node *node = yaml_get(reader->map, "type");
	size_t number = 0;
	int r;

	if (!node)
		return yaml_refuse(reader->reading->why, reader->map,
				   "the correlation has no 'type'");
	r = find(reader, node, "the correlation type", types, COUNT(types), &number);
	reader->draft->body.type = (enum correlation_type)number;
	return r;
}

static int read_rules(const struct correlation_reader *reader)
{
	struct correlation_draft *draft = reader->draft;
	int r = reference_read(reader->reading, reader->map, "rules", &draft->references,
			       &draft->reference_count);

	if (!r && !draft->reference_count)
		r = yaml_refuse(reader->reading->why, reader->map,
				"the correlation has no 'rules'");
	if (!r && draft->reference_count > CORRELATION_PARTS_MAX)
		r = yaml_refuse(reader->reading->why, reader->map,
				"the correlation has more than %u rules",
				CORRELATION_PARTS_MAX);
	return r;
}

/* The seconds of a unit; months and years have no fixed length. */
static int64_t unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 7 * 86400;
	default:
		return 0;
	}
}

static int read_timespan(const struct correlation_reader *reader)
{
	const struct yaml_node *node = yaml_get(reader->map, "timespan");
	const int64_t most = (int64_t)CORRELATION_DAYS_MAX * 86400;
	int64_t count = 0, unit = 0;
	struct text text;

	if (!node)
		return yaml_refuse(reader->reading->why, reader->map,
				   "the correlation has no 'timespan'");
	text = node->text;
	for (size_t i = 0; i + 1 < text.size && count <= most; i++) {
		if (text.at[i] < '0' || text.at[i] > '9') {
			count = 0;
			break;
		}
		count = count * 10 + (text.at[i] - '0');
	}
	if (text.size > 1)
		unit = unit_seconds(text.at[text.size - 1]);
	if (!count || !unit)
		return yaml_refuse(
			reader->reading->why, node,
			"the timespan '%.*s' is not a number and one of s, m, h, d, w",
			YAML_SHOW(text));
	if (count > most / unit)
		return yaml_refuse(reader->reading->why, node,
				   "the timespan is longer than %d days",
				   CORRELATION_DAYS_MAX);
	reader->draft->body.timespan_ns = count * unit * 1000000000;
	return 0;
}

/* A list of fields, as keys without their names in the parts. */
static int read_fields(const struct correlation_reader *reader,
		       const struct yaml_node *map, const char *key,
		       struct correlation_key **out, uint32_t *count)
{
	struct text *names = NULL;
	uint32_t name_count = 0;
	int r = head_texts(reader->reading, map, key, &names, &name_count);

	if (r)
		return r;
	if (name_count > CORRELATION_KEYS_MAX)
		return yaml_refuse(reader->reading->why, yaml_get(map, key),
				   "'%s' has more than %u fields", key,
				   CORRELATION_KEYS_MAX);
	*out = arena_array(reader->reading->arena, name_count, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	for (uint32_t i = 0; i < name_count; i++) {
		if (!names[i].size)
			return yaml_refuse(reader->reading->why, yaml_get(map, key),
					   "'%s' has a field without a name", key);
		(*out)[i].name = names[i];
	}
	*count = name_count;
	return 0;
}

static int read_alias(const struct correlation_reader *reader,
		      struct yaml_node *const *pair, struct alias *alias)
{
	const struct yaml_node *map = pair[1];
	struct arena *arena = reader->reading->arena;
	int r = arena_copy(arena, pair[0]->text, &alias->name);

	if (!r && map->kind != YAML_MAP)
		return yaml_refuse(
			reader->reading->why, map,
			"the alias '%.*s' is %s: expected a map of rules and fields",
			YAML_SHOW(pair[0]->text), yaml_kind_name(map));
	alias->fields = arena_array(arena, map->count, sizeof(*alias->fields));
	if (!alias->fields)
		return -ENOMEM;
	for (size_t i = 0; !r && i < map->count; i++) {
		const struct yaml_node *rule = map->items[i * 2];
		const struct yaml_node *name = map->items[i * 2 + 1];
		struct alias_field *field = &alias->fields[i];

		if (!yaml_is_scalar(name) || !name->text.size)
			return yaml_refuse(reader->reading->why, name,
					   "%s where the name of a field was expected",
					   yaml_kind_name(name));
		field->rule.line = rule->line;
		field->rule.column = rule->column;
		r = arena_copy(arena, rule->text, &field->rule.name);
		if (!r)
			r = arena_copy(arena, name->text, &field->field);
		alias->count++;
	}
	return r;
}

static int read_aliases(const struct correlation_reader *reader)
{
	const struct yaml_node *map = yaml_get(reader->map, "aliases");
	struct correlation_draft *draft = reader->draft;
	int r = 0;

	if (!map || map->kind == YAML_NULL)
		return 0;
	if (map->kind != YAML_MAP)
		return yaml_refuse(reader->reading->why, map,
				   "'aliases' is %s: expected a map",
				   yaml_kind_name(map));
	draft->aliases =
		arena_array(reader->reading->arena, map->count, sizeof(*draft->aliases));
	if (!draft->aliases)
		return -ENOMEM;
	for (size_t i = 0; !r && i < map->count; i++)
		r = read_alias(reader, map->items + i * 2, &draft->aliases[i]);
	draft->alias_count = map->count;
	return r;
}

static int read_percentile(const struct correlation_reader *reader,
			   const struct yaml_node *node)
{
	double number;

	if (reader->draft->body.type != CORRELATION_VALUE_PERCENTILE)
		return yaml_refuse(
			reader->reading->why, node,
			"'percentile' goes with the type value_percentile only");
	if (!yaml_number(node, &number) || number < 0 || number > 100)
		return yaml_refuse(reader->reading->why, node,
				   "'percentile' takes a number from 0 to 100");
	reader->draft->body.percentile = number;
	return 0;
}

static int read_bound(const struct correlation_reader *reader,
		      struct yaml_node *const *pair)
{
	struct correlation *body = &reader->draft->body;
	double number;
	size_t op = 0;
	int r;

	if (text_is(pair[0]->text, TEXT("field")))
		return 0;
	if (text_is(pair[0]->text, TEXT("percentile")))
		return read_percentile(reader, pair[1]);
	r = find(reader, pair[0], "in the correlation's condition", bounds, COUNT(bounds),
		 &op);
	if (r)
		return r;
	if (!yaml_number(pair[1], &number))
		return yaml_refuse(reader->reading->why, pair[1], "'%s' takes a number",
				   bounds[op]);
	body->bounds[body->bound_count++] =
		(struct correlation_bound){ .op = (enum bound_op)op, .number = number };
	return 0;
}

static int read_bounds(const struct correlation_reader *reader,
		       const struct yaml_node *map)
{
	struct correlation *body = &reader->draft->body;
	const struct yaml_node *field = yaml_get(map, "field");
	const char *type = types[body->type];
	struct why *why = reader->reading->why;
	int r = 0;

	body->bounds =
		arena_array(reader->reading->arena, COUNT(bounds), sizeof(*body->bounds));
	if (!body->bounds)
		return -ENOMEM;
	for (size_t i = 0; !r && i < map->count; i++)
		r = read_bound(reader, map->items + i * 2);
	if (!r)
		r = read_fields(reader, map, "field", &body->fields, &body->field_count);
	if (r)
		return r;
	if (!body->bound_count)
		return yaml_refuse(why, map,
				   "the condition has none of gt, gte, lt, lte, eq, neq");
	if (needs_field(reader) && !body->field_count)
		return yaml_refuse(why, map, "%s needs a 'field' in its condition", type);
	if (!needs_field(reader) && field)
		return yaml_refuse(why, field, "%s takes no 'field'", type);
	if (body->field_count > 1 && body->type != CORRELATION_VALUE_COUNT)
		return yaml_refuse(why, field, "%s takes one 'field'", type);
	if (body->type == CORRELATION_VALUE_PERCENTILE && !yaml_get(map, "percentile"))
		return yaml_refuse(
			why, map,
			"value_percentile needs a 'percentile' (50 is the median) in "
			"its condition");
	return 0;
}

/* "a and not b" over the parts: a leaf is an ITEM without an item, its count is the part. */
static int read_expression(const struct correlation_reader *reader,
			   const struct yaml_node *node)
{
	AUTO(free) struct condition_name *names = NULL;
	struct correlation_draft *draft = reader->draft;
	struct arena *arena = reader->reading->arena;

	if (draft->body.type != CORRELATION_TEMPORAL)
		return yaml_refuse(
			reader->reading->why, node,
			"a condition in words goes with the type temporal only");
	names = calloc(draft->reference_count, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (uint32_t i = 0; i < draft->reference_count; i++) {
		names[i].name = draft->references[i].name;
		names[i].weight = 1;
		names[i].node = arena_alloc(arena, sizeof(*names[i].node));
		if (!names[i].node)
			return -ENOMEM;
		names[i].node->kind = NODE_ITEM;
		names[i].node->count = i;
	}
	return condition_read(reader->reading, node, names, draft->reference_count,
			      &draft->body.condition);
}

static int read_condition(const struct correlation_reader *reader)
{
	const struct yaml_node *node = yaml_get(reader->map, "condition");

	if (!node || node->kind == YAML_NULL) {
		if (is_temporal(reader))
			return 0;
		return yaml_refuse(reader->reading->why, reader->map,
				   "the correlation has no 'condition'");
	}
	if (node->kind == YAML_MAP)
		return read_bounds(reader, node);
	if (node->kind == YAML_STRING)
		return read_expression(reader, node);
	return yaml_refuse(reader->reading->why, node,
			   "the condition is %s: expected a map", yaml_kind_name(node));
}

/* The specification has it beside "correlation", others inside: it may stand in either. */
static int read_generate(const struct correlation_reader *reader)
{
	const struct yaml_node *outer = yaml_get(reader->root, "generate");
	const struct yaml_node *inner = yaml_get(reader->map, "generate");
	const struct yaml_node *nodes[] = { outer, inner };

	for (size_t i = 0; i < COUNT(nodes); i++) {
		if (!nodes[i])
			continue;
		if (nodes[i]->kind != YAML_BOOL)
			return yaml_refuse(reader->reading->why, nodes[i],
					   "'generate' is %s: expected true or false",
					   yaml_kind_name(nodes[i]));
		reader->draft->generate = nodes[i]->truth;
	}
	if (outer && inner && outer->truth != inner->truth)
		return yaml_refuse(reader->reading->why, outer,
				   "'generate' is both true and false");
	return 0;
}

int correlation_read(const struct reading *reading, struct text file,
		     const struct yaml_node *root, struct correlation_draft **out)
{
	static int (*const steps[])(const struct correlation_reader *) = {
		check_keys,   read_type,      read_rules,    read_timespan,
		read_aliases, read_condition, read_generate,
	};
	struct correlation_draft *draft = arena_alloc(reading->arena, sizeof(*draft));
	struct correlation_reader reader = { .reading = reading,
					     .root = root,
					     .map = yaml_get(root, "correlation"),
					     .draft = draft };
	int r;

	if (!draft)
		return -ENOMEM;
	r = head_read(reading, file, root, &draft->body.head);
	for (size_t i = 0; !r && i < COUNT(steps); i++)
		r = steps[i](&reader);
	if (!r)
		r = read_fields(&reader, reader.map, "group-by", &draft->body.keys,
				&draft->body.key_count);
	if (!r)
		*out = draft;
	return r;
}
