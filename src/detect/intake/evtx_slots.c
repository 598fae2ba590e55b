// SPDX-License-Identifier: Apache-2.0
// A template of a Windows event log -> slots: names are worked out once, not for each record.
#include "detect/intake/evtx_slots.h"

#include <errno.h>

#include "base/arena.h"
#include "detect/intake/state.h"
#include "format/evtx_value.h"

#define NAME_MAX_SIZE 1024 /* characters of one name; what is longer has no field */
#define ARENA_MAX     (64u << 20)

/* An element that is open. */
struct open {
	uint32_t node;
	struct evtx_context inside; /* of what it holds */
	const struct evtx_context *kept;
	struct name name;
	uint32_t name_node; /* Data: the attribute with its name, where that is a value */
	uint32_t guard;     /* its slot, where it has one */
	uint32_t first;     /* the slot that is its first, if it has any */
	uint8_t blank;
	bool has_first, has_elements, is_data;
};

struct evtx_compiler {
	struct names *names;
	struct arena *arena; /* slots and what they point to */
	struct arena_mark empty;
	struct evtx_node *node_room;
	struct evtx_slot *slots;

	/* the fragment at hand */
	const uint8_t *chunk;
	const struct evtx_node *nodes; /* the arena's copy */
	uint32_t count;
	struct open open[EVTX_DEPTH_MAX + 1]; /* open[0] is what the fragment stands in */
	unsigned depth;
	bool is_full;
	size_t name_size;
	char name[3 * NAME_MAX_SIZE + NAMES_PADDING];
	char path[PATH_SIZE + NAMES_PADDING];
};

#define NONE UINT32_MAX

int evtx_compiler_create(struct names *names, struct evtx_compiler **out)
{
	struct evtx_compiler *compiler = calloc(1, sizeof(*compiler));

	if (!compiler)
		return -ENOMEM;
	compiler->names = names;
	compiler->arena = arena_create(ARENA_MAX);
	compiler->node_room = malloc(EVTX_NODES_MAX * sizeof(struct evtx_node));
	compiler->slots = malloc(EVTX_SLOTS_MAX * sizeof(struct evtx_slot));
	/* Rewinding keeps the block that something from before the mark is in. */
	if (!compiler->arena || !compiler->node_room || !compiler->slots ||
	    !arena_alloc(compiler->arena, 1)) {
		evtx_compiler_free(compiler);
		return -ENOMEM;
	}
	compiler->empty = arena_mark(compiler->arena);
	*out = compiler;
	return 0;
}

void evtx_compiler_free(struct evtx_compiler *compiler)
{
	if (!compiler)
		return;
	arena_free(compiler->arena);
	free(compiler->node_room);
	free(compiler->slots);
	free(compiler);
}

struct arena *evtx_compiler_arena(struct evtx_compiler *compiler)
{
	return compiler->arena;
}

bool evtx_compiler_trim(struct evtx_compiler *compiler, size_t size)
{
	if (arena_since(compiler->arena, compiler->empty) <= size)
		return false;
	arena_rewind(compiler->arena, compiler->empty);
	return true;
}

static const struct name nameless = { .field = EVENT_FIELD_NONE,
				      .also = EVENT_FIELD_NONE };

/* The name of ${node}; a name that is too long is none. */
static struct text name_of(struct evtx_compiler *m, uint32_t node)
{
	uint32_t size = m->nodes[node].size;

	if (size > 2 * NAME_MAX_SIZE)
		size = 0;
	m->name_size = evtx_utf16(m->chunk + m->nodes[node].at, size, m->name);
	return (struct text){ .at = m->name, .size = m->name_size };
}

/* ${path}, ${joint}, ${name} in m->path; empty where it is too long. */
static struct text join(struct evtx_compiler *m, struct text path, char joint,
			struct text name)
{
	size_t size = path.size;

	if (size + 1 + name.size > PATH_SIZE)
		return (struct text){ .at = m->path };
	if (path.size) {
		memcpy(m->path, path.at, path.size);
		m->path[size++] = joint;
	}
	memcpy(m->path + size, name.at, name.size);
	return (struct text){ .at = m->path, .size = size + name.size };
}

static struct name look_up(struct evtx_compiler *m, unsigned space, struct text path)
{
	bool lasting;

