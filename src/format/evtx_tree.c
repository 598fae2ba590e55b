// SPDX-License-Identifier: Apache-2.0
// A record's BinXML -> its tree, templates and values put in.
#include "format/evtx_tree.h"

#include <errno.h>

#define WORK_NODES  65536 /* of all fragments that are open at a time */
#define WORK_VALUES 32768
#define FRAMES_MAX  EVTX_DEPTH_MAX
/*
 * A few templates can use one another's values so often that together they would have no end
 * that anyone could await.  Counted in fragments, their values, and four of their bytes.
 */
#define STEPS_MAX 262144

/* A fragment in whose middle we are. */
struct frame {
	uint32_t first_node, node, end_node;
	uint32_t first_value, value_count;
	unsigned depth; /* elements open when it began */
};

/* An element that is open. */
struct open {
	uint32_t tree_node, end; /* end: in its frame */
};

struct evtx_tree_work {
	const uint8_t *chunk;
	struct frame frames[FRAMES_MAX];
	unsigned frame_count;
	struct open open[EVTX_DEPTH_MAX];
	unsigned depth;
	uint32_t steps, value_count;
	struct evtx_nodes nodes;
	evtx_fault fault; /* the first */
	struct evtx_value values[WORK_VALUES];
	struct evtx_node node_room[WORK_NODES];
};

int evtx_tree_init(struct evtx_tree *tree)
{
	buffer_init(&tree->text, EVTX_TREE_TEXT_MAX);
	tree->nodes = calloc(EVTX_TREE_MAX, sizeof(*tree->nodes));
	tree->work = malloc(sizeof(*tree->work));
	if (tree->nodes && tree->work)
		return 0;
	evtx_tree_done(tree);
	return -ENOMEM;
}

void evtx_tree_done(struct evtx_tree *tree)
{
	free(tree->nodes);
	free(tree->work);
	buffer_done(&tree->text);
	*tree = (struct evtx_tree){ 0 };
}

static void complain(struct evtx_tree_work *work, evtx_fault fault)
{
	if (!work->fault)
		work->fault = fault;
}

/* Is there room for the text of ${size} bytes? */
static bool has_room(struct evtx_tree *tree, uint32_t size)
{
	int r = buffer_need(&tree->text, EVTX_VALUE_ROOM(size));

	if (r == 0)
		return true;
	tree->no_memory |= r == -ENOMEM;
	complain(tree->work, "longer texts than a record can have");
	return false;
}

/* The element that is open, or the document. */
static uint32_t holder(const struct evtx_tree_work *work)
{
	return work->depth ? work->open[work->depth - 1].tree_node : 0;
}

static bool add(struct evtx_tree *tree, struct evtx_tree_node node)
{
	if (tree->count == EVTX_TREE_MAX) {
		complain(tree->work, "more values than a record can have");
		return false;
	}
	node.end = tree->count + 1;
	tree->nodes[tree->count++] = node;
	return true;
}

/* The text of UTF-16 at ${at} in the chunk, as a part of the tree's. */
static void put_name(struct evtx_tree *tree, const struct evtx_node *from,
		     struct evtx_tree_node *to)
{
	struct buffer *text = &tree->text;

	to->at = (uint32_t)text->size;
	to->size = 0;
	if (!has_room(tree, from->size))
		return;
	to->size = (uint32_t)evtx_utf16(tree->work->chunk + from->at, from->size,
					text->at + text->size);
	text->size += to->size;
}

static bool is_piece(const struct evtx_node *node)
{
	return node->kind != EVTX_ELEMENT && node->kind != EVTX_ATTRIBUTE;
}

/* The value that a substitution stands for; NULL: none. */
static const struct evtx_value *value_of(const struct evtx_tree_work *work,
					 const struct frame *frame,
					 const struct evtx_node *node)
{
	const struct evtx_value *value;

	if (node->index >= frame->value_count)
		return NULL;
	value = &work->values[frame->first_value + node->index];
	return evtx_value_is_null(value) ? NULL : value;
}

