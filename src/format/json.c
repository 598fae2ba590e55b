// SPDX-License-Identifier: Apache-2.0
// One JSON value in a buffer -> a flat list of nodes that point into the buffer.
#include "format/json.h"

#include "format/json_scan.h"
#include "format/json_unescape.h"

/*
 * Quotes are found by the block, never by the byte: the scanner hands out the places of all
 * quotes that no backslash escapes.  The parser itself walks only the few bytes between texts.
 * Each quote that it meets there opens a text, so both agree on which quote comes next.
 */
struct scanner {
	size_t block;     /* offset of the block whose masks these are */
	uint64_t quotes;  /* those not handed out yet */
	uint64_t special; /* backslashes and control bytes */
	uint64_t carry;   /* 1: the next block's first byte is escaped */
};

struct parser {
	struct json_document *document;
	struct json_fault *fault;
	const char *text;
	size_t at, end, lines;
	struct scanner scanner;
	uint32_t depth;
	uint32_t open[JSON_DEPTH_MAX]; /* nodes of the containers that are open */
};

/* What backslashes escape: Langdale, Lemire, "Parsing Gigabytes of JSON per Second", 3.1.1. */
static inline uint64_t escaped_by(uint64_t backslashes, uint64_t *carry)
{
	const uint64_t even = 0x5555555555555555u;
	uint64_t follows, odd_starts, sums, escaped;

	if (!backslashes) {
		escaped = *carry;
		*carry = 0;
		return escaped;
	}
	backslashes &= ~*carry;
	follows = backslashes << 1 | *carry;
	odd_starts = backslashes & ~even & ~follows;
	*carry = __builtin_add_overflow(odd_starts, backslashes, &sums);
	return (even ^ (sums << 1)) & follows;
}

/* Load the masks of the block at ${at}; false where the text ends before it. */
static inline bool scanner_load(struct parser *p, size_t at)
{
	struct scanner *s = &p->scanner;
	struct json_masks masks;

	if (at >= p->end)
		return false;
	masks = json_look(p->text + at);
	if (p->end - at < JSON_BLOCK) {
		uint64_t inside = ((uint64_t)1 << (p->end - at)) - 1;

		masks.quotes &= inside;
		masks.backslashes &= inside;
		masks.controls &= inside;
	}
	s->block = at;
	s->quotes = masks.quotes & ~escaped_by(masks.backslashes, &s->carry);
	s->special = masks.backslashes | masks.controls;
	return true;
}

static enum json_result bad(struct parser *p, size_t at, const char *expected)
{
	p->fault->at = at;
	p->fault->expected = expected;
	return JSON_E_BAD;
}

/* The text ran out where ${expected} should stand. */
static enum json_result ended(struct parser *p, const char *expected)
{
	return p->document->last ? bad(p, p->end, expected) : JSON_E_MORE;
}

/* Write the text between ${open} and ${close}, which holds escapes, into the room. */
static enum json_result read_escaped(struct parser *p, size_t open, size_t close,
				     uint32_t *at, uint32_t *size)
{
	struct json_document *d = p->document;
	size_t length = close - open - 1, written, wrong;
	const char *expected;
	char *to;

	if (length + JSON_PADDING > d->room_size - d->room_used)
		return bad(p, open, "a smaller document");
	/* The room is the caller's to write; base is const for all who only read. */
	to = (char *)(uintptr_t)(d->base + d->room_at + d->room_used);
	expected = json_unescape(p->text + open + 1, length, to, &written, &wrong);
	if (expected)
		return bad(p, open + 1 + wrong, expected);
	*at = d->room_at + d->room_used;
	*size = (uint32_t)written;
	d->room_used += (uint32_t)written;
	return JSON_DONE;
}