	return path.size ? *names_find(m->names, space, path, &lasting) : nameless;
}

/* The context of what is in the element ${name}, which is in ${outer}. */
static struct evtx_context context_in(const struct evtx_context *outer, struct text name)
{
	static const struct {
		const char *name;
		uint8_t place;
	} parts[] = { { "System", PLACE_SYSTEM },
		      { "EventData", PLACE_EVENT_DATA },
		      { "UserData", PLACE_USER_DATA },
		      { "RenderingInfo", PLACE_RENDERING } };
	struct evtx_context inside = { .place = PLACE_BELOW,
				       .space = NAMES_DATA,
				       .joint = '.' };

	switch (outer->place) {
	case PLACE_DOCUMENT:
		if (text_is(name, TEXT("Event")))
			inside.place = PLACE_EVENT;
		break;
	case PLACE_EVENT:
		for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (text_is(name, text_of(parts[i].name)))
				inside.place = parts[i].place;
		break;
	case PLACE_SYSTEM:
		inside.space = NAMES_SYSTEM;
		inside.joint = '_';
		break;
	case PLACE_USER_DATA:
		inside.place = PLACE_USER_INNER;
		break;
	case PLACE_RENDERING:
		if (!text_is(name, TEXT("Message")))
			inside.place = PLACE_NOWHERE;
		break;
	case PLACE_BELOW:
		inside = *outer;
		break;
	case PLACE_NOWHERE:
		inside.place = PLACE_NOWHERE;
		break;
	default:
		break;
	}
	return inside;
}

static int keep_path(struct evtx_compiler *m, struct evtx_context *context,
		     struct text path)
{
	return arena_copy(m->arena, path, &context->path);
}

static struct evtx_slot *add(struct evtx_compiler *m, uint8_t kind)
{
	struct open *element = &m->open[m->depth];
	struct evtx_slot *slot = &m->slots[m->count];

	if (m->count == EVTX_SLOTS_MAX) {
		m->is_full = true;
		return NULL;
	}
	m->count++;
	*slot = (struct evtx_slot){ .name = nameless,
				    .kind = kind,
				    .index = SLOT_NO_INDEX,
				    .is_first = !element->has_first };
	element->has_first = true;
	return slot;
}

static bool is_piece(const struct evtx_node *node)
{
	return node->kind != EVTX_ELEMENT && node->kind != EVTX_ATTRIBUTE;
}

/* Are the pieces right in ${node} optional substitutions, at least one, and nothing else there? */
static bool is_optional(const struct evtx_compiler *m, uint32_t node,
			bool with_attributes)
{
	bool has_piece = false;

	for (uint32_t i = node + 1; i < m->nodes[node].end; i = m->nodes[i].end) {
		if (m->nodes[i].kind == EVTX_ATTRIBUTE && with_attributes)
			continue;
		if (m->nodes[i].kind != EVTX_SUBSTITUTION || !m->nodes[i].is_optional)
			return false;
		has_piece = true;
	}
	return has_piece;
}

/* A slot of the pieces [from, end). */
static struct evtx_slot *add_value(struct evtx_compiler *m, struct name name,
				   uint32_t from, uint32_t end)
{
	struct evtx_slot *slot = add(m, SLOT_VALUE);

	if (!slot)
		return NULL;
	slot->name = name;
	slot->piece = from;
	slot->count = end - from;
	if (end - from == 1 && m->nodes[from].kind == EVTX_SUBSTITUTION)
		slot->index = m->nodes[from].index;
	return slot;
}

static void add_attribute(struct evtx_compiler *m, uint32_t node)
{
	struct open *element = &m->open[m->depth];
	const struct evtx_context *inside = &element->inside;
	struct text attribute = name_of(m, node);
	struct evtx_slot *slot;
	struct name name;

	if (element->is_data || inside->place == PLACE_EVENT ||
	    inside->place == PLACE_RENDERING || inside->place == PLACE_NOWHERE ||
	    inside->place == PLACE_DOCUMENT)
		return;
	/* A declaration is no data, but an element that has one is not null. */
	if (text_is(attribute, TEXT("xmlns"))) {
		element->blank = EMPTY_NOTHING;
		return;
	}
	if (inside->place == PLACE_EVENT_DATA)
		name = look_up(m, NAMES_DATA, join(m, TEXT("EventData"), '_', attribute));
	else
		name = look_up(m, inside->space, join(m, inside->path, '_', attribute));
	slot = add_value(m, name, node + 1, m->nodes[node].end);
	if (!slot)
		return;
	slot->empty = EMPTY_TEXT;
	slot->is_optional = is_optional(m, node, false);
}

