// SPDX-License-Identifier: Apache-2.0
// A regex's text -> its tree.  What is accepted is in docs/formats/regex.md.
#include <errno.h>

#include "update/regex/regex_parse.h"

#include "base/fold.h"
#include "model/regex_format.h"
#include "update/regex/regex_compile.h"

/* A group that is open; the first is the whole regex. */
struct regex_frame {
	uint32_t column;
	uint32_t parts;        /* fragments of the alternative being read */
	uint32_t alternatives; /* already read */
	unsigned flags;        /* to return to after it */
};

static int emit(struct regex_parser *parser, struct regex_node node)
{
	struct regex_tree *tree = parser->tree;
	int r = regex_grow(tree->arena, &tree->nodes, &tree->capacity, tree->count,
			   sizeof(*tree->nodes));

	if (r < 0)
		return r;
	tree->nodes[tree->count++] = node;
	return 0;
}

/* Append an item of the alternative being read: something that can be repeated. */
static int emit_item(struct regex_parser *parser, struct regex_node node)
{
	parser->frames[parser->depth].parts++;
	parser->repeatable = true;
	return emit(parser, node);
}

static int emit_set(struct regex_parser *parser, const struct regex_set *set,
		    uint32_t column)
{
	struct regex_tree *tree = parser->tree;
	struct regex_node node = { .kind = REGEX_NODE_SET,
				   .caseless = parser->flags & REGEX_IGNORE_CASE,
				   .column = column };
	/* The ranges stay where they are, in the arena. */
	const struct text key = { (const char *)set->ranges,
				  set->count * sizeof(*set->ranges) };
	int r;

	node.arg = table_get(&parser->set_numbers, key);
	if (node.arg == TABLE_NONE) {
		node.arg = tree->set_count;
		r = regex_grow(tree->arena, &tree->sets, &tree->set_capacity,
			       tree->set_count, sizeof(*tree->sets));
		if (!r)
			r = table_put(&parser->set_numbers, key, node.arg);
		if (r < 0)
			return r;
		tree->sets[tree->set_count++] = *set;
	}
	return emit_item(parser, node);
}

static int emit_point(struct regex_parser *parser, uint32_t point, uint32_t column)
{
	struct regex_set set = { 0 };
	int r = regex_parser_add(parser, &set, point, point);

	if (r < 0)
		return r;
	regex_set_sort(&set);
	return emit_set(parser, &set, column);
}

static int emit_assert(struct regex_parser *parser, enum regex_assert assert,
		       uint32_t column)
{
	int r = emit_item(parser, (struct regex_node){ .kind = REGEX_NODE_ASSERT,
						       .arg = assert,
						       .column = column });

	parser->repeatable = false;
	return r;
}

static int emit_dot(struct regex_parser *parser, uint32_t column)
{
	struct regex_set set = { 0 };
	int r = parser->flags & REGEX_DOT_ALL
			? 0
			: regex_set_add(parser->tree->arena, &set, '\n', '\n');

	if (!r)
		r = regex_set_negate(parser->tree->arena, &set);
	return r ? r : emit_set(parser, &set, column);
}

/* The alternative that was being read is complete. */
static int end_alternative(struct regex_parser *parser)
{
	struct regex_frame *frame = &parser->frames[parser->depth];
	struct regex_node node = { .kind = REGEX_NODE_CONCAT,
				   .arg = frame->parts,
				   .column = frame->column };

	frame->parts = 0;
	frame->alternatives++;
	parser->repeatable = false;
	return node.arg == 1 ? 0 : emit(parser, node);
}

static int end_group(struct regex_parser *parser)
{
	struct regex_frame *frame = &parser->frames[parser->depth];
	int r = end_alternative(parser);

	if (!r && frame->alternatives > 1)
		r = emit(parser, (struct regex_node){ .kind = REGEX_NODE_ALT,
						      .arg = frame->alternatives,
						      .column = frame->column });
	return r;
}

static int open_group(struct regex_parser *parser, uint32_t column, unsigned flags)
{
	if (parser->depth + 1 == REGEX_DEPTH_MAX)
		return regex_parser_refuse(parser, column,
					   "groups are nested deeper than %u",
					   REGEX_DEPTH_MAX);
	parser->frames[++parser->depth] =
		(struct regex_frame){ .column = column, .flags = parser->flags };
	parser->flags = flags;
	parser->repeatable = false;
	return 0;
}

static int close_group(struct regex_parser *parser, uint32_t column)
{
	int r;

	if (!parser->depth)
		return regex_parser_refuse(parser, column, "this ) closes no group");
	r = end_group(parser);
	if (r < 0)
		return r;
	parser->flags = parser->frames[parser->depth--].flags;
	parser->frames[parser->depth].parts++;
	parser->repeatable = true;
	return 0;
}

