/* SPDX-License-Identifier: Apache-2.0 */
/* YAML text -> a tree of nodes that know where they stand (YAML 1.2, core schema). */
#pragma once

#include "base/arena.h"
#include "base/why.h"

#define YAML_DEPTH_MAX 64 /* lists and maps inside one another */
#define YAML_NODES_MAX                                                                   \
	1000000u /* nodes of one document, aliases counted as what they repeat */

/*
 * Scalars that stand without quotes are null, true, false or numbers where the core schema
 * says so (https://yaml.org/spec/1.2.2/#103-core-schema); "yes", "no", "on" and "off" are
 * text there.
 */
enum yaml_kind {
	YAML_NULL,
	YAML_BOOL,
	YAML_INT,
	YAML_FLOAT,
	YAML_STRING,
	YAML_LIST,
	YAML_MAP,
};

struct yaml_node {
	enum yaml_kind kind;
	bool quoted;           /* scalar in quotes, or a block */
	bool truth;            /* BOOL */
	unsigned line, column; /* where it begins, from 1 */
	unsigned text_column;  /* column of the text's first character, if the text stands
				   on one line as it is in the file; else 0 */
	struct text text; /* scalars: quotes and escapes taken off, else as written */
	uint32_t count;   /* LIST: items; MAP: pairs */
	uint32_t weight;  /* nodes in it, itself included */
	struct yaml_node **items; /* LIST: items; MAP: key, value, key, value ... */
};

struct yaml;

/*
 * yaml_open(text, out):
 * A reader of the documents in ${text} (UTF-8 or UTF-16), which must outlive it.  0 or -ENOMEM.
 */
int yaml_open(struct text text, struct yaml **out) MUST_USE;

/* Accepts NULL. */
void yaml_close(struct yaml *yaml);

static inline void auto_yaml(struct yaml **yaml)
{
	yaml_close(*yaml);
}

/*
 * yaml_next(yaml, arena, out, why):
 * Read the next document into ${arena}; ${*out} is its root, or NULL after the last one.  Keys
 * are scalars, each once in its map.  Returns 0; -ENOMEM; or -EINVAL with place and reason in
 * ${why} (its file is left alone) where the document is not YAML, goes beyond a limit, or
 * uses a merge key or an unknown tag.  After -EINVAL the next call goes on with the following
 * document if the text can still be read, and else says that there is none.
 */
int yaml_next(struct yaml *yaml, struct arena *arena, struct yaml_node **out,
	      struct why *why) MUST_USE;

/* The value of ${key} in ${map}, or NULL; also where ${map} is NULL or no map. */
struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

static inline bool yaml_is_scalar(const struct yaml_node *node)
{
	return node->kind < YAML_LIST;
}

/* "a list", "a map", "null" ... : what the node is, for messages. */
const char *yaml_kind_name(const struct yaml_node *node);

/*
 * yaml_number(node, out):
 * The value of an INT or FLOAT, or of a STRING that reads like one; false for all others,
 * for infinities and for what is no number.
 */
bool yaml_number(const struct yaml_node *node, double *out);

/*
 * yaml_refuse(why, node, format, ...):
 * Write the node's place and the reason into ${why}, control characters replaced.  Returns
 * -EINVAL, so that a refusal is one statement.
 */
int yaml_refuse(struct why *why, const struct yaml_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * yaml_at(node, offset):
 * A node that is only a place: where byte ${offset} of the scalar's text stands, or where the
 * scalar begins if the text is not in the file as it is.
 */
struct yaml_node yaml_at(const struct yaml_node *node, size_t offset);

/* For "%.*s": a text, cut at a character to fit into a message. */
#define YAML_SHOW(text) (int)yaml_show(text).size, yaml_show(text).at

struct text yaml_show(struct text text);
