// SPDX-License-Identifier: Apache-2.0
// One JSON value in a buffer -> a flat list of nodes that point into the buffer.
#include "format/json.h"

#include "format/json_masks.h"
#include "format/json_unescape.h"

#define HOT static inline __attribute__((always_inline))

#define BLOCKS 8 /* looked at in one go */

/*
 * Quotes are found by the block, never by the byte: the masks of a block say where all quotes
 * stand that no backslash escapes.  The parser itself walks only the few bytes between texts.  Each
 * quote that it meets there opens a text, so both agree on which quote comes next.
 */
struct parser {
	struct json_document *document;
	struct json_fault *fault;
	const char *text;
	size_t end, lines;
	uint64_t carry;  /* 1: the byte behind the block is escaped */
	uint64_t others; /* not 0: some byte so far was not ASCII */
	json_look *look;
	unsigned known, used;            /* blocks looked at, and of these gone through */
	struct json_masks masks[BLOCKS]; /* theirs */
	size_t block;    /* offset of the one at hand, the last gone through */
	uint64_t quotes; /* what find_end leaves of its quotes */
	uint32_t depth;
	uint32_t open[JSON_DEPTH_MAX]; /* nodes of the containers that are open */
};

/* Where the parser is; apart, so that it can live in registers. */
struct cursor {
	const char *at;
	/* of the block at hand: */
	const char *block;
	uint64_t quotes; /* those not met yet */
	uint64_t backslashes;
	uint64_t bad; /* never allowed inside a text: control bytes, escapes not known */
	bool in_object; /* the innermost container is one */
	bool first;     /* it has no member yet */
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

/* Does \uXXXX, of which ${at} is the u, stand for, or fold to, ASCII that is no control? */
static bool is_odd(const char *at, bool *wrong)
{
	long point = json_hex4(at + 1);

	*wrong = point < 0;
	return (point >= 0x20 && point <= 0x7f) || point == 0x17f || point == 0x212a;
}

/*
 * Look at the escapes with no letter, whose second characters ${escaped} has, in the block at
 * ${at}; where those stand that JSON does not know.
 */
static __attribute__((noinline)) uint64_t check_escapes(struct parser *p, const char *at,
							uint64_t escaped)
{
	uint64_t unknown = 0;

	for (; escaped; escaped &= escaped - 1) {
		const char *second = at + __builtin_ctzll(escaped);
		bool wrong = *second != '/' && *second != 'u';

		if (*second == '/' || (*second == 'u' && is_odd(second, &wrong)))
			p->document->odd_escapes = true;
		if (wrong)
			unknown |= escaped & -escaped;
	}
	return unknown;
}

/* In each block known: quotes that are escaped are none, and escapes not known are bad. */
static void resolve_escapes(struct parser *p, const char *at)
{
	for (unsigned i = 0; i < p->known; i++, at += JSON_BLOCK) {
		struct json_masks *masks = &p->masks[i];
		uint64_t escaped = escaped_by(masks->backslashes, &p->carry);

		p->others |= masks->others;
		masks->quotes &= ~escaped;
		escaped &= ~masks->letters;
		if (__builtin_expect(escaped != 0, 0))
			masks->controls |= check_escapes(p, at, escaped);
	}
}

/* Look at the blocks from ${block} on; false where the text has no more. */
static bool look_ahead(struct parser *p, size_t block)
{
	size_t left = p->end - block;

	if (block >= p->end)
		return false;
	p->used = 0;
	p->known = left < BLOCKS * JSON_BLOCK
			   ? (unsigned)((left + JSON_BLOCK - 1) / JSON_BLOCK)
			   : BLOCKS;
	p->look(p->text + block, p->known, p->masks);
	left -= (size_t)(p->known - 1) * JSON_BLOCK;
	if (left < JSON_BLOCK) {
		struct json_masks *last = &p->masks[p->known - 1];
		uint64_t inside = ((uint64_t)1 << left) - 1;

		last->quotes &= inside;
		last->backslashes &= inside;
		last->controls &= inside;
		last->others &= inside;
	}
	resolve_escapes(p, p->text + block);
	return true;
}

/* Go to the next block; NULL where the text has no more. */
static inline const struct json_masks *next_block(struct parser *p)
{
	if (p->used == p->known && !look_ahead(p, p->block + JSON_BLOCK))
		return NULL;
	p->block += JSON_BLOCK;
	return &p->masks[p->used++];
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

/* What stands at ${at} is not ${expected}; the NUL behind the text is its end. */
static enum json_result not_here(struct parser *p, const char *at, const char *expected)
{
	if (at >= p->text + p->end)
		return ended(p, expected);
	return bad(p, (size_t)(at - p->text), expected);
}

/* Find out what is wrong with the text between the quotes. */
static __attribute__((noinline)) enum json_result
bad_text(struct parser *p, const char *at, const char *close)
{
	bool wrong = false;

	for (; at < close; at++) {
		if ((unsigned char)*at < 0x20)
			return bad(p, (size_t)(at - p->text),
				   "a text without control characters");
		if (*at != '\\')
			continue;
		if (at[1] == 'u')
			(void)is_odd(at + 1, &wrong);
		if (wrong || !memchr("\"\\/bfnrtu", at[1], 9))
			return bad(p, (size_t)(at - p->text),
				   "an escape that JSON knows");
		at++;
	}
	return bad(p, (size_t)(close - p->text), "a sound text");
}

enum text_kind { TEXT_PLAIN, TEXT_ESCAPED, TEXT_BAD, TEXT_ENDLESS };

static inline enum text_kind kind_of(uint64_t backslashes, uint64_t bad)
{
	return bad ? TEXT_BAD : backslashes ? TEXT_ESCAPED : TEXT_PLAIN;
}

/*
 * Find the end of a text that is not within the block at hand, of which ${quotes} are left, or
 * does not even begin there: go to the block that has it; its closing quote is the first of
 * p->quotes.
 */
static __attribute__((noinline)) enum text_kind find_end(struct parser *p,
							 uint64_t quotes)
{
	const struct json_masks *masks;
	uint64_t backslashes = 0, bad = 0, inside;

	while (!quotes) {
		masks = next_block(p);
		if (!masks)
			return TEXT_ENDLESS;
		quotes = masks->quotes;
	}
	masks = &p->masks[p->used - 1];
	inside = -(quotes & -quotes);
	quotes &= quotes - 1;
	while (!quotes) {
		backslashes |= masks->backslashes & inside;
		bad |= masks->controls & inside;
		inside = ~(uint64_t)0;
		masks = next_block(p);
		if (!masks)
			return TEXT_ENDLESS;
		quotes = masks->quotes;
	}
	inside &= (quotes & -quotes) - 1;
	backslashes |= masks->backslashes & inside;
	bad |= masks->controls & inside;
	p->quotes = quotes;
	return kind_of(backslashes, bad);
}

/*
 * Read the text whose opening quote is at c->at; leave that behind the closing one.
 * ${*escaped}: it has escapes.
 */
HOT enum json_result read_text(struct parser *p, struct cursor *c, uint32_t *at,
			       uint32_t *size, bool *escaped)
{
	uint64_t closing = c->quotes & (c->quotes - 1);
	const char *open = c->at + 1, *close;
	enum text_kind kind;

	if (closing) {
		/* All bits from that of the opening quote up to that of the closing one. */
		uint64_t inside = (closing & -closing) - (c->quotes ^ closing);

		kind = kind_of(c->backslashes & inside, c->bad & inside);
	} else {
		kind = find_end(p, c->quotes);
		if (kind == TEXT_ENDLESS)
			return ended(p, "'\"' at the end of the text");
		closing = p->quotes;
		c->block = p->text + p->block;
		c->backslashes = p->masks[p->used - 1].backslashes;
		c->bad = p->masks[p->used - 1].controls;
	}
	close = c->block + __builtin_ctzll(closing);
	c->quotes = closing & (closing - 1);
	c->at = close + 1;
	if (__builtin_expect(kind == TEXT_BAD, 0))
		return bad_text(p, open, close);
	*escaped = kind == TEXT_ESCAPED;
	*at = (uint32_t)(open - p->text);
	*size = (uint32_t)(close - open);
	return JSON_DONE;
}

/* Write the unescaped text at ${*at} into the room; there is room for every text once. */
static void unescape(struct json_document *d, uint32_t *at, uint32_t *size)
{
	size_t written;
	char *to;

	if (*size + JSON_PADDING > d->room_size - d->room_used)
		return;
	/* The room is the caller's to write; base is const for all who only read. */
	to = (char *)(uintptr_t)(d->base + d->room_at + d->room_used);
	written = json_unescape(d->base + *at, to);
	*at = d->room_at + d->room_used;
	*size = (uint32_t)written;
	d->room_used += (uint32_t)written;
}

void json_settle(const struct json_document *document, const struct json_node *node)
{
	/* That a text is unescaped only when it is read is nothing that a reader can see. */
	struct json_document *d = (struct json_document *)(uintptr_t)document;
	struct json_node *own = &d->nodes[node - d->nodes];

	if (own->escaped)
		unescape(d, &own->at, &own->size);
	own->escaped = false;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline const char *skip_digits(const char *at)
{
	while (is_digit(*at))
		at++;
	return at;
}

HOT enum json_result read_number(struct parser *p, struct cursor *c,
				 struct json_node *node)
{
	const char *at = c->at + (*c->at == '-'), *from = at;

	at = skip_digits(at);
	if (at == from || (*from == '0' && at > from + 1))
		return not_here(p, at == from ? at : from,
				"a number, without a zero in front");
	if (*at == '.') {
		from = at + 1;
		at = skip_digits(from);
		if (at == from)
			return not_here(p, at, "a digit after the point");
	}
	if ((*at | 0x20) == 'e') {
		from = at + 1;
		if (*from == '+' || *from == '-')
			from++;
		at = skip_digits(from);
		if (at == from)
			return not_here(p, at, "a digit in the exponent");
	}
	/* A number can't end an object: whatever ends here is not all there. */
	if (at >= p->text + p->end)
		return ended(p, "more after the number");
	node->type = JSON_NUMBER;
	node->at = (uint32_t)(c->at - p->text);
	node->size = (uint32_t)(at - c->at);
	c->at = at;
	return JSON_DONE;
}

/* The word at ${at}, true, false or null: how many bytes it has. */
static enum json_result read_word(struct parser *p, const char *at,
				  struct json_node *node, size_t *used)
{
	static const struct {
		const char *word;
		size_t size;
		enum json_type type;
	} words[] = { { "true", 4, JSON_BOOL },
		      { "false", 5, JSON_BOOL },
		      { "null", 4, JSON_NULL } };
	size_t left = (size_t)(p->text + p->end - at);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && left; i++) {
		size_t size = words[i].size < left ? words[i].size : left;

		if (memcmp(at, words[i].word, size) != 0)
			continue;
		if (size < words[i].size)
			return ended(p, "true, false or null");
		node->type = (uint8_t)words[i].type;
		node->at = (uint32_t)(at - p->text);
		node->size = words[i].type == JSON_NULL ? 0 : (uint32_t)size;
		*used = size;
		return JSON_DONE;
	}
	return not_here(p, at, "a value");
}

static __attribute__((noinline)) const char *skip_more_space(struct parser *p,
							     const char *at)
{
	for (;; at++) {
		if (*at == '\n')
			p->lines++;
		else if (*at != ' ' && *at != '\t' && *at != '\r')
			return at;
	}
}

/* Skip white space; what stands behind it. */
HOT char skip_space(struct parser *p, struct cursor *c)
{
	if (__builtin_expect((unsigned char)*c->at <= ' ', 0))
		c->at = skip_more_space(p, c->at);
	return *c->at;
}

/* Read what starts at c->at, which is ${first}; a container becomes the innermost one. */
HOT enum json_result read_value(struct parser *p, struct cursor *c, char first,
				struct json_node *node)
{
	enum json_result r;
	size_t used;

	if (first == '"') {
		node->type = JSON_TEXT;
		return read_text(p, c, &node->at, &node->size, &node->escaped);
	}
	if (first == '{' || first == '[') {
		if (p->depth == JSON_DEPTH_MAX)
			return not_here(p, c->at, "at most 64 levels of nesting");
		node->type = first == '{' ? JSON_OBJECT : JSON_ARRAY;
		node->at = (uint32_t)(c->at - p->text);
		node->size = 0;
		p->open[p->depth++] = (uint32_t)(node - p->document->nodes);
		c->at++;
		c->in_object = first == '{';
		c->first = true;
		return JSON_DONE;
	}
	if (first == '-' || is_digit(first))
		return read_number(p, c, node);
	r = read_word(p, c->at, node, &used);
	if (r == JSON_DONE)
		c->at += used;
	return r;
}

/* Leave the innermost container. */
static inline void close_container(struct parser *p, struct cursor *c)
{
	struct json_node *nodes = p->document->nodes;

	nodes[p->open[--p->depth]].end = p->document->count;
	c->at++;
	c->in_object = p->depth && nodes[p->open[p->depth - 1]].type == JSON_OBJECT;
	c->first = false;
}

/* The next node, empty; NULL where there are too many. */
static inline struct json_node *add_node(struct json_document *d)
{
	struct json_node *node;

	if (d->count == d->capacity)
		return NULL;
	node = &d->nodes[d->count++];
	node->key_at = node->key_size = 0;
	node->escaped = false;
	node->end = d->count;
	return node;
}

static inline bool is_pair(const char *at, char first, char second)
{
	return at[0] == first && at[1] == second;
}

/*
 * Read members of an object, of which the first begins at c->at: as many as follow one another
 * as most do, with a text for a value and nothing but a comma between.
 */
HOT enum json_result read_named(struct parser *p, struct cursor *c)
{
	struct json_node *node;
	enum json_result r;
	bool escaped = false;

	for (;;) {
		node = add_node(p->document);
		if (!node)
			return not_here(p, c->at, "fewer values in one document");
		if (*c->at != '"')
			return not_here(p, c->at, "a name in quotes");
		r = read_text(p, c, &node->key_at, &node->key_size, &escaped);
		if (r != JSON_DONE)
			return r;
		if (__builtin_expect(escaped, 0))
			unescape(p->document, &node->key_at, &node->key_size);
		if (!is_pair(c->at, ':', '"'))
			break;
		c->at++;
		node->type = JSON_TEXT;
		r = read_text(p, c, &node->at, &node->size, &node->escaped);
		if (r != JSON_DONE || !is_pair(c->at, ',', '"'))
			return r;
		c->at++;
	}
	if (skip_space(p, c) != ':')
		return not_here(p, c->at, "':' after the name");
	c->at++;
	return read_value(p, c, skip_space(p, c), node);
}

/* Inside the innermost container: read its end, or what it holds next. */
HOT enum json_result read_member(struct parser *p, struct cursor *c)
{
	struct json_node *node;
	char next = skip_space(p, c);

	if (next == (c->in_object ? '}' : ']')) {
		close_container(p, c);
		return JSON_DONE;
	}
	if (!c->first) {
		if (next != ',')
			return not_here(p, c->at,
					c->in_object ? "',' or '}'" : "',' or ']'");
		c->at++;
		next = skip_space(p, c);
	}
	c->first = false;
	if (c->in_object)
		return read_named(p, c);
	node = add_node(p->document);
	if (!node)
		return not_here(p, c->at, "fewer values in one document");
	return read_value(p, c, next, node);
}

enum json_result json_parse(struct json_document *document, struct json_fault *fault)
{
	struct parser p;
	struct cursor c = { .at = document->base };
	enum json_result r;
	struct json_node *node;

	p.document = document;
	p.fault = fault;
	p.text = document->base;
	p.end = document->size < JSON_SIZE_MAX ? document->size : JSON_SIZE_MAX;
	p.look = json_masks_best();
	p.lines = p.carry = p.others = 0;
	p.known = p.used = p.depth = 0;
	p.block = (size_t)0 - JSON_BLOCK; /* before the first one */
	document->count = document->room_used = 0;
	document->odd_escapes = false;
	if (p.text[0] != '{' && p.text[0] != '[')
		return not_here(&p, p.text, "'{' or '['");
	node = add_node(document);
	if (!node)
		return bad(&p, 0, "fewer values in one document");
	r = read_value(&p, &c, p.text[0], node);
	while (r == JSON_DONE && p.depth)
		r = read_member(&p, &c);
	if (r == JSON_E_MORE && document->size >= JSON_SIZE_MAX)
		r = bad(&p, p.end, "a document of at most 16 MiB");
	document->is_ascii = !p.others;
	document->used = (size_t)(c.at - p.text);
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
