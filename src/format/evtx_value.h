/* SPDX-License-Identifier: Apache-2.0 */
/* Typed values of BinXML -> UTF-8. */
#pragma once

#include "format/evtx_binxml.h"

/* What a value is once it is text. */
enum evtx_class {
	EVTX_IS_NULL, /* there is none */
	EVTX_IS_TEXT,
	EVTX_IS_NUMBER, /* decimal, as in JSON */
	EVTX_IS_BOOL,   /* true or false */
};

/* Room for the text of ${size} bytes. */
#define EVTX_VALUE_ROOM(size) (3 * (size_t)(size) + 320)

/* Bytes of a value of ${type}; 0: it differs, or the type is not known. */
uint32_t evtx_value_unit(uint8_t type);

/*
 * evtx_value_is_null(value):
 * Is there nothing?  Texts and bytes may be empty, everything else without bytes is null.
 */
static inline bool evtx_value_is_null(const struct evtx_value *value)
{
	uint8_t type = value->type & (uint8_t)~EVTX_ARRAY;

	return value->type == EVTX_NULL ||
	       (value->size == 0 && type != EVTX_STRING && type != EVTX_ANSI &&
		type != EVTX_BINARY && type != EVTX_XML);
}

/*
 * evtx_value_write(type, at, size, out, class):
 * Write the text of the ${size} bytes at ${at} to ${out}, which has EVTX_VALUE_ROOM(size)
 * bytes, and return its size.  Bytes that do not fit their type, and types that are not
 * known, are written in hexadecimal.  A NUL at the end of a text is left out.  ${type} is no
 * array and no BinXML.
 */
size_t evtx_value_write(uint8_t type, const uint8_t *at, uint32_t size, char *out,
			enum evtx_class *class);

/* UTF-16 of ${size} bytes -> UTF-8; a surrogate without its other half becomes U+FFFD. */
size_t evtx_utf16(const uint8_t *at, uint32_t size, char *out);

/* The same, a character at a time: what evtx_utf16 is measured and tested against. */
size_t evtx_utf16_plain(const uint8_t *at, uint32_t size, char *out);

/* Is a value of ${type}, which may be an array, text that stands there as such? */
static inline bool evtx_type_is_text(uint8_t type)
{
	type &= (uint8_t)~EVTX_ARRAY;
	return type == EVTX_STRING || type == EVTX_ANSI || type == EVTX_XML;
}

/*
 * evtx_narrow(type, at, size, out):
 * Write the text of ${size} bytes, whose type is one of texts, to be searched: a byte for each of
 * its characters, what is not ASCII as some byte from 0x80 on.  Returns the bytes; ${out} has room
 * for ${size} bytes.
 */
size_t evtx_narrow(uint8_t type, const uint8_t *at, uint32_t size, char *out);

/*
 * evtx_entity_write(name, size, out):
 * Write the character that an entity of XML's own stands for; of others, the name.
 */
size_t evtx_entity_write(const uint8_t *name, uint32_t size, char *out);

/* The members of an array. */
struct evtx_items {
	const uint8_t *at;
	uint32_t left;
	uint8_t type; /* of a member */
};

static inline struct evtx_items evtx_items(uint8_t type, const uint8_t *at, uint32_t size)
{
	return (struct evtx_items){ .at = at,
				    .left = size,
				    .type = type & (uint8_t)~EVTX_ARRAY };
}

/* The next member: its bytes, and their number in ${*size}; NULL: no more. */
const uint8_t *evtx_items_next(struct evtx_items *items, uint32_t *size);
