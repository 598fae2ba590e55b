// SPDX-License-Identifier: Apache-2.0
// A template's slots, filled with a record's values.
#include "detect/intake/evtx_maker.h"

/* Room for the text of ${size} bytes; NULL: there is none any more. */
static char *room(struct evtx_maker *maker, uint32_t size)
{
	if (EVTX_VALUE_ROOM(size) <= sizeof(maker->text) - maker->used)
		return maker->text + maker->used;
	maker->event->dropped++;
	evtx_complain(maker, "longer texts than a record can have");
	return NULL;
}

static void produce(struct evtx_maker *maker, const struct name *name,
		    enum value_type type, size_t at)
{
	state_add(maker->intake, name, type, at,
		  (struct text){ .at = maker->text + at, .size = maker->used - at });
	maker->has_produced = true;
}

/* One value as it is. */
static void put_value(struct evtx_maker *maker, const struct name *name, uint8_t type,
		      uint32_t from, uint32_t size)
{
	static const uint8_t types[] = { [EVTX_IS_NULL] = VALUE_NULL,
					 [EVTX_IS_TEXT] = VALUE_TEXT,
					 [EVTX_IS_NUMBER] = VALUE_NUMBER,
					 [EVTX_IS_BOOL] = VALUE_BOOL };
	struct intake *intake = maker->intake;
	char *to = room(maker, size);
	size_t at = maker->used;
	enum evtx_class class;

	if (!to)
		return;
	maker->used += evtx_value_write(type, maker->chunk + from, size, to, &class);
	/* More exact than its text, which then need not be read again. */
	if (name->role == ROLE_TIME && type == EVTX_FILETIME && size == 8 &&
	    name->rank < intake->time_rank) {
		maker->event->time_ns = evtx_time_ns(evtx_u64(maker->chunk + from));
		intake->time_rank = name->rank;
	}
	produce(maker, name, (enum value_type)types[class], at);
}

static void put_array(struct evtx_maker *maker, const struct name *name,
		      const struct evtx_value *value)
{
	struct evtx_items items =
		evtx_items(value->type, maker->chunk + value->at, value->size);
	const uint8_t *item;
	uint32_t size;

	while ((item = evtx_items_next(&items, &size)))
		put_value(maker, name, items.type, (uint32_t)(item - maker->chunk), size);
}

/* Append a text to that of the pieces beside it. */
static void append(struct evtx_maker *maker, uint8_t type, const uint8_t *at,
		   uint32_t size)
{
	char *to = room(maker, size);
	enum evtx_class class;

	if (to)
		maker->used += evtx_value_write(type, at, size, to, &class);
}

static void append_entity(struct evtx_maker *maker, const struct evtx_node *node)
{
	char *to = room(maker, node->size + 8);

	if (to)
		maker->used += evtx_entity_write(maker->chunk + node->at, node->size, to);
}

static void append_value(struct evtx_maker *maker, const struct evtx_slot *slot,
			 const struct evtx_value *value)
{
	struct evtx_items items;
	const uint8_t *item;
	uint32_t size;

	if (value->type == EVTX_BINXML) {
		if (slot->context)
			evtx_queue(maker, value->at, value->at + value->size,
				   slot->context);
		return;
	}
	if (!(value->type & EVTX_ARRAY)) {
		append(maker, value->type, maker->chunk + value->at, value->size);
		return;
	}
	items = evtx_items(value->type, maker->chunk + value->at, value->size);
	for (bool first = true; (item = evtx_items_next(&items, &size)); first = false) {
		if (!first)
			append(maker, EVTX_ANSI, (const uint8_t *)",", 1);
		append(maker, items.type, item, size);
	}
}

/* Append the text of the pieces; false: there was nothing but null. */
static bool append_pieces(struct evtx_maker *maker, const struct evtx_slots *slots,
			  const struct evtx_slot *slot, uint32_t from, uint32_t count)
{
	const struct evtx_value *value;
	bool has_text = false;

	for (uint32_t i = from; i < from + count; i++) {
		const struct evtx_node *node = &slots->nodes[i];
		uint8_t unit[2] = { (uint8_t)node->at, (uint8_t)(node->at >> 8) };

		if (node->kind == EVTX_INSTANCE) {
			if (slot->context)
				evtx_queue_instance(maker, node->at,
						    node->at + node->size, slot->context);
			continue;
		}
		if (node->kind == EVTX_SUBSTITUTION) {
			value = evtx_value_at(maker, node->index);
			if (!value)
				continue;
			append_value(maker, slot, value);
			has_text |= value->type != EVTX_BINXML;
			continue;
		}
		has_text = true;
		if (node->kind == EVTX_LITERAL)
			append(maker, node->type, maker->chunk + slots->shift + node->at,
			       node->size);
		else if (node->kind == EVTX_CHARACTER)
			append(maker, EVTX_STRING, unit, 2);
		else
			append_entity(maker, node);
	}
	return has_text;
}