/* The flags of (?i-m) or (?i-m: up to and including the ) or the colon. */
static int read_flags(struct regex_parser *parser, uint32_t column)
{
	static const char known[] = "ims";
	static const unsigned bits[] = { REGEX_IGNORE_CASE, REGEX_MULTILINE,
					 REGEX_DOT_ALL };
	unsigned flags = parser->flags;
	bool off = false;

	for (;;) {
		uint32_t here = parser->column, point = regex_parser_next(parser);
		const char *flag =
			point && point < 0x80 ? strchr(known, (int)point) : NULL;

		if (point == ':')
			return open_group(parser, column, flags);
		if (point == ')')
			break;
		if (point == '-' && !off)
			off = true;
		else if (!flag)
			return regex_parser_refuse(
				parser, here,
				"only the flags i, m and s are supported, "
				"as in (?i) or (?i:...)");
		else if (off)
			flags &= ~bits[flag - known];
		else
			flags |= bits[flag - known];
	}
	parser->flags = flags;
	parser->repeatable = false;
	return 0;
}

/* The name of (?<name>, which nothing refers to. */
static int read_name(struct regex_parser *parser, uint32_t column)
{
	for (uint32_t count = 0;; count++) {
		uint32_t here = parser->column, point = regex_parser_next(parser);

		if (point == '>' && count)
			return open_group(parser, column, parser->flags);
		if (!regex_parser_is_word(point) || (!count && point - '0' < 10))
			return regex_parser_refuse(
				parser, here,
				"a group's name is letters, digits and _, "
				"up to a >");
	}
}

/* What follows "(?" where it is something that cannot run, or that nobody documents. */
static int refuse_group(struct regex_parser *parser, uint32_t column)
{
	static const struct {
		const char *text, *name;
	} known[] = {
		{ "=", "look-ahead (?= ) cannot run in linear time" },
		{ "!", "look-ahead (?! ) cannot run in linear time" },
		{ "<=", "look-behind (?<= ) cannot run in linear time" },
		{ "<!", "look-behind (?<! ) cannot run in linear time" },
		{ ">", "an atomic group (?> ) cannot run in linear time" },
		{ "|", "a branch reset (?| ) is not supported: use (?: )" },
		{ "#", "a comment (?# ) is not supported" },
		{ "(", "a conditional (?( ) cannot run in linear time" },
		{ "R", "recursion (?R) cannot run in linear time" },
		{ "&", "recursion (?& ) cannot run in linear time" },
		{ "P>", "recursion (?P> ) cannot run in linear time" },
		{ "P=", "a back-reference (?P= ) cannot run in linear time" },
		{ "C", "a callout (?C) is not supported" },
		{ "x", "the flag x is not supported: only i, m and s are" },
	};
	struct text rest = { parser->at, (size_t)(parser->end - parser->at) };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (text_starts(rest, text_of(known[i].text)))
			return regex_parser_refuse(parser, column, "%s", known[i].name);
	if (rest.size && (rest.at[0] == '+' || (uint8_t)(rest.at[0] - '0') < 10))
		return regex_parser_refuse(parser, column,
					   "recursion (?1) cannot run in linear time");
	return 0;
}

/* A group's beginning, after its parenthesis. */
static int read_group(struct regex_parser *parser, uint32_t column)
{
	int r;

	if (regex_parser_peek(parser) == '*')
		return regex_parser_refuse(parser, column,
					   "a verb (*...) is not supported");
	if (!regex_parser_take(parser, "?"))
		return open_group(parser, column, parser->flags);
	if (regex_parser_take(parser, ":"))
		return open_group(parser, column, parser->flags);
	r = refuse_group(parser, column);
	if (r < 0)
		return r;
	if (regex_parser_take(parser, "<") || regex_parser_take(parser, "P<"))
		return read_name(parser, column);
	return read_flags(parser, column);
}

/* A number of at most four digits, or -1 where there is none; more digits give 9999. */
static int32_t read_number(const char **at, const char *end)
{
	int32_t number = 0;

	if (*at == end || (uint8_t)(**at - '0') > 9)
		return -1;
	for (; *at < end && (uint8_t)(**at - '0') <= 9; (*at)++)
		number = number > 999 ? 9999 : number * 10 + (**at - '0');
	return number;
}

/* {n}, {n,} or {n,m} after its brace; false where it is not one: then the brace is a brace. */
static bool read_counts(struct regex_parser *parser, int32_t *min, int32_t *max)
{
	const char *at = parser->at;

	*max = *min = read_number(&at, parser->end);
	if (*min < 0 || at == parser->end)
		return false;
	if (*at == ',') {
		at++;
		*max = read_number(&at, parser->end);
		if (*max < 0)
			*max = REGEX_ENDLESS;
	}
	if (at == parser->end || *at != '}')
		return false;
	at++;
	parser->column += (uint32_t)(at - parser->at);
	parser->at = at;
	return true;
}

