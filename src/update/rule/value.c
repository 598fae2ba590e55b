// SPDX-License-Identifier: Apache-2.0
// One value of a detection item, through its modifiers -> what the engine compares with.
#include "update/rule/value.h"

#include <errno.h>
#include <math.h>

#include "model/lookalike.h"
#include "model/regex.h"
#include "update/rule/network.h"
#include "update/rule/placeholder.h"
#include "update/regex/regex_compile.h"

/* What the steps below share. */
struct value_reader {
	const struct reading *reading;
	const struct chain *chain;
	bool is_keyword;
	const struct yaml_node *node;
	struct value_list *out;
};

static int value_add(const struct value_reader *reader, const struct rule_value *value)
{
	struct value_list *list = reader->out;
	uint32_t want = list->capacity ? list->capacity * 2 : 8;
	struct rule_value *grown;

	if (list->count == VALUES_MAX)
		return yaml_refuse(reader->reading->why, reader->node,
				   "the item has more than %u values", VALUES_MAX);
	if (arena_since(reader->reading->arena, reader->reading->begin) >
	    DOCUMENT_SIZE_MAX)
		return yaml_refuse(reader->reading->why, reader->node,
				   "the rule's values take more than 64 MiB");
	if (list->count == list->capacity) {
		grown = realloc(list->items, want * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->items = grown;
		list->capacity = want;
	}
	list->items[list->count++] = *value;
	return 0;
}

/* A value with what does not depend on its text. */
static struct rule_value value_begin(const struct value_reader *reader)
{
	return (struct rule_value){ .cased = reader->chain->cased,
				    .regex_flags = reader->chain->regex_flags,
				    .line = reader->node->line,
				    .column = reader->node->column };
}

int value_text(const struct reading *reading, const struct yaml_node *node,
	       struct text *out)
{
	char digits[64];
	double number;

	if (node->kind == YAML_BOOL) {
		*out = node->truth ? TEXT("true") : TEXT("false");
		return 0;
	}
	if (node->kind != YAML_FLOAT || !yaml_number(node, &number))
		return arena_copy(reading->arena, node->text, out);
	/* The fewest digits that are still this number. */
	for (int precision = 1; precision <= 17; precision++) {
		(void)snprintf(digits, sizeof(digits), "%.*g", precision, number);
		if (strtod(digits, NULL) == number)
			break;
	}
	if (fabs(number) < 1e15 && number == floor(number))
		(void)snprintf(digits, sizeof(digits), "%.0f", number);
	return arena_copy(reading->arena, text_of(digits), out);
}

static bool is_ascii(struct text glob)
{
	for (size_t i = 0; i < glob.size; i++)
		if ((unsigned char)glob.at[i] >= 0x80 && glob.at[i] != GLOB_ANY_RUN &&
		    glob.at[i] != GLOB_ANY_ONE)
			return false;
	return true;
}

/* UTF-16 of ASCII as text, as it looks where it was stored byte for byte: wildcards stay. */
static int widen(const struct value_reader *reader, struct text glob, struct text *out)
{
	bool big = reader->chain->utf16 == UTF16_BE;
	char *bytes;
	size_t size = 0;

	if (!is_ascii(glob))
		return yaml_refuse(
			reader->reading->why, reader->node,
			"'%s' without 'base64' or 'base64offset' takes ASCII only",
			reader->chain->utf16_name);
	bytes = arena_alloc(reader->reading->arena, glob.size * 2 + 1);
	if (!bytes)
		return -ENOMEM;
	for (size_t i = 0; i < glob.size; i++) {
		bool wild = (unsigned char)glob.at[i] >= 0x80;

		if (big && !wild)
			bytes[size++] = 0;
		bytes[size++] = glob.at[i];
		if (!big && !wild)
			bytes[size++] = 0;
	}
	*out = (struct text){ .at = bytes, .size = size };
	return 0;
}

static int add_literal(const struct value_reader *reader, struct text glob)
{
	enum literal_place place = reader->chain->place;
	struct rule_value value = value_begin(reader);
	int r;

	/* A keyword stands anywhere, unless its modifier says where. */
	if (reader->is_keyword && place == LITERAL_WHOLE)
		place = LITERAL_INSIDE;
	r = literal_place(glob, place, reader->reading->arena, &value);
	return r ? r : value_add(reader, &value);
}

static int add_base64(const struct value_reader *reader, struct text glob)
{
	struct arena *arena = reader->reading->arena;
	struct text bytes = glob, encoded[3] = { { 0 } };
	int r = 0;

	if (literal_has_wildcards(glob))
		return yaml_refuse(reader->reading->why, reader->node,
				   "a wildcard has no Base64 (write \\* or \\? for the "
				   "character)");
	if (reader->chain->utf16)
		r = encode_utf16(glob, reader->chain->utf16, arena, &bytes);
	if (!r && reader->chain->base64)
		r = encode_base64(bytes, arena, &encoded[0]);
	if (!r && reader->chain->base64offset)
		r = encode_base64_offsets(bytes, arena, encoded);
	for (int i = 0; !r && i < (reader->chain->base64offset ? 3 : 1); i++) {
		if (!encoded[i].size)
			return yaml_refuse(
				reader->reading->why, reader->node,
				"'%s' of a text this short is nothing that could "
				"be searched",
				reader->chain->base64_name);
		r = add_literal(reader, encoded[i]);
	}
	return r;
}

static int add_encoded(const struct value_reader *reader, struct text glob)
{
	int r = 0;

	if (reader->chain->base64_name)
		return add_base64(reader, glob);
	if (reader->chain->utf16)
		r = widen(reader, glob, &glob);
	return r ? r : add_literal(reader, glob);
}

static int read_text(const struct value_reader *reader, struct text text)
{
	struct arena *arena = reader->reading->arena;
	struct text glob = { 0 };
	struct windash windash;
	int r = literal_parse(text, arena, &glob);

	if (r || !reader->chain->windash)
		return r ? r : add_encoded(reader, glob);
	if (literal_windash(glob, &windash))
		return yaml_refuse(
			reader->reading->why, reader->node,
			"'windash' with more than %d dashes at the beginning of "
			"words gives more than 3,125 combinations",
			WINDASH_MAX);
	for (uint32_t i = 0; !r && i < windash.combinations; i++) {
		r = literal_windash_make(&windash, i, arena, &glob);
		if (!r)
			r = add_encoded(reader, glob);
	}
	return r;
}

/* The regex as the engine runs it: \A and \z, which "m" leaves alone, anchor it; the group keeps
   an alternation together. */
static int anchor(const struct value_reader *reader, struct text text, struct text *out)
{
	bool start = reader->chain->place == LITERAL_START;
	bool end = reader->chain->place == LITERAL_END;
	AUTO(buffer) struct buffer buffer;

	buffer_init(&buffer, text.size + 16);
	buffer_string(&buffer, start ? "\\A(?:" : end ? "(?:" : "");
	buffer_text(&buffer, text);
	buffer_string(&buffer, start ? ")" : end ? ")\\z" : "");
	return buffer.failed
		       ? -ENOMEM
		       : arena_copy(reader->reading->arena, buffer_view(&buffer), out);
}

static int check_regex(const struct value_reader *reader, struct text regex)
{
	AUTO(buffer) struct buffer program;
	struct why why = { 0 };
	int r;

	buffer_init(&program, REGEX_SIZE_MAX);
	r = regex_compile(regex, reader->chain->regex_flags, &program, &why);
	if (r == -EINVAL)
		return yaml_refuse(reader->reading->why, reader->node,
				   "the regex, at character %u: %s", why.column,
				   why.reason);
	return r;
}

static int read_regex(const struct value_reader *reader, struct text text)
{
	struct rule_value value = value_begin(reader);
	int r = anchor(reader, text, &value.literal);

	/* First as it was written, so that the column in a message is the writer's. */
	if (!r)
		r = check_regex(reader, text);
	if (!r && value.literal.size != text.size)
		r = check_regex(reader, value.literal);
	if (r)
		return r;
	value.kind = MATCH_REGEX;
	return value_add(reader, &value);
}

static int read_network(const struct value_reader *reader, struct text text)
{
	struct rule_value value = value_begin(reader);
	const char *wrong = network_parse(text, &value);

	if (wrong)
		return yaml_refuse(reader->reading->why, reader->node, "'%.*s' %s",
				   YAML_SHOW(text), wrong);
	value.kind = MATCH_CIDR;
	value.literal = text;
	return value_add(reader, &value);
}

static int read_brand(const struct value_reader *reader, struct text text)
{
	struct rule_value value = value_begin(reader);
	struct lookalike_brand brand;
	const char *expected = lookalike_brand_set(&brand, text);

	if (expected)
		return yaml_refuse(reader->reading->why, reader->node,
				   "'%.*s' is no brand's domain: expected %s",
				   YAML_SHOW(text), expected);
	value.kind = MATCH_LOOKALIKE;
	value.literal = text;
	return value_add(reader, &value);
}

static int read_reference(const struct value_reader *reader, struct text text)
{
	static const enum match_kind kinds[] = {
		[LITERAL_WHOLE] = MATCH_REF_EXACT,
		[LITERAL_START] = MATCH_REF_PREFIX,
		[LITERAL_END] = MATCH_REF_SUFFIX,
		[LITERAL_INSIDE] = MATCH_REF_CONTAINS,
	};
	struct rule_value value = value_begin(reader);
	int r = literal_parse(text, reader->reading->arena, &value.literal);

	if (r)
		return r;
	if (!value.literal.size || literal_has_wildcards(value.literal))
		return yaml_refuse(
			reader->reading->why, reader->node,
			"'fieldref' takes the name of a field, without wildcards");
	value.kind = kinds[reader->chain->place];
	return value_add(reader, &value);
}

static int read_number(const struct value_reader *reader, struct text text)
{
	struct yaml_node node = { .kind = YAML_STRING, .text = text };
	struct rule_value value = value_begin(reader);

	if (!yaml_number(&node, &value.number))
		return yaml_refuse(reader->reading->why, reader->node,
				   "'%s' takes a number, found '%.*s'",
				   reader->chain->kind_name, YAML_SHOW(text));
	value.kind = reader->chain->match;
	value.literal = text;
	return value_add(reader, &value);
}

static int read_time(const struct value_reader *reader, struct text text)
{
	static const struct {
		int from, to;
	} ranges[] = {
		[MATCH_MINUTE] = { 0, 59 }, [MATCH_HOUR] = { 0, 23 },
		[MATCH_DAY] = { 1, 31 },    [MATCH_WEEK] = { 1, 53 },
		[MATCH_MONTH] = { 1, 12 },  [MATCH_YEAR] = { 1, 9999 },
	};
	enum match_kind kind = reader->chain->match;
	struct yaml_node node = { .kind = YAML_STRING, .text = text };
	struct rule_value value = value_begin(reader);

	if (!yaml_number(&node, &value.number) || value.number != floor(value.number) ||
	    value.number < ranges[kind].from || value.number > ranges[kind].to)
		return yaml_refuse(
			reader->reading->why, reader->node,
			"'%s' takes a whole number from %d to %d, found '%.*s'",
			reader->chain->kind_name, ranges[kind].from, ranges[kind].to,
			YAML_SHOW(text));
	value.kind = kind;
	value.literal = text;
	return value_add(reader, &value);
}

static int read_null(const struct value_reader *reader)
{
	const struct chain *chain = reader->chain;
	struct rule_value value = value_begin(reader);
	const char *name = chain->kind_name;

	name = name ? name : chain->place_name;
	name = name ? name : chain->base64_name;
	name = name ? name : chain->utf16_name;
	name = name ? name : chain->windash ? "windash" : chain->expand ? "expand" : NULL;
	if (name)
		return yaml_refuse(reader->reading->why, reader->node, "'%s' of null",
				   name);
	if (reader->is_keyword)
		return yaml_refuse(reader->reading->why, reader->node,
				   "null as a keyword");
	value.kind = MATCH_IS_NULL;
	return value_add(reader, &value);
}

static int read_exists(const struct value_reader *reader)
{
	struct rule_value value = value_begin(reader);

	if (reader->node->kind != YAML_BOOL)
		return yaml_refuse(reader->reading->why, reader->node,
				   "'exists' takes true or false");
	value.kind = reader->node->truth ? MATCH_EXISTS : MATCH_EXISTS_NOT;
	return value_add(reader, &value);
}

static int read_one(const struct value_reader *reader, struct text text)
{
	switch (reader->chain->kind) {
	case CHAIN_REGEX:
		return read_regex(reader, text);
	case CHAIN_CIDR:
		return read_network(reader, text);
	case CHAIN_LOOKALIKE:
		return read_brand(reader, text);
	case CHAIN_REF:
		return read_reference(reader, text);
	case CHAIN_NUMBER:
		return read_number(reader, text);
	case CHAIN_TIME:
		return read_time(reader, text);
	default:
		return read_text(reader, text);
	}
}

static int read_expanded(const struct value_reader *reader)
{
	const struct reading *reading = reader->reading;
	struct expansion expansion;
	struct text text = { 0 };
	int r = placeholders_find(reading->placeholders, reader->node, &expansion,
				  reading->why);

	for (uint64_t i = 0; !r && i < expansion.combinations; i++) {
		r = placeholders_expand(&expansion, i, reading->arena, &text);
		if (!r)
			r = read_one(reader, text);
	}
	return r;
}

int value_read(const struct reading *reading, const struct chain *chain, bool is_keyword,
	       const struct yaml_node *node, struct value_list *out)
{
	const struct value_reader reader = { .reading = reading,
					     .chain = chain,
					     .is_keyword = is_keyword,
					     .node = node,
					     .out = out };
	struct text text = { 0 };
	int r;

	if (!yaml_is_scalar(node))
		return yaml_refuse(reading->why, node,
				   "%s as a value: expected a text, a number, "
				   "true, false or null",
				   yaml_kind_name(node));
	if (node->text.size > VALUE_SIZE_MAX)
		return yaml_refuse(reading->why, node, "a value of more than 64 KiB");
	if (chain->kind == CHAIN_EXISTS)
		return read_exists(&reader);
	if (node->kind == YAML_NULL)
		return read_null(&reader);
	if (chain->expand)
		return read_expanded(&reader);
	/* Only text compares with a number's plain form; a regex "1.50" means these characters. */
	if (chain->kind == CHAIN_TEXT)
		r = value_text(reading, node, &text);
	else
		r = arena_copy(reading->arena, node->text, &text);
	return r ? r : read_one(&reader, text);
}