/* The name of a slot whose name is a value. */
static struct name dynamic_name(struct evtx_maker *maker, const struct evtx_slots *slots,
				const struct evtx_slot *slot)
{
	size_t before = maker->used, size;
	bool lasting;

	(void)append_pieces(maker, slots, slot, slot->name_piece, slot->name_count);
	size = maker->used - before;
	maker->used = before;
	if (!size || size > EVTX_NAME_ROOM)
		return slot->name;
	memcpy(maker->name, maker->text + before, size);
	return *names_find(maker->intake->names, NAMES_DATA,
			   (struct text){ .at = maker->name, .size = size }, &lasting);
}

static void put_blank(struct evtx_maker *maker, const struct evtx_slot *slot,
		      const struct name *name)
{
	if (slot->empty)
		produce(maker, name, slot->empty == EMPTY_NULL ? VALUE_NULL : VALUE_TEXT,
			maker->used);
}

/* The values of a slot of one substitution, which is what nearly all slots are. */
static bool put_only(struct evtx_maker *maker, const struct evtx_slot *slot,
		     const struct name *name, const struct evtx_value *value)
{
	uint32_t before = maker->event->count + maker->event->dropped;

	if (value->type == EVTX_BINXML) {
		if (slot->context)
			evtx_queue(maker, value->at, value->at + value->size,
				   slot->context);
		maker->has_produced = true;
		return true;
	}
	if (value->type & EVTX_ARRAY)
		put_array(maker, name, value);
	else
		put_value(maker, name, value->type, value->at, value->size);
	return maker->event->count + maker->event->dropped != before;
}

static void fill_value(struct evtx_maker *maker, const struct evtx_slots *slots,
		       const struct evtx_slot *slot)
{
	const struct evtx_value *value = NULL;
	struct name name = slot->name;
	bool is_null = true;
	size_t at;

	if (slot->name_count)
		name = dynamic_name(maker, slots, slot);
	if (slot->index != SLOT_NO_INDEX) {
		value = evtx_value_at(maker, slot->index);
		if (value && put_only(maker, slot, &name, value))
			return;
		is_null = !value;
	} else if (slot->count == 1 && slots->nodes[slot->piece].kind == EVTX_LITERAL) {
		const struct evtx_node *node = &slots->nodes[slot->piece];

		put_value(maker, &name, node->type, slots->shift + node->at, node->size);
		return;
	} else if (slot->count) {
		uint32_t before = maker->fragment_count;

		at = maker->used;
		if (append_pieces(maker, slots, slot, slot->piece, slot->count)) {
			produce(maker, &name, VALUE_TEXT, at);
			return;
		}
		if (maker->fragment_count != before)
			return;
	}
	if (!is_null || !slot->is_optional)
		put_blank(maker, slot, &name);
}

static bool is_all_null(const struct evtx_maker *maker, const struct evtx_slots *slots,
			const struct evtx_slot *slot)
{
	for (uint32_t i = slot->piece; i < slot->piece + slot->count; i++)
		if (evtx_value_at(maker, slots->nodes[i].index))
			return false;
	return true;
}

/* Are the values of the slots before a blank? */
static bool are_null(const struct evtx_maker *maker, const struct evtx_slot *blank)
{
	for (uint32_t i = 1; i <= blank->skip; i++)
		if (evtx_value_at(maker, (blank - i)->index))
			return false;
	return true;
}

uint32_t evtx_fill(struct evtx_maker *maker, const struct evtx_slots *slots, uint32_t i)
{
	const struct evtx_slot *slot = &slots->slots[i];

	if (slot->is_first)
		maker->has_produced = false;
	if (slot->kind == SLOT_VALUE) {
		fill_value(maker, slots, slot);
	} else if (slot->kind == SLOT_GUARD) {
		if (is_all_null(maker, slots, slot))
			return slot->skip;
	} else if (slot->skip ? are_null(maker, slot) : !maker->has_produced) {
		struct name name = slot->name;

		if (slot->name_count)
			name = dynamic_name(maker, slots, slot);
		put_blank(maker, slot, &name);
	}
	return 0;
}
