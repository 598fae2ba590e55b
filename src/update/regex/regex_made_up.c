// SPDX-License-Identifier: Apache-2.0
// Regexes and texts made up for tests.
#include "update/regex/regex_corpus.h"

#include "base/fold.h"

/* Letters with one, two and three cases, word characters and others, of one to four bytes. */
static const char *const letters[] = {
	"a",          "a",          "b",      "A",      "B",      "k",      "K",
	"\u212a",     "s",          "S",      "\u017f", "\u00df", "\u1e9e", "\u00e9",
	"\u00c9",     "\u00b5",     "\u03bc", "\u039c", "-",      "_",      "0",
	"7",          " ",          "\n",     "\n",     "\t",     "\u20ac", "\U0001f600",
	"\U00010400", "\U00010428", "{",      "]",      "/",
};

#define ONE_OF(dice, array) (array)[roll(dice, sizeof(array) / sizeof((array)[0]))]

static void make_letter(struct dice *dice, struct buffer *out)
{
	const char *letter = ONE_OF(dice, letters);
	uint32_t point;

	(void)utf8_read(letter, strlen(letter), &point);
	switch (roll(dice, 12)) {
	case 0:
		buffer_format(out, "\\x{%x}", point);
		break;
	case 1:
		buffer_string(out, "\\n");
		break;
	default:
		if (strchr("{]/-", letter[0]))
			buffer_string(out, "\\");
		buffer_string(out, letter);
	}
}

/*
 * PCRE2 10.42 forgets what \W or [:^digit:] take beyond U+00FF when [:cntrl:] or its like stands
 * in the same class, so a class has either the one or the other.
 */
static void make_class_item(struct dice *dice, struct buffer *out, bool posix)
{
	static const char *const sets[] = { "\\d", "\\D", "\\w", "\\W",
					    "\\s", "\\S", "\\v", "[:^digit:]" };
	static const char *const posix_sets[] = {
		"[:alpha:]", "[:upper:]",  "[:lower:]", "[:punct:]", "[:space:]",
		"[:cntrl:]", "[:xdigit:]", "[:ascii:]", "[:word:]",  "[:blank:]",
		"[:graph:]", "[:print:]",  "[:alnum:]",
	};
	static const char *const ranges[] = {
		"a-b",           "A-Z",
		"a-z",           "0-9",
		" -/",           "J-L",
		"\u00e0-\u00ff", "\u0370-\u03ff",
		"\\x00-\\x{7f}", "\u2000-\U0001ffff",
		"r-t",           "^-a",
	};

	if (roll(dice, 3) == 0)
		buffer_string(out, posix ? ONE_OF(dice, posix_sets) : ONE_OF(dice, sets));
	else if (roll(dice, 2) == 0)
		buffer_string(out, ONE_OF(dice, ranges));
	else
		make_letter(dice, out);
}

static void make_class(struct dice *dice, struct buffer *out)
{
	const bool posix = roll(dice, 3) == 0;

	buffer_string(out, "[");
	if (roll(dice, 3) == 0)
		buffer_string(out, "^");
	if (roll(dice, 8) == 0)
		buffer_string(out, "]");
	for (uint32_t n = roll(dice, 3) + 1; n; n--)
		make_class_item(dice, out, posix);
	if (roll(dice, 8) == 0)
		buffer_string(out, "-");
	buffer_string(out, "]");
}

static void make_alternatives(struct dice *dice, struct buffer *out, int depth);

static void make_group(struct dice *dice, struct buffer *out, int depth)
{
	static const char *const opens[] = {
		"(",      "(?:",   "(?i:",   "(?m:",  "(?s:",
		"(?ims:", "(?-i:", "(?s-m:", "(?<n>", "(?P<n>",
	};
	const char *open = ONE_OF(dice, opens);

	/* PCRE2 wants names to differ. */
	if (strchr(open, 'n'))
		buffer_format(out, "%.*s%zu>", (int)strlen(open) - 1, open, out->size);
	else
		buffer_string(out, open);
	make_alternatives(dice, out, depth - 1);
	buffer_string(out, ")");
}

/* Returns whether PCRE2 lets it be repeated. */
static bool make_atom(struct dice *dice, struct buffer *out, int depth)
{
	static const char *const escapes[] = { "\\d", "\\D", "\\w", "\\W",
					       "\\s", "\\S", "." };
	static const char *const asserts[] = {
		"^", "$", "\\A", "\\z", "\\Z", "\\b", "\\B"
	};
	static const char *const flags[] = { "(?i)", "(?-i)", "(?m)", "(?s)", "(?im-s)" };

	switch (roll(dice, 10)) {
	case 0:
	case 1:
		make_class(dice, out);
		return true;
	case 2:
	case 3:
		buffer_string(out, ONE_OF(dice, escapes));
		return true;
	case 4:
		buffer_string(out, ONE_OF(dice, asserts));
		return false;
	case 5:
		if (depth > 0) {
			make_group(dice, out, depth);
			return true;
		}
		break;
	case 6:
		if (roll(dice, 4) == 0) {
			buffer_string(out, ONE_OF(dice, flags));
			return false;
		}
		break;
	}
	make_letter(dice, out);
	return true;
}