/* Does ${node} hold optional substitutions only, and all of them null? */
static bool is_left_out(const struct evtx_tree_work *work, const struct frame *frame,
			uint32_t node)
{
	const struct evtx_node *nodes = work->nodes.at;
	bool has_optional = false;

	for (uint32_t i = node + 1; i < nodes[node].end; i++) {
		if (nodes[i].kind == EVTX_ATTRIBUTE) {
			i = nodes[i].end - 1;
			continue;
		}
		if (nodes[i].kind != EVTX_SUBSTITUTION || !nodes[i].is_optional ||
		    value_of(work, frame, &nodes[i]))
			return false;
		has_optional = true;
	}
	return has_optional;
}

/* Append the text of a value that is no array to the tree's; its class. */
static enum evtx_class put_value(struct evtx_tree *tree, uint8_t type, const uint8_t *at,
				 uint32_t size)
{
	struct buffer *text = &tree->text;
	enum evtx_class class;

	if (!has_room(tree, size))
		return EVTX_IS_NULL;
	text->size += evtx_value_write(type, at, size, text->at + text->size, &class);
	return class;
}

/* The members of an array, each a text of its own, or in one with commas. */
static void put_array(struct evtx_tree *tree, const struct evtx_value *value,
		      bool is_joined)
{
	struct evtx_items items =
		evtx_items(value->type, tree->work->chunk + value->at, value->size);
	const uint8_t *item;
	uint32_t size;

	for (bool first = true; (item = evtx_items_next(&items, &size)); first = false) {
		struct evtx_tree_node node = { .kind = EVTX_TREE_TEXT,
					       .parent = holder(tree->work),
					       .at = (uint32_t)tree->text.size };

		if (is_joined && !first)
			buffer_char(&tree->text, ',');
		node.class = (uint8_t)put_value(tree, items.type, item, size);
		node.size = (uint32_t)tree->text.size - node.at;
		if (!is_joined && !add(tree, node))
			return;
	}
}

static void put_entity(struct evtx_tree *tree, const struct evtx_node *node)
{
	struct buffer *text = &tree->text;

	if (has_room(tree, node->size))
		text->size += evtx_entity_write(tree->work->chunk + node->at, node->size,
						text->at + text->size);
}

/* One of several pieces side by side. */
static void put_piece(struct evtx_tree *tree, const struct frame *frame,
		      const struct evtx_node *node)
{
	const struct evtx_value *value;
	uint8_t unit[2] = { (uint8_t)node->at, (uint8_t)(node->at >> 8) };

	switch (node->kind) {
	case EVTX_LITERAL:
		(void)put_value(tree, node->type, tree->work->chunk + node->at,
				node->size);
		break;
	case EVTX_CHARACTER:
		(void)put_value(tree, EVTX_STRING, unit, 2);
		break;
	case EVTX_ENTITY:
		put_entity(tree, node);
		break;
	default:
		value = value_of(tree->work, frame, node);
		if (value && value->type & EVTX_ARRAY)
			put_array(tree, value, true);
		else if (value)
			(void)put_value(tree, value->type, tree->work->chunk + value->at,
					value->size);
	}
}

/* What is itself a fragment. */
static bool is_fragment(const struct evtx_tree_work *work, const struct frame *frame,
			const struct evtx_node *node)
{
	const struct evtx_value *value;

	if (node->kind == EVTX_INSTANCE)
		return true;
	if (node->kind != EVTX_SUBSTITUTION)
		return false;
	value = value_of(work, frame, node);
	return value && value->type == EVTX_BINXML;
}

