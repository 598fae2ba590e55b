/* SPDX-License-Identifier: Apache-2.0 */
/* A record's BinXML, all its templates and values put in -> the tree of XML that it stands for. */
#pragma once

#include "base/buffer.h"
#include "format/evtx_value.h"

#define EVTX_TREE_MAX      65536      /* elements, attributes and texts of one record */
#define EVTX_TREE_TEXT_MAX (2u << 20) /* bytes of their names and texts */

enum evtx_tree_kind { EVTX_TREE_ELEMENT, EVTX_TREE_ATTRIBUTE, EVTX_TREE_TEXT };

/* nodes[0] is the document; a container stands before what it holds. */
struct evtx_tree_node {
	uint8_t kind;
	uint8_t class;     /* of a text: enum evtx_class */
	uint32_t at, size; /* name, or text, in ${text} */
	uint32_t end;      /* the first node that is neither this nor in it */
	uint32_t parent;
};

struct evtx_tree {
	struct evtx_tree_node *nodes;
	uint32_t count;
	struct buffer text;
	struct evtx_tree_work *work;
	bool no_memory; /* for a text of the record that was read last */
};

/* 0 or -ENOMEM.  ${tree} is zeroed. */
int evtx_tree_init(struct evtx_tree *tree) MUST_USE;
void evtx_tree_done(struct evtx_tree *tree);

/*
 * evtx_tree_read(tree, chunk, from, end):
 * Make ${tree} that of the record whose BinXML is in the chunk's bytes [from, end).  A member
 * of an array is a text of its own; other texts side by side are one.  Attributes and elements
 * that hold only optional substitutions that are null are not there.  On a fault the tree has
 * what could be read, within the limits.
 */
evtx_fault evtx_tree_read(struct evtx_tree *tree, const uint8_t *chunk, uint32_t from,
			  uint32_t end);

static inline struct text evtx_tree_text(const struct evtx_tree *tree, uint32_t node)
{
	const struct evtx_tree_node *n = &tree->nodes[node];

	return (struct text){ .at = tree->text.at + n->at, .size = n->size };
}