/* Read the text whose opening quote is at p->at; leave p->at behind the closing one. */
static inline enum json_result read_text(struct parser *p, uint32_t *at, uint32_t *size)
{
	struct scanner *s = &p->scanner;
	size_t open = p->at, close;
	uint64_t inside, special;

	while (!s->quotes)
		if (!scanner_load(p, s->block + JSON_BLOCK))
			return ended(p, "the end of a text");
	s->quotes &= s->quotes - 1;
	special = 0;
	inside = ~(uint64_t)0 << (open - s->block);
	while (!s->quotes) {
		special |= s->special & inside;
		inside = ~(uint64_t)0;
		if (!scanner_load(p, s->block + JSON_BLOCK))
			return ended(p, "'\"' at the end of the text");
	}
	special |= s->special & inside & ((s->quotes & -s->quotes) - 1);
	close = s->block + (size_t)__builtin_ctzll(s->quotes);
	s->quotes &= s->quotes - 1;
	p->at = close + 1;
	if (special)
		return read_escaped(p, open, close, at, size);
	*at = (uint32_t)(open + 1);
	*size = (uint32_t)(close - open - 1);
	return JSON_DONE;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t skip_digits(const struct parser *p, size_t at)
{
	while (at < p->end && is_digit(p->text[at]))
		at++;
	return at;
}

static enum json_result read_number(struct parser *p, struct json_node *node)
{
	const char *text = p->text;
	size_t at = p->at, from;

	if (text[at] == '-')
		at++;
	from = at;
	at = skip_digits(p, at);
	if (at < p->end && (at == from || (text[from] == '0' && at > from + 1)))
		return bad(p, from, "a number, without a zero in front");
	if (at < p->end && text[at] == '.') {
		from = at + 1;
		at = skip_digits(p, from);
		if (at < p->end && at == from)
			return bad(p, at, "a digit after the point");
	}
	if (at < p->end && (text[at] | 0x20) == 'e') {
		from = at + 1;
		if (from < p->end && (text[from] == '+' || text[from] == '-'))
			from++;
		at = skip_digits(p, from);
		if (at < p->end && at == from)
			return bad(p, at, "a digit in the exponent");
	}
	/* A number can't end an object: whatever ends here is not all there. */
	if (at >= p->end)
		return ended(p, "more after the number");
	node->type = JSON_NUMBER;
	node->at = (uint32_t)p->at;
	node->size = (uint32_t)(at - p->at);
	p->at = at;
	return JSON_DONE;
}

static enum json_result read_word(struct parser *p, struct json_node *node)
{
	static const struct {
		const char *word;
		size_t size;
		enum json_type type;
	} words[] = { { "true", 4, JSON_BOOL },
		      { "false", 5, JSON_BOOL },
		      { "null", 4, JSON_NULL } };
	size_t left = p->end - p->at;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size = words[i].size < left ? words[i].size : left;

		if (memcmp(p->text + p->at, words[i].word, size) != 0)
			continue;
		if (size < words[i].size)
			return ended(p, "true, false or null");
		node->type = (uint8_t)words[i].type;
		node->at = (uint32_t)p->at;
		node->size = words[i].type == JSON_NULL ? 0 : (uint32_t)size;
		p->at += size;
		return JSON_DONE;
	}
	return bad(p, p->at, "a value");
}

/* Skip white space; false where the text ends. */
static inline bool skip_space(struct parser *p)
{
	while (p->at < p->end) {
		char c = p->text[p->at];

		if ((unsigned char)c > ' ')
			return true;
		if (c == '\n')
			p->lines++;
		else if (c != ' ' && c != '\t' && c != '\r')
			return true;
		p->at++;
	}
	return false;
}

/* Read the name of a member, the colon, and the space up to its value. */
static inline enum json_result read_key(struct parser *p, struct json_node *node)
{
	enum json_result r;

	if (p->text[p->at] != '"')
		return bad(p, p->at, "a name in quotes");
	r = read_text(p, &node->key_at, &node->key_size);
	if (r != JSON_DONE)
		return r;
	if (!skip_space(p))
		return ended(p, "':'");
	if (p->text[p->at] != ':')
		return bad(p, p->at, "':' after the name");
	p->at++;
	return skip_space(p) ? JSON_DONE : ended(p, "a value");
}