/* What a Data element of EventData is called: its attribute Name says. */
static void open_data(struct evtx_compiler *m, struct open *data)
{
	static const char data_name[4 + NAMES_PADDING] = "Data";
	struct text name = { 0 };
	uint32_t i = data->node + 1, end = m->nodes[data->node].end;

	data->is_data = true;
	data->blank = EMPTY_TEXT;
	for (; i < end && m->nodes[i].kind == EVTX_ATTRIBUTE; i = m->nodes[i].end) {
		if (!text_is(name_of(m, i), TEXT("Name")))
			continue;
		if (m->nodes[i].end == i + 2 && m->nodes[i + 1].kind == EVTX_LITERAL &&
		    m->nodes[i + 1].type == EVTX_STRING)
			name = name_of(m, i + 1);
		else if (m->nodes[i].end > i + 1)
			data->name_node = i;
		break;
	}
	while (name.size && !name.at[name.size - 1])
		name.size--;
	if (!name.size)
		name = (struct text){ .at = data_name, .size = 4 };
	data->name = look_up(m, NAMES_DATA, name);
	if (keep_path(m, &data->inside, name))
		m->is_full = true;
}

/* The element's name, and what it is when it holds nothing. */
static void name_element(struct evtx_compiler *m, const struct open *outer,
			 struct open *element, struct text name)
{
	struct text path = name;

	switch (element->inside.place) {
	case PLACE_BELOW:
		element->blank = EMPTY_NULL;
		if (outer->inside.place == PLACE_BELOW)
			path = join(m, outer->inside.path, outer->inside.joint, name);
		else
			path = join(m, (struct text){ 0 }, 0, name);
		if (keep_path(m, &element->inside, path))
			m->is_full = true;
		element->name = look_up(m, element->inside.space, path);
		break;
	case PLACE_USER_INNER:
		element->blank = EMPTY_NULL;
		element->name =
			look_up(m, NAMES_DATA, join(m, (struct text){ 0 }, 0, name));
		break;
	default:
		break;
	}
}

static const struct evtx_context *keep_context(struct evtx_compiler *m,
					       struct open *element)
{
	struct evtx_context *copy;

	if (element->kept)
		return element->kept;
	copy = arena_alloc(m->arena, sizeof(*copy));
	if (!copy) {
		m->is_full = true;
		return NULL;
	}
	*copy = element->inside;
	element->kept = copy;
	return copy;
}

/* An element all of whose pieces are optional goes with its attributes when they are null. */
static void guard(struct evtx_compiler *m, struct open *element)
{
	uint32_t i = element->node + 1, end = m->nodes[element->node].end;
	struct evtx_slot *slot;

	if (element->is_data || i == end || m->nodes[i].kind != EVTX_ATTRIBUTE ||
	    !is_optional(m, element->node, true))
		return;
	while (i < end && m->nodes[i].kind == EVTX_ATTRIBUTE)
		i = m->nodes[i].end;
	slot = add(m, SLOT_GUARD);
	if (!slot)
		return;
	element->guard = m->count - 1;
	slot->piece = i;
	slot->count = end - i;
}

static void open_element(struct evtx_compiler *m, uint32_t node)
{
	struct open *outer = &m->open[m->depth], *element = outer + 1;
	struct text name = name_of(m, node);

	outer->has_elements = true;
	m->depth++;
	*element = (struct open){ .node = node,
				  .name = nameless,
				  .name_node = NONE,
				  .guard = NONE,
				  .first = m->count,
				  .inside = context_in(&outer->inside, name) };
	if (outer->inside.place == PLACE_EVENT_DATA && text_is(name, TEXT("Data")))
		open_data(m, element);
	else
		name_element(m, outer, element, name);
	guard(m, element);
}

