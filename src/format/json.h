/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON value (RFC 8259) in a buffer -> a flat list of nodes that point into the buffer. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

#define JSON_DEPTH_MAX 64          /* objects and arrays inside one another */
#define JSON_NODES_MAX 65536       /* names and values of one document */
#define JSON_PADDING   64          /* bytes behind the text that must be readable */
#define JSON_SIZE_MAX  (16u << 20) /* bytes of one document */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_OBJECT, JSON_ARRAY };

/*
 * A value, with the name it has in its object (in an array: key_size 0).  Offsets count from
 * the document's base.  The nodes stand in the order of the text, a container before what it
 * holds; nodes[0] is the whole.
 */
struct json_node {
	uint32_t key_at, key_size;
	uint32_t at, size; /* text, number, bool: as written; containers: 0 */
	uint32_t end; /* number of the first node that is neither this nor below it */
	uint8_t type; /* enum json_type */
	bool escaped; /* a text that was not unescaped yet: use json_text() */
};

/* What json_parse works on: filled in by the caller but for the last three lines. */
struct json_document {
	const char
		*base; /* the text starts here, and ${room} lies in the same allocation */
	size_t size;   /* bytes of text; a NUL follows, and more up to JSON_PADDING */
	bool last;     /* no more text will follow */
	uint32_t room_at;   /* offset of a writable area behind the padding, for ... */
	uint32_t room_size; /* ... unescaped texts: at least size + JSON_PADDING bytes */
	struct json_node *nodes;
	uint32_t capacity; /* entries of nodes[] */

	uint32_t count, room_used;
	size_t used, lines; /* bytes of text that the value took, newlines among them */
	bool is_ascii;      /* all of it; false may stand for what is behind it */
	bool odd_escapes; /* some ASCII that is no control byte is written as \uXXXX, or / as \/ */
};

enum json_result {
	JSON_DONE,   /* a whole value was read */
	JSON_E_MORE, /* the text ends inside the value, and more may follow */
	JSON_E_BAD,  /* not JSON, or beyond a limit */
};

/* Where it went wrong; only for JSON_E_BAD. */
struct json_fault {
	size_t at;            /* offset in the text */
	const char *expected; /* as in "expected ..."; a literal */
};

/*
 * json_parse(document, fault):
 * Read the object or array with which the text starts (at base[0]) into nodes[].  Texts stay where
 * they are; those that hold escapes (which are checked here) are unescaped into the room when
 * somebody asks for them, names at once.  A lone surrogate becomes U+FFFD.  Bytes that are not
 * UTF-8 are taken as they are.  Time is linear, memory fixed.
 */
enum json_result json_parse(struct json_document *document,
			    struct json_fault *fault) MUST_USE;

static inline struct text json_key(const struct json_document *d,
				   const struct json_node *n)
{
	return (struct text){ .at = d->base + n->key_at, .size = n->key_size };
}

/* Unescape the text ${node} of the document, for good. */
void json_settle(const struct json_document *document, const struct json_node *node);

static inline struct text json_text(const struct json_document *d,
				    const struct json_node *n)
{
	if (__builtin_expect(n->escaped, 0))
		json_settle(d, n);
	return (struct text){ .at = d->base + n->at, .size = n->size };
}

/*
 * json_member(document, object, name):
 * The number of the member ${name} of node ${object}, or 0 where it has none or is no object.
 */
uint32_t json_member(const struct json_document *document, uint32_t object,
		     const char *name);
