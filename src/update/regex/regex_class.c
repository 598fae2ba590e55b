// SPDX-License-Identifier: Apache-2.0
// Characters, escapes and classes of a regex's text.
#include <errno.h>
#include <stdarg.h>

#include "update/regex/regex_parse.h"

#include "base/fold.h"
#include "model/regex_format.h"
#include "update/regex/regex_compile.h"

/* Classes of characters, as "first last first last ..."; all are ASCII, as in PCRE without UCP. */
struct named_class {
	const char *name;
	const char *ranges;
};

static const struct named_class posix_classes[] = {
	{ "alnum", "09AZaz" },   { "alpha", "AZaz" },
	{ "ascii", "\001\177" }, /* and NUL, see add_ranges */
	{ "blank", "\t\t  " },   { "cntrl", "\001\037\177\177" },
	{ "digit", "09" },       { "graph", "!~" },
	{ "lower", "az" },       { "print", " ~" },
	{ "punct", "!/:@[`{~" }, { "space", "\t\r  " },
	{ "upper", "AZ" },       { "word", "09AZ__az" },
	{ "xdigit", "09AFaf" },
};

#define DIGITS "09"
#define SPACES "\t\r  "
#define WORDS  "09AZ__az"

int regex_parser_refuse(struct regex_parser *parser, uint32_t column, const char *format,
			...)
{
	char reason[sizeof(parser->why->reason)];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	why_set(parser->why, 0, column, "%s", reason);
	return -EINVAL;
}

uint32_t regex_parser_next(struct regex_parser *parser)
{
	uint32_t point;

	if (parser->at == parser->end)
		return 0;
	parser->at += utf8_read(parser->at, (size_t)(parser->end - parser->at), &point);
	parser->column++;
	return point;
}

uint32_t regex_parser_peek(const struct regex_parser *parser)
{
	return parser->at < parser->end ? (uint8_t)*parser->at : 0;
}

bool regex_parser_take(struct regex_parser *parser, const char *ascii)
{
	struct text rest = { parser->at, (size_t)(parser->end - parser->at) };
	struct text wanted = text_of(ascii);

	if (!text_starts(rest, wanted))
		return false;
	parser->at += wanted.size;
	parser->column += (uint32_t)wanted.size;
	return true;
}

bool regex_parser_is_word(uint32_t point)
{
	return point - '0' < 10 || (point | 32) - 'a' < 26 || point == '_';
}

int regex_parser_add(struct regex_parser *parser, struct regex_set *set, uint32_t first,
		     uint32_t last)
{
	struct arena *arena = parser->tree->arena;

	if (parser->flags & REGEX_IGNORE_CASE)
		return regex_set_fold(arena, set, &parser->folds, first, last);
	return regex_set_add(arena, set, first, last);
}

/* A new sorted set, or its complement. */
static int named_set(struct regex_parser *parser, const char *ranges, bool negated,
		     struct regex_set *out)
{
	struct arena *arena = parser->tree->arena;
	struct regex_set set = { 0 };
	int r = 0;

	for (const char *at = ranges; *at && !r; at += 2) {
		/* NUL cannot stand in the table: a class that begins at 1 begins at 0. */
		uint32_t first = (uint8_t)at[0] == 1 ? 0 : (uint8_t)at[0];

		r = regex_set_add(arena, &set, first, (uint8_t)at[1]);
	}
	regex_set_sort(&set);
	if (!r && negated)
		r = regex_set_negate(arena, &set);
	if (!r)
		*out = set;
	return r;
}

static int set_escape(struct regex_parser *parser, const char *ranges, bool negated,
		      struct regex_escape *out)
{
	out->kind = REGEX_ESCAPE_SET;
	return named_set(parser, ranges, negated, &out->set);
}

/* In PCRE \v is every vertical space. */
static int vertical_escape(struct regex_parser *parser, struct regex_escape *out)
{
	struct arena *arena = parser->tree->arena;
	struct regex_set set = { 0 };
	int r = regex_set_add(arena, &set, '\n', '\r');

	if (!r)
		r = regex_set_add(arena, &set, 0x85, 0x85);
	if (!r)
		r = regex_set_add(arena, &set, 0x2028, 0x2029);
	*out = (struct regex_escape){ .kind = REGEX_ESCAPE_SET, .set = set };
	return r;
}

static int hex_value(uint32_t byte)
{
	if (byte - '0' < 10)
		return (int)(byte - '0');
	return (byte | 32) - 'a' < 6 ? (int)((byte | 32) - 'a' + 10) : -1;
}