/* The pieces from ${node}, as many as are side by side; returns where they end. */
static uint32_t add_pieces(struct evtx_compiler *m, uint32_t node, uint32_t end)
{
	struct open *element = &m->open[m->depth];
	struct name name = element->name;
	struct evtx_slot *slot;
	uint32_t stop = node + 1;

	while (stop < end && is_piece(&m->nodes[stop]))
		stop++;
	if (element->inside.place == PLACE_NOWHERE ||
	    element->inside.place == PLACE_RENDERING)
		return stop;
	/* Text beside other things is a value without a name, as "#text" is. */
	if (element->inside.place == PLACE_USER_INNER &&
	    (node != element->node + 1 || stop < end))
		name = nameless;
	slot = add_value(m, name, node, stop);
	if (!slot)
		return stop;
	slot->context = keep_context(m, element);
	if (element->name_node != NONE) {
		slot->name_piece = element->name_node + 1;
		slot->name_count = m->nodes[element->name_node].end - slot->name_piece;
	}
	return stop;
}

/* All slots from ${first} on are needed. */
static void need(struct evtx_compiler *m, uint32_t first)
{
	for (uint32_t i = first; i < m->count; i++)
		m->slots[i].is_needed = true;
}

/* When does an element hold nothing? */
enum blank {
	BLANK_NEVER,
	BLANK_NULL,    /* when the values of its slots are null */
	BLANK_UNKNOWN, /* that shows when they are filled */
};

static enum blank when_blank(const struct evtx_compiler *m, uint32_t first)
{
	bool is_certain = false;

	for (uint32_t i = first; i < m->count; i++) {
		const struct evtx_slot *slot = &m->slots[i];

		if (slot->kind != SLOT_VALUE || slot->name_count || slot->count != 1)
			return BLANK_UNKNOWN;
		if (slot->index != SLOT_NO_INDEX)
			is_certain |= slot->empty && !slot->is_optional;
		else if (m->nodes[slot->piece].kind == EVTX_LITERAL)
			is_certain = true;
		else
			return BLANK_UNKNOWN;
	}
	if (is_certain)
		return BLANK_NEVER;
	return m->count > first && m->count - first <= UINT16_MAX ? BLANK_NULL
								  : BLANK_UNKNOWN;
}

static void close_element(struct evtx_compiler *m)
{
	struct open *element = &m->open[m->depth];
	struct evtx_slot *slots = m->slots, *last = &slots[m->count - 1];
	struct evtx_slot *blank;

	/* Nearly always it holds just one value, which can say for itself what it is without. */
	if (!element->has_elements && element->blank && element->has_first &&
	    last->kind == SLOT_VALUE && last->is_first && last->context) {
		last->empty = element->blank;
		last->is_optional = is_optional(m, element->node, true);
	} else if (!element->has_elements && element->blank) {
		enum blank when = when_blank(m, element->first);
		uint32_t before = m->count - element->first;

		blank = when == BLANK_NEVER ? NULL : add(m, SLOT_BLANK);
		if (blank) {
			blank->name = element->name;
			blank->empty = element->blank;
			blank->skip = when == BLANK_NULL ? (uint16_t)before : 0;
			if (element->name_node != NONE) {
				blank->name_piece = element->name_node + 1;
				blank->name_count = m->nodes[element->name_node].end -
						    blank->name_piece;
			}
		}
		if (when == BLANK_UNKNOWN)
			need(m, element->first);
	}
	if (element->guard != NONE) {
		slots[element->guard].skip = (uint16_t)(m->count - element->guard - 1);
		need(m, element->guard);
	}
	m->depth--;
}

/*
 * Is the value read whatever rules want?  What tells source, id and host is; so is what is more
 * than one substitution or literal.
 */
static bool is_needed(const struct evtx_compiler *m, const struct evtx_slot *slot)
{
	if (slot->kind != SLOT_VALUE || slot->name_count || slot->count > 1)
		return true;
	if (slot->name.role && slot->name.role != ROLE_TIME)
		return true;
	return slot->count == 1 && slot->index == SLOT_NO_INDEX &&
	       m->nodes[slot->piece].kind != EVTX_LITERAL;
}