/* Add a node for what starts at p->at; a container is opened and becomes the innermost. */
static inline enum json_result read_value(struct parser *p, struct json_node *node)
{
	char c = p->text[p->at];

	if (c == '"') {
		node->type = JSON_TEXT;
		return read_text(p, &node->at, &node->size);
	}
	if (c == '{' || c == '[') {
		if (p->depth == JSON_DEPTH_MAX)
			return bad(p, p->at, "at most 64 levels of nesting");
		node->type = c == '{' ? JSON_OBJECT : JSON_ARRAY;
		node->at = (uint32_t)p->at;
		node->size = 0;
		p->open[p->depth++] = (uint32_t)(node - p->document->nodes);
		p->at++;
		return JSON_DONE;
	}
	if (c == '-' || is_digit(c))
		return read_number(p, node);
	return read_word(p, node);
}

/* The next node, empty; NULL where there are too many. */
static inline struct json_node *add_node(struct json_document *d)
{
	struct json_node *node;

	if (d->count == d->capacity)
		return NULL;
	node = &d->nodes[d->count++];
	node->key_at = node->key_size = 0;
	node->end = d->count;
	return node;
}

/*
 * Inside the innermost container: read its end, or a member.  ${*first}: it has no member yet.
 */
static inline enum json_result read_member(struct parser *p, bool *first)
{
	struct json_document *d = p->document;
	struct json_node *node, *parent = &d->nodes[p->open[p->depth - 1]];
	bool in_object = parent->type == JSON_OBJECT;
	uint32_t depth = p->depth;
	enum json_result r;

	if (!skip_space(p))
		return ended(p, in_object ? "'}'" : "']'");
	if (p->text[p->at] == (in_object ? '}' : ']')) {
		parent->end = d->count;
		p->depth--;
		p->at++;
		*first = false;
		return JSON_DONE;
	}
	if (!*first) {
		if (p->text[p->at] != ',')
			return bad(p, p->at, in_object ? "',' or '}'" : "',' or ']'");
		p->at++;
		if (!skip_space(p))
			return ended(p, "a value");
	}
	node = add_node(d);
	if (!node)
		return bad(p, p->at, "fewer values in one document");
	r = in_object ? read_key(p, node) : JSON_DONE;
	if (r == JSON_DONE)
		r = read_value(p, node);
	*first = p->depth > depth;
	return r;
}

enum json_result json_parse(struct json_document *document, struct json_fault *fault)
{
	struct parser p = {
		.document = document,
		.fault = fault,
		.text = document->base,
		.end = document->size < JSON_SIZE_MAX ? document->size : JSON_SIZE_MAX,
	};
	enum json_result r;
	struct json_node *node;
	bool first = true;

	document->count = document->room_used = 0;
	if (document->size == 0)
		return ended(&p, "'{' or '['");
	if (p.text[0] != '{' && p.text[0] != '[')
		return bad(&p, 0, "'{' or '['");
	(void)scanner_load(&p, 0);
	node = add_node(document);
	if (!node)
		return bad(&p, 0, "fewer values in one document");
	r = read_value(&p, node);
	while (r == JSON_DONE && p.depth)
		r = read_member(&p, &first);
	if (r == JSON_E_MORE && document->size >= JSON_SIZE_MAX)
		r = bad(&p, p.at, "a document of at most 16 MiB");
	document->used = p.at;
	document->lines = p.lines;
	return r;
}

uint32_t json_member(const struct json_document *document, uint32_t object,
		     const char *name)
{
	const struct json_node *nodes = document->nodes;
	struct text wanted = text_of(name);

	if (nodes[object].type != JSON_OBJECT)
		return 0;
	for (uint32_t i = object + 1; i < nodes[object].end; i = nodes[i].end)
		if (text_is(json_key(document, &nodes[i]), wanted))
			return i;
	return 0;
}
