/* SPDX-License-Identifier: Apache-2.0 */
/* BinXML, the XML of Windows event logs in tokens -> a flat list of nodes. */
#pragma once

#include "format/evtx_chunk.h"

#define EVTX_DEPTH_MAX 64    /* elements inside one another, nested fragments included */
#define EVTX_NODES_MAX 24576 /* of one fragment; a chunk of 64 KiB cannot hold more */

/* Types of values: [MS-EVEN6] 2.2.12, and what Windows writes beyond it. */
enum evtx_type {
	EVTX_NULL = 0x00,
	EVTX_STRING = 0x01, /* UTF-16 */
	EVTX_ANSI = 0x02,
	EVTX_INT8 = 0x03,
	EVTX_UINT8 = 0x04,
	EVTX_INT16 = 0x05,
	EVTX_UINT16 = 0x06,
	EVTX_INT32 = 0x07,
	EVTX_UINT32 = 0x08,
	EVTX_INT64 = 0x09,
	EVTX_UINT64 = 0x0a,
	EVTX_REAL32 = 0x0b,
	EVTX_REAL64 = 0x0c,
	EVTX_BOOL = 0x0d,
	EVTX_BINARY = 0x0e,
	EVTX_GUID = 0x0f,
	EVTX_SIZE = 0x10,
	EVTX_FILETIME = 0x11,
	EVTX_SYSTEMTIME = 0x12,
	EVTX_SID = 0x13,
	EVTX_HEX32 = 0x14,
	EVTX_HEX64 = 0x15,
	EVTX_HANDLE = 0x20,
	EVTX_BINXML = 0x21,
	EVTX_XML = 0x23,
	EVTX_ARRAY = 0x80, /* added to one of the above */
};

enum evtx_node_kind {
	EVTX_ELEMENT,      /* its attributes first, then what it holds */
	EVTX_ATTRIBUTE,    /* holds pieces of its value */
	EVTX_LITERAL,      /* a piece: a value that stands in the fragment */
	EVTX_SUBSTITUTION, /* a piece: the instance's value number ${index} */
	EVTX_CHARACTER,    /* a piece: the character ${at} */
	EVTX_ENTITY,       /* a piece: the entity of that name */
	EVTX_INSTANCE,     /* an instance of a template, at its place */
};

/* Offsets count from the chunk.  A container stands before what it holds. */
struct evtx_node {
	uint8_t kind, type; /* enum evtx_node_kind, enum evtx_type */
	bool is_optional;   /* substitution: null means that its holder is not there */
	uint16_t index;     /* substitution */
	uint32_t at, size;  /* name (UTF-16), or literal */
	uint32_t end;       /* the first node that is neither this nor in it */
};

/*
 * Where names are referred to: all that a fragment's bytes depend on elsewhere in their chunk.  Two
 * fragments of the same bytes but for these, with the same names behind them, mean the same.
 */
struct evtx_refs {
	uint32_t *at; /* places of the offsets, ascending */
	uint32_t count, capacity;
	bool is_lost; /* more than fit, or it depends on yet other things */
};

struct evtx_nodes {
	struct evtx_node *at;
	uint32_t count, capacity;
	struct evtx_refs *refs; /* or NULL: nobody asks */
};

/* A template that an instance is of. */
struct evtx_definition {
	uint32_t at;        /* tells it from all others in its chunk */
	uint32_t body, end; /* its BinXML */
};

struct evtx_instance {
	struct evtx_definition definition;
	uint32_t count;       /* values */
	uint32_t descriptors; /* of them: four bytes each, size and type */
	uint32_t data;        /* the values, one after another */
	uint32_t end;
};

/* A value of an instance. */
struct evtx_value {
	uint32_t at; /* in the chunk */
	uint16_t size;
	uint8_t type;
};

/* What can be wrong with BinXML, in words; NULL: nothing. */
typedef const char *evtx_fault;

/*
 * evtx_binxml_compile(chunk, from, end, is_value, nodes):
 * Append to ${nodes} those of the fragments in the chunk's bytes [from, end).  ${chunk} has
 * EVTX_CHUNK_SIZE readable bytes, and nothing outside of them is looked at.  ${is_value}: they are
 * the value of a substitution.  Where they are damaged, the nodes up to there are appended,
 * properly nested.  The time is linear in the bytes.
 */
evtx_fault evtx_binxml_compile(const uint8_t *chunk, uint32_t from, uint32_t end,
			       bool is_value, struct evtx_nodes *nodes);

/*
 * evtx_name_read(chunk, at, name):
 * Read the name that the offset at ${at} (its four bytes in the chunk) leads to: ${*name} is where
 * its UTF-16 is in the chunk.  Its size in bytes, or UINT32_MAX where there is none.
 */
uint32_t evtx_name_read(const uint8_t *chunk, uint32_t at, uint32_t *name) MUST_USE;

/*
 * evtx_instance_read(chunk, at, end, out):
 * Read the instance of a template that is at ${at}, behind its token.
 */
evtx_fault evtx_instance_read(const uint8_t *chunk, uint32_t at, uint32_t end,
			      struct evtx_instance *out) MUST_USE;

/*
 * evtx_instance_values(chunk, instance, values, capacity):
 * Write its values; those that do not lie in the instance are null, and a fault.
 */
evtx_fault evtx_instance_values(const uint8_t *chunk,
				const struct evtx_instance *instance,
				struct evtx_value *values, uint32_t capacity);

/*
 * evtx_lone_instance(chunk, from, end, out):
 * Is the fragment just an instance of a template, as nearly all are?  Then ${*out} is that.
 */
bool evtx_lone_instance(const uint8_t *chunk, uint32_t from, uint32_t end,
			struct evtx_instance *out);