/* What the event's values can be searched in without reading them: struct event, whole. */
static int gather(struct evtx_compiler *m, struct evtx_slots *out)
{
	size_t size = 0;
	char *to;

	for (uint32_t i = 0; i < out->count; i++) {
		const struct evtx_slot *slot = &out->slots[i];
		const struct evtx_node *node = &out->nodes[slot->piece];

		if (slot->kind != SLOT_VALUE || slot->index != SLOT_NO_INDEX ||
		    !slot->count)
			continue;
		out->is_joined |= slot->count > 1 || node->kind != EVTX_LITERAL;
		size += node->size + 1;
	}
	to = arena_alloc(m->arena, size + 1);
	if (!to)
		return -ENOMEM;
	out->literals.at = to;
	for (uint32_t i = 0; i < out->count && !out->is_joined; i++) {
		const struct evtx_slot *slot = &out->slots[i];
		const struct evtx_node *node = &out->nodes[slot->piece];

		if (slot->kind != SLOT_VALUE || slot->index != SLOT_NO_INDEX ||
		    !slot->count || !evtx_type_is_text(node->type))
			continue;
		to += evtx_narrow(node->type, m->chunk + node->at, node->size, to);
		*to++ = 0;
	}
	out->literals.size = (size_t)(to - out->literals.at);
	return 0;
}

static int list_needed(struct evtx_compiler *m, struct evtx_slots *out)
{
	uint32_t *list = arena_array(m->arena, out->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < out->count; i++) {
		const struct evtx_slot *slot = &out->slots[i];

		if (slot->is_needed)
			list[out->needed_count++] = i;
		else if (slot->name.role == ROLE_TIME && slot->name.rank == 0)
			out->time_index = slot->index;
	}
	out->needed = list;
	return 0;
}

static void walk(struct evtx_compiler *m, uint32_t count)
{
	uint32_t i = 0;

	while (i < count && !m->is_full) {
		while (m->depth && i >= m->nodes[m->open[m->depth].node].end)
			close_element(m);
		if (m->nodes[i].kind == EVTX_ELEMENT) {
			open_element(m, i++);
		} else if (m->nodes[i].kind == EVTX_ATTRIBUTE) {
			add_attribute(m, i);
			i = m->nodes[i].end;
		} else {
			i = add_pieces(m, i,
				       m->depth ? m->nodes[m->open[m->depth].node].end
						: count);
		}
	}
	while (m->depth)
		close_element(m);
}

int evtx_slots_make(struct evtx_compiler *m, const uint8_t *chunk, uint32_t from,
		    uint32_t end, bool is_value, const struct evtx_context *context,
		    struct evtx_refs *refs, struct evtx_slots *out)
{
	struct evtx_nodes nodes = { .at = m->node_room,
				    .capacity = EVTX_NODES_MAX,
				    .refs = refs };
	evtx_fault fault = evtx_binxml_compile(chunk, from, end, is_value, &nodes);
	struct evtx_node *kept = arena_array(m->arena, nodes.count + 1, sizeof(*kept));
	struct evtx_slot *slots;

	if (!kept)
		return -ENOMEM;
	memcpy(kept, nodes.at, nodes.count * sizeof(*kept));
	m->chunk = chunk;
	m->nodes = kept;
	m->count = 0;
	m->depth = 0;
	m->is_full = false;
	m->open[0] = (struct open){
		.name = nameless, .name_node = NONE, .guard = NONE, .inside = *context
	};
	/* A fragment in an element that holds more: its texts are values of that. */
	if (context->place == PLACE_BELOW)
		m->open[0].name = look_up(m, context->space,
					  join(m, (struct text){ 0 }, 0, context->path));
	walk(m, nodes.count);
	slots = arena_array(m->arena, m->count + 1, sizeof(*slots));
	if (m->is_full || !slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->count; i++)
		m->slots[i].is_needed |= is_needed(m, &m->slots[i]);
	memcpy(slots, m->slots, m->count * sizeof(*slots));
	*out = (struct evtx_slots){ .slots = slots,
				    .nodes = kept,
				    .count = m->count,
				    .node_count = nodes.count,
				    .time_index = SLOT_NO_INDEX,
				    .fault = fault };
	return gather(m, out) || list_needed(m, out) ? -ENOMEM : 0;
}