/* The pieces from ${node} up to ${end} that are texts: one text.  Returns where they end. */
static uint32_t put_text(struct evtx_tree *tree, const struct frame *frame, uint32_t node,
			 uint32_t end)
{
	const struct evtx_node *nodes = tree->work->nodes.at;
	struct evtx_tree_node text = { .kind = EVTX_TREE_TEXT,
				       .class = EVTX_IS_TEXT,
				       .parent = holder(tree->work),
				       .at = (uint32_t)tree->text.size };
	const struct evtx_value *value;
	uint32_t stop = node + 1;

	while (stop < end && is_piece(&nodes[stop]) &&
	       !is_fragment(tree->work, frame, &nodes[stop]))
		stop++;
	if (stop == node + 1 && nodes[node].kind == EVTX_SUBSTITUTION) {
		value = value_of(tree->work, frame, &nodes[node]);
		if (!value)
			return stop;
		if (value->type & EVTX_ARRAY) {
			put_array(tree, value, false);
			return stop;
		}
		text.class = (uint8_t)put_value(
			tree, value->type, tree->work->chunk + value->at, value->size);
	} else if (stop == node + 1 && nodes[node].kind == EVTX_LITERAL) {
		text.class = (uint8_t)put_value(tree, nodes[node].type,
						tree->work->chunk + nodes[node].at,
						nodes[node].size);
	} else {
		for (uint32_t i = node; i < stop; i++)
			put_piece(tree, frame, &nodes[i]);
	}
	text.size = (uint32_t)tree->text.size - text.at;
	(void)add(tree, text);
	return stop;
}

/* Begin with a fragment, of a template or not. */
static void push(struct evtx_tree *tree, uint32_t from, uint32_t end, bool is_value,
		 const struct evtx_instance *instance)
{
	struct evtx_tree_work *work = tree->work;
	struct frame *frame = &work->frames[work->frame_count];

	if (work->frame_count == FRAMES_MAX) {
		complain(work, "fragments too deep inside one another");
		return;
	}
	*frame = (struct frame){ .first_node = work->nodes.count,
				 .node = work->nodes.count,
				 .first_value = work->value_count,
				 .depth = work->depth };
	if (instance) {
		uint32_t room = WORK_VALUES - work->value_count;

		frame->value_count = instance->count < room ? instance->count : room;
		complain(work, evtx_instance_values(work->chunk, instance,
						    work->values + work->value_count,
						    frame->value_count));
		work->value_count += frame->value_count;
	}
	complain(work,
		 evtx_binxml_compile(work->chunk, from, end, is_value, &work->nodes));
	frame->end_node = work->nodes.count;
	work->steps += 1 + frame->value_count + (end > from ? end - from : 0) / 4;
	work->frame_count++;
}

static void push_instance(struct evtx_tree *tree, const struct evtx_instance *instance)
{
	push(tree, instance->definition.body, instance->definition.end, false, instance);
}

/* A fragment that is all of [from, end). */
static void push_fragment(struct evtx_tree *tree, uint32_t from, uint32_t end,
			  bool is_value)
{
	struct evtx_instance instance;

	if (evtx_lone_instance(tree->work->chunk, from, end, &instance))
		push_instance(tree, &instance);
	else
		push(tree, from, end, is_value, NULL);
}

/* Open elements that end before node ${node} of the frame at hand. */
static void close_elements(struct evtx_tree *tree, uint32_t node)
{
	struct evtx_tree_work *work = tree->work;
	const struct frame *frame = &work->frames[work->frame_count - 1];

	while (work->depth > frame->depth && work->open[work->depth - 1].end <= node)
		tree->nodes[work->open[--work->depth].tree_node].end = tree->count;
}

static void pop(struct evtx_tree *tree)
{
	struct evtx_tree_work *work = tree->work;
	struct frame *frame = &work->frames[work->frame_count - 1];

	close_elements(tree, UINT32_MAX);
	work->nodes.count = frame->first_node;
	work->value_count = frame->first_value;
	work->frame_count--;
}