/* ${least} to ${most} hex digits; false where there are fewer. */
static bool read_hex(struct regex_parser *parser, unsigned least, unsigned most,
		     uint32_t *out)
{
	uint32_t value = 0;
	unsigned count = 0;

	while (count < most && hex_value(regex_parser_peek(parser)) >= 0) {
		value = value << 4 | (uint32_t)hex_value(regex_parser_next(parser));
		count++;
	}
	*out = value;
	return count >= least;
}

/* \xHH and \x{H...} after the x, and \uHHHH after the u. */
static int hex_escape(struct regex_parser *parser, uint32_t column, bool four,
		      struct regex_escape *out)
{
	uint32_t value;
	bool good;

	if (four)
		good = read_hex(parser, 4, 4, &value);
	else if (regex_parser_take(parser, "{"))
		good = read_hex(parser, 1, 6, &value) && regex_parser_take(parser, "}");
	else
		good = read_hex(parser, 2, 2, &value);
	if (!good)
		return regex_parser_refuse(
			parser, column, "expected %s",
			four ? "\\uHHHH with four hex digits"
			     : "\\xHH with two hex digits, or \\x{H...}");
	if (value > REGEX_POINT_MAX || (value >= 0xd800 && value < 0xe000))
		return regex_parser_refuse(parser, column, "there is no character U+%04X",
					   value);
	*out = (struct regex_escape){ .kind = REGEX_ESCAPE_POINT, .value = value };
	return 0;
}

/* \0 and up to two more octal digits. */
static uint32_t octal_value(struct regex_parser *parser)
{
	uint32_t value = 0;

	for (int i = 0; i < 2 && regex_parser_peek(parser) - '0' < 8; i++)
		value = value * 8 + (regex_parser_next(parser) - '0');
	return value;
}

/* The one character that \t and its like stand for, or 0. */
static uint32_t simple_escape(uint32_t letter)
{
	switch (letter) {
	case 'a':
		return 7;
	case 'e':
		return 27;
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	}
	return 0;
}

/* The assertion that a letter names, or REGEX_ASSERTS. */
static enum regex_assert assert_escape(uint32_t letter)
{
	switch (letter) {
	case 'A':
		return REGEX_TEXT_START;
	case 'z':
		return REGEX_TEXT_END;
	case 'Z':
		return REGEX_TEXT_LAST;
	case 'b':
		return REGEX_WORD_EDGE;
	case 'B':
		return REGEX_WORD_EDGE_NOT;
	}
	return REGEX_ASSERTS;
}

static int refuse_escape(struct regex_parser *parser, uint32_t column, uint32_t letter)
{
	if (letter - '1' < 9 || letter == 'g' || letter == 'k')
		return regex_parser_refuse(
			parser, column, "a back-reference \\%c cannot run in linear time",
			(int)letter);
	if (letter == 'p' || letter == 'P')
		return regex_parser_refuse(
			parser, column,
			"Unicode properties \\%c are not supported: write "
			"a class",
			(int)letter);
	return regex_parser_refuse(parser, column, "the escape \\%c is not supported",
				   (int)letter);
}

int regex_parser_escape(struct regex_parser *parser, uint32_t column, bool class,
			struct regex_escape *out)
{
	enum regex_assert assert;
	uint32_t letter;

	if (parser->at == parser->end)
		return regex_parser_refuse(parser, column,
					   "a backslash at the end escapes nothing");
	letter = regex_parser_next(parser);
	*out = (struct regex_escape){ .kind = REGEX_ESCAPE_POINT,
				      .value = simple_escape(letter) };
	if (out->value)
		return 0;
	switch (letter) {
	case 'd':
	case 'D':
		return set_escape(parser, DIGITS, letter == 'D', out);
	case 's':
	case 'S':
		return set_escape(parser, SPACES, letter == 'S', out);
	case 'w':
	case 'W':
		return set_escape(parser, WORDS, letter == 'W', out);
	case 'v':
		return vertical_escape(parser, out);
	case 'x':
	case 'u':
		return hex_escape(parser, column, letter == 'u', out);
	case '0':
		out->value = octal_value(parser);
		return 0;
	}
	if (class && letter == 'b') {
		out->value = 8;
		return 0;
	}
	assert = class ? REGEX_ASSERTS : assert_escape(letter);
	if (assert != REGEX_ASSERTS) {
		*out = (struct regex_escape){ .kind = REGEX_ESCAPE_ASSERT,
					      .value = assert };
		return 0;
	}
	if (letter != '_' && regex_parser_is_word(letter))
		return refuse_escape(parser, column, letter);
	out->value = letter;
	return 0;
}