/* Never {0}: PCRE2 10.42 takes the ^ of what (?:|^x){0} repeats no time for the regex's own. */
static void make_repeat(struct dice *dice, struct buffer *out)
{
	uint32_t min = roll(dice, 4), more = roll(dice, 4) + !min;

	switch (roll(dice, 8)) {
	case 0:
		buffer_string(out, "*");
		break;
	case 1:
		buffer_string(out, "+");
		break;
	case 2:
		buffer_string(out, "?");
		break;
	case 3:
		buffer_format(out, "{%u}", min + !min);
		break;
	case 4:
		buffer_format(out, "{%u,}", min);
		break;
	case 5:
		buffer_format(out, "{%u,%u}", min, min + more);
		break;
	default:
		return;
	}
	if (roll(dice, 4) == 0)
		buffer_string(out, "?");
}

static void make_alternatives(struct dice *dice, struct buffer *out, int depth)
{
	do {
		for (uint32_t n = roll(dice, 5); n; n--)
			if (make_atom(dice, out, depth))
				make_repeat(dice, out);
		if (roll(dice, 4))
			return;
		buffer_string(out, "|");
	} while (true);
}

void make_text(struct dice *dice, struct buffer *out)
{
	for (uint32_t n = roll(dice, roll(dice, 4) ? 8 : 40); n; n--)
		buffer_string(out, ONE_OF(dice, letters));
	if (roll(dice, 3) == 0)
		buffer_string(out, "\n");
}

void make_regex(struct dice *dice, struct buffer *out)
{
	make_alternatives(dice, out, 3);
}

static struct text sample_set(const struct regex_tree *tree, const struct regex_set *set,
			      struct dice *dice)
{
	const struct regex_range *range;
	uint32_t point;
	char *bytes = arena_alloc(tree->arena, 4);

	assert_non_null(bytes);
	if (!set->count)
		return (struct text){ 0 };
	/* Mostly from where people's characters are. */
	range = &set->ranges[roll(dice, 4) ? 0 : roll(dice, set->count)];
	point = range->first + roll(dice, range->last - range->first + 1);
	if (roll(dice, 4) && range->first < 127)
		point = range->first +
			roll(dice,
			     (range->last < 127 ? range->last : 126) - range->first + 1);
	if (point >= 0xd800 && point < 0xe000)
		point = 0xe000;
	return (struct text){ bytes, utf8_write(point, bytes) };
}

/* ${parts} one after another, ${rounds} times. */
static struct text join(const struct regex_tree *tree, const struct text *parts,
			uint32_t count, uint32_t rounds)
{
	size_t size = 0;
	char *all, *to;

	for (uint32_t i = 0; i < count; i++)
		size += parts[i].size;
	all = to = arena_alloc(tree->arena, size * rounds + 1);
	assert_non_null(all);
	for (uint32_t i = 0; i < count * rounds; i++) {
		if (parts[i % count].size)
			memcpy(to, parts[i % count].at, parts[i % count].size);
		to += parts[i % count].size;
	}
	return (struct text){ all, size * rounds };
}

void sample(const struct regex_tree *tree, struct dice *dice, struct buffer *out)
{
	struct text *stack = arena_array(tree->arena, tree->count, sizeof(*stack));
	uint32_t depth = 0;

	assert_non_null(stack);
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct regex_node *node = &tree->nodes[i];
		uint32_t rounds = node->min;

		switch (node->kind) {
		case REGEX_NODE_SET:
			stack[depth++] = sample_set(tree, &tree->sets[node->arg], dice);
			break;
		case REGEX_NODE_ASSERT:
			stack[depth++] = (struct text){ 0 };
			break;
		case REGEX_NODE_CONCAT:
			depth -= node->arg;
			stack[depth] = join(tree, stack + depth, node->arg, 1);
			depth++;
			break;
		case REGEX_NODE_ALT:
			depth -= node->arg;
			stack[depth] = stack[depth + roll(dice, node->arg)];
			depth++;
			break;
		case REGEX_NODE_REPEAT:
			rounds += roll(dice, node->max == REGEX_ENDLESS
						     ? 4
						     : node->max - node->min + 1u);
			if (stack[depth - 1].size * rounds < 1 << 14)
				stack[depth - 1] =
					join(tree, &stack[depth - 1], 1, rounds);
			break;
		}
	}
	buffer_text(out, stack[0]);
}

void damage(struct dice *dice, struct buffer *text)
{
	for (uint32_t n = roll(dice, 3) + 1; n && text->size; n--) {
		uint32_t at = roll(dice, (uint32_t)text->size);

		if ((uint8_t)text->at[at] >= 0x80)
			continue;
		switch (roll(dice, 3)) {
		case 0:
			text->at[at] = (char)roll(dice, 127);
			break;
		case 1:
			memmove(text->at + at, text->at + at + 1, text->size - at - 1);
			text->size--;
			break;
		default:
			text->at[at] ^= 0x20;
		}
	}
}