static void put_attribute(struct evtx_tree *tree, const struct frame *frame,
			  uint32_t node)
{
	struct evtx_tree_work *work = tree->work;
	const struct evtx_node *nodes = work->nodes.at;
	struct evtx_tree_node out = { .kind = EVTX_TREE_ATTRIBUTE,
				      .parent = holder(work) };
	uint32_t self = tree->count, i = node + 1;

	put_name(tree, &nodes[node], &out);
	if (!add(tree, out))
		return;
	while (i < nodes[node].end) {
		/* A fragment has no place in an attribute. */
		if (is_fragment(work, frame, &nodes[i]))
			i++;
		else
			i = put_text(tree, frame, i, nodes[node].end);
	}
	tree->nodes[self].end = tree->count;
	for (i = self + 1; i < tree->count; i++)
		tree->nodes[i].parent = self;
}

static void put_element(struct evtx_tree *tree, uint32_t node)
{
	struct evtx_tree_work *work = tree->work;
	struct evtx_tree_node out = { .kind = EVTX_TREE_ELEMENT, .parent = holder(work) };

	put_name(tree, &work->nodes.at[node], &out);
	if (work->depth == EVTX_DEPTH_MAX) {
		complain(work, "elements too deep inside one another");
		work->frames[work->frame_count - 1].node = work->nodes.at[node].end;
		return;
	}
	if (add(tree, out))
		work->open[work->depth++] =
			(struct open){ .tree_node = tree->count - 1,
				       .end = work->nodes.at[node].end };
}

/* One step in the frame at hand. */
static void step(struct evtx_tree *tree)
{
	struct evtx_tree_work *work = tree->work;
	struct frame *frame = &work->frames[work->frame_count - 1];
	uint32_t i = frame->node;
	const struct evtx_node node = work->nodes.at[i];
	const struct evtx_value *value = NULL;

	if (node.kind == EVTX_SUBSTITUTION)
		value = value_of(work, frame, &node);
	close_elements(tree, i);
	if (!is_piece(&node) && is_left_out(work, frame, i)) {
		frame->node = node.end;
	} else if (node.kind == EVTX_ELEMENT) {
		frame->node++;
		put_element(tree, i);
	} else if (node.kind == EVTX_ATTRIBUTE) {
		frame->node = node.end;
		put_attribute(tree, frame, i);
	} else if (node.kind == EVTX_INSTANCE) {
		struct evtx_instance instance;
		evtx_fault fault = evtx_instance_read(work->chunk, node.at,
						      node.at + node.size, &instance);

		frame->node++;
		if (fault)
			complain(work, fault);
		else
			push_instance(tree, &instance);
	} else if (value && value->type == EVTX_BINXML) {
		frame->node++;
		push_fragment(tree, value->at, value->at + value->size, true);
	} else {
		uint32_t end = frame->end_node;

		if (work->depth > frame->depth)
			end = work->open[work->depth - 1].end;
		frame->node = put_text(tree, frame, i, end);
	}
}

evtx_fault evtx_tree_read(struct evtx_tree *tree, const uint8_t *chunk, uint32_t from,
			  uint32_t end)
{
	struct evtx_tree_work *work = tree->work;

	work->chunk = chunk;
	work->frame_count = work->depth = 0;
	work->steps = work->value_count = 0;
	work->nodes =
		(struct evtx_nodes){ .at = work->node_room, .capacity = WORK_NODES };
	work->fault = NULL;
	buffer_clear(&tree->text);
	tree->no_memory = false;
	tree->count = 1;
	tree->nodes[0] = (struct evtx_tree_node){ .kind = EVTX_TREE_ELEMENT };
	push_fragment(tree, from, end, false);
	while (work->frame_count && work->steps <= STEPS_MAX &&
	       tree->count < EVTX_TREE_MAX) {
		struct frame *frame = &work->frames[work->frame_count - 1];

		if (frame->node >= frame->end_node)
			pop(tree);
		else
			step(tree);
	}
	if (work->steps > STEPS_MAX)
		complain(work, "fragments without an end in sight");
	while (work->frame_count)
		pop(tree);
	tree->nodes[0].end = tree->count;
	return work->fault;
}