/* [:name:] or [:^name:] after its bracket; false where it is not one: the bracket is itself. */
static bool take_posix(struct regex_parser *parser, struct text *name)
{
	const char *at = parser->at, *colon;

	if (at == parser->end || *at != ':')
		return false;
	colon = memchr(at + 1, ':', (size_t)(parser->end - at - 1));
	if (!colon || parser->end - colon < 2 || colon[1] != ']')
		return false;
	*name = (struct text){ at + 1, (size_t)(colon - at - 1) };
	for (size_t i = 0; i < name->size; i++)
		if ((uint8_t)((name->at[i] | 32) - 'a') >= 26 &&
		    !(i == 0 && name->at[i] == '^'))
			return false;
	parser->column += (uint32_t)(colon + 2 - at);
	parser->at = colon + 2;
	return true;
}

static int posix_set(struct regex_parser *parser, uint32_t column, struct text name,
		     struct regex_set *out)
{
	const size_t count = sizeof(posix_classes) / sizeof(posix_classes[0]);
	const bool negated = text_starts(name, TEXT("^"));

	name = text_part(name, negated, name.size);
	/* Without case, upper and lower are the same. */
	if (parser->flags & REGEX_IGNORE_CASE &&
	    (text_is(name, TEXT("upper")) || text_is(name, TEXT("lower"))))
		name = TEXT("alpha");
	for (size_t i = 0; i < count; i++)
		if (text_is(name, text_of(posix_classes[i].name)))
			return named_set(parser, posix_classes[i].ranges, negated, out);
	return regex_parser_refuse(parser, column, "there is no class [:%.*s:]",
				   (int)name.size, name.at);
}

/* One item of a class: a character, or a set (then it has been added). */
static int class_item(struct regex_parser *parser, struct regex_set *set,
		      struct regex_escape *item)
{
	struct arena *arena = parser->tree->arena;
	uint32_t column = parser->column, point = regex_parser_next(parser);
	struct text name;
	int r = 0;

	*item = (struct regex_escape){ .kind = REGEX_ESCAPE_POINT, .value = point };
	if (point == '[' &&
	    (regex_parser_peek(parser) == '.' || regex_parser_peek(parser) == '='))
		return regex_parser_refuse(
			parser, column,
			"collating elements are not supported: \\[ is a "
			"bracket");
	if (point == '\\') {
		r = regex_parser_escape(parser, column, true, item);
	} else if (point == '[' && take_posix(parser, &name)) {
		item->kind = REGEX_ESCAPE_SET;
		r = posix_set(parser, column, name, &item->set);
	}
	if (!r && item->kind == REGEX_ESCAPE_SET)
		r = regex_set_unite(arena, set, &item->set);
	return r;
}

/* Whether a hyphen that makes a range stands at the place; then it moves past it. */
static bool take_range(struct regex_parser *parser)
{
	if (parser->end - parser->at < 2 || parser->at[0] != '-' || parser->at[1] == ']')
		return false;
	return regex_parser_take(parser, "-");
}

static int class_part(struct regex_parser *parser, struct regex_set *set)
{
	uint32_t column = parser->column;
	struct regex_escape first, last;
	int r = class_item(parser, set, &first);

	if (r < 0)
		return r;
	last = first;
	if (take_range(parser)) {
		r = class_item(parser, set, &last);
		if (r < 0)
			return r;
		if (first.kind == REGEX_ESCAPE_SET || last.kind == REGEX_ESCAPE_SET)
			return regex_parser_refuse(
				parser, column,
				"a range goes from one character to another; "
				"write \\- for a hyphen");
		if (last.value < first.value)
			return regex_parser_refuse(
				parser, column,
				"the ends of a range stand in ascending "
				"order");
	}
	if (first.kind == REGEX_ESCAPE_SET)
		return 0;
	return regex_parser_add(parser, set, first.value, last.value);
}

int regex_parser_class(struct regex_parser *parser, uint32_t column,
		       struct regex_set *out)
{
	struct regex_set set = { 0 };
	bool negated = regex_parser_take(parser, "^"), first = true;
	int r;

	/* A ] that comes first is a character. */
	while (first || regex_parser_peek(parser) != ']') {
		if (parser->at == parser->end)
			return regex_parser_refuse(
				parser, column, "this class is not closed: ] is missing");
		r = class_part(parser, &set);
		if (r < 0)
			return r;
		first = false;
	}
	(void)regex_parser_take(parser, "]");
	regex_set_sort(&set);
	r = negated ? regex_set_negate(parser->tree->arena, &set) : 0;
	if (!r)
		*out = set;
	return r;
}