static int repeat(struct regex_parser *parser, int32_t min, int32_t max, uint32_t column)
{
	if (!parser->repeatable)
		return regex_parser_refuse(parser, column,
					   "there is nothing to repeat here");
	if (min > (int32_t)REGEX_REPEAT_MAX ||
	    (max > (int32_t)REGEX_REPEAT_MAX && max != REGEX_ENDLESS))
		return regex_parser_refuse(parser, column, "counted repeats go to %u",
					   REGEX_REPEAT_MAX);
	if (max < min)
		return regex_parser_refuse(
			parser, column,
			"the counts of a repeat stand in ascending order");
	if (regex_parser_take(parser, "+"))
		return regex_parser_refuse(
			parser, parser->column - 1,
			"a possessive repeat cannot run in linear time");
	/* Lazy or not, the same texts match. */
	(void)regex_parser_take(parser, "?");
	parser->repeatable = false;
	return emit(parser, (struct regex_node){ .kind = REGEX_NODE_REPEAT,
						 .min = (uint16_t)min,
						 .max = (uint16_t)max,
						 .column = column });
}

static int read_escape(struct regex_parser *parser, uint32_t column)
{
	struct regex_escape escape;
	int r = regex_parser_escape(parser, column, false, &escape);

	if (r < 0)
		return r;
	if (escape.kind == REGEX_ESCAPE_POINT)
		return emit_point(parser, escape.value, column);
	if (escape.kind == REGEX_ESCAPE_ASSERT)
		return emit_assert(parser, (enum regex_assert)escape.value, column);
	return emit_set(parser, &escape.set, column);
}

static int read_class(struct regex_parser *parser, uint32_t column)
{
	struct regex_set set = { 0 };
	int r = regex_parser_class(parser, column, &set);

	return r ? r : emit_set(parser, &set, column);
}

static int read_one(struct regex_parser *parser)
{
	const bool lines = parser->flags & REGEX_MULTILINE;
	uint32_t column = parser->column, point = regex_parser_next(parser);
	int32_t min, max;

	switch (point) {
	case '(':
		return read_group(parser, column);
	case ')':
		return close_group(parser, column);
	case '|':
		return end_alternative(parser);
	case '[':
		return read_class(parser, column);
	case '\\':
		return read_escape(parser, column);
	case '.':
		return emit_dot(parser, column);
	case '^':
		return emit_assert(parser, lines ? REGEX_LINE_START : REGEX_TEXT_START,
				   column);
	case '$':
		return emit_assert(parser, lines ? REGEX_LINE_END : REGEX_TEXT_LAST,
				   column);
	case '*':
		return repeat(parser, 0, REGEX_ENDLESS, column);
	case '+':
		return repeat(parser, 1, REGEX_ENDLESS, column);
	case '?':
		return repeat(parser, 0, 1, column);
	case '{':
		if (read_counts(parser, &min, &max))
			return repeat(parser, min, max, column);
		break;
	}
	return emit_point(parser, point, column);
}

/* So that all that comes after can rely on whole characters. */
static int check_utf8(struct regex_parser *parser, struct text pattern)
{
	uint32_t column = 1, point;

	for (size_t i = 0; i < pattern.size; column++) {
		size_t size = utf8_read(pattern.at + i, pattern.size - i, &point);

		if (point >= 0xdc80 && point <= 0xdcff)
			return regex_parser_refuse(parser, column, "this is not UTF-8");
		i += size;
	}
	return 0;
}

int regex_parse(struct text pattern, unsigned flags, struct arena *arena,
		struct regex_tree *out, struct why *why)
{
	struct regex_tree tree = { .arena = arena };
	struct regex_parser parser = { .at = pattern.at,
				       .end = pattern.at + pattern.size,
				       .column = 1,
				       .flags = flags,
				       .tree = &tree,
				       .why = why };
	int r;

	if (pattern.size > REGEX_PATTERN_MAX)
		return regex_parser_refuse(&parser, 0, "a regex has at most %u bytes",
					   REGEX_PATTERN_MAX);
	parser.frames = arena_array(arena, REGEX_DEPTH_MAX, sizeof(*parser.frames));
	if (!parser.frames)
		return -ENOMEM;
	parser.frames[0].column = 1;
	r = check_utf8(&parser, pattern);
	while (!r && parser.at < parser.end)
		r = read_one(&parser);
	if (!r && parser.depth)
		r = regex_parser_refuse(&parser, parser.frames[parser.depth].column,
					"this group is not closed: ) is missing");
	if (!r)
		r = end_group(&parser);
	table_done(&parser.set_numbers);
	if (!r)
		*out = tree;
	return r;
}
