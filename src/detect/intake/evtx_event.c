// SPDX-License-Identifier: Apache-2.0
// A record of a Windows event log -> an event: its templates' slots, filled with its values.
#include "detect/intake/evtx_event.h"

#include <errno.h>

#include "detect/intake/state.h"
#include "format/evtx_value.h"

#define VALUES_MAX    (EVTX_CHUNK_SIZE / 4) /* of an instance: each has a descriptor */
#define FRAGMENTS_MAX 256                   /* of a record, nested ones included */
#define STEPS_MAX                                                                        \
	131072 /* of a record: slots, values, and four bytes of templates each */
#define CACHE_SLOTS  1024 /* a power of two */
#define CACHE_PROBES 8
#define SLOTS_SIZE   (16u << 20) /* bytes of slots that are kept; then they are made anew */
#define NAME_ROOM    4096

/* A fragment that is still to be read. */
struct fragment {
	uint32_t from, end;
	const struct evtx_context *context;
	bool is_instance; /* of a template; else tokens */
};

struct cached {
	uint32_t round, key;
	struct evtx_slots slots;
};

struct evtx_maker {
	struct intake *intake;
	const uint8_t *chunk;
	struct evtx_compiler *compiler;
	uint32_t round; /* from 1; cached slots of another one are not there */
	struct event *event;
	evtx_fault fault;
	uint32_t fragment_count, steps;
	size_t used;       /* bytes of text[] */
	bool has_produced; /* the element at hand held something */
	struct fragment fragments[FRAGMENTS_MAX];
	struct evtx_value values[VALUES_MAX];
	uint32_t value_count;
	struct cached cache[CACHE_SLOTS];
	char name[NAME_ROOM + NAMES_PADDING];
	char text[EVTX_RECORD_TEXT_MAX];
};

int evtx_maker_create(struct intake *intake, struct evtx_maker **out)
{
	struct evtx_maker *maker = calloc(1, sizeof(*maker));

	if (!maker)
		return -ENOMEM;
	maker->intake = intake;
	maker->round = 1;
	if (evtx_compiler_create(intake->names, &maker->compiler)) {
		free(maker);
		return -ENOMEM;
	}
	*out = maker;
	return 0;
}

void evtx_maker_free(struct evtx_maker *maker)
{
	if (!maker)
		return;
	evtx_compiler_free(maker->compiler);
	free(maker);
}

/* Forget all slots if they take more than ${size} bytes. */
static void trim(struct evtx_maker *maker, size_t size)
{
	if (evtx_compiler_trim(maker->compiler, size))
		maker->round++;
}

void evtx_maker_chunk(struct evtx_maker *maker, const uint8_t *chunk)
{
	maker->chunk = chunk;
	trim(maker, 0);
}

static void complain(struct evtx_maker *maker, evtx_fault fault)
{
	if (!maker->fault)
		maker->fault = fault;
}

static void queue(struct evtx_maker *maker, uint32_t from, uint32_t end,
		  const struct evtx_context *context, bool is_instance)
{
	if (maker->fragment_count == FRAGMENTS_MAX)
		complain(maker, "more fragments than a record can have");
	else
		maker->fragments[maker->fragment_count++] =
			(struct fragment){ .from = from,
					   .end = end,
					   .context = context,
					   .is_instance = is_instance };
}

/* A fragment that is the whole of ${from} to ${end}: nearly always a template's instance. */
static void queue_fragment(struct evtx_maker *maker, uint32_t from, uint32_t end,
			   const struct evtx_context *context)
{
	uint32_t at;

	if (evtx_lone_instance(maker->chunk, from, end, &at))
		queue(maker, at, end, context, true);
	else
		queue(maker, from, end, context, false);
}

/* The slots of a template; those of the frequent places are made once a chunk. */
static int find_slots(struct evtx_maker *maker, const struct evtx_definition *definition,
		      const struct evtx_context *context, struct evtx_slots *out)
{
	uint32_t key = definition->at | (uint32_t)(context->place + 1) << 16;
	uint32_t hash = (key * 0x9e3779b1u) >> 16;
	struct cached *cached = NULL;
	int r;

	for (unsigned probe = 0; probe < CACHE_PROBES && context->place != PLACE_BELOW;
	     probe++) {
		cached = &maker->cache[(hash + probe) & (CACHE_SLOTS - 1)];
		if (cached->round != maker->round)
			break;
		if (cached->key == key) {
			*out = cached->slots;
			return 0;
		}
	}
	maker->steps += (definition->end - definition->body) / 4;
	r = evtx_slots_make(maker->compiler, maker->chunk, definition->body,
			    definition->end, false, context, out);
	if (r == 0 && cached)
		*cached = (struct cached){ .round = maker->round,
					   .key = key,
					   .slots = *out };
	return r;
}

static const struct evtx_value *value_of(const struct evtx_maker *maker, uint32_t index)
{
	const struct evtx_value *value;

	if (index >= maker->value_count)
		return NULL;
	value = &maker->values[index];
	return evtx_value_is_null(value) ? NULL : value;
}

/* Room for the text of ${size} bytes; NULL: there is none any more. */
static char *room(struct evtx_maker *maker, uint32_t size)
{
	if (EVTX_VALUE_ROOM(size) <= sizeof(maker->text) - maker->used)
		return maker->text + maker->used;
	maker->event->dropped++;
	complain(maker, "longer texts than a record can have");
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
			queue_fragment(maker, value->at, value->at + value->size,
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
				queue(maker, node->at, node->at + node->size,
				      slot->context, true);
			continue;
		}
		if (node->kind == EVTX_SUBSTITUTION) {
			value = value_of(maker, node->index);
			if (!value)
				continue;
			append_value(maker, slot, value);
			has_text |= value->type != EVTX_BINXML;
			continue;
		}
		has_text = true;
		if (node->kind == EVTX_LITERAL)
			append(maker, node->type, maker->chunk + node->at, node->size);
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
	if (!size || size > NAME_ROOM)
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
			queue_fragment(maker, value->at, value->at + value->size,
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
		value = value_of(maker, slot->index);
		if (value && put_only(maker, slot, &name, value))
			return;
		is_null = !value;
	} else if (slot->count == 1 && slots->nodes[slot->piece].kind == EVTX_LITERAL) {
		const struct evtx_node *node = &slots->nodes[slot->piece];

		put_value(maker, &name, node->type, node->at, node->size);
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
		if (value_of(maker, slots->nodes[i].index))
			return false;
	return true;
}

static void fill(struct evtx_maker *maker, const struct evtx_slots *slots)
{
	for (uint32_t i = 0; i < slots->count; i++) {
		const struct evtx_slot *slot = &slots->slots[i];

		if (slot->is_first)
			maker->has_produced = false;
		if (slot->kind == SLOT_VALUE) {
			fill_value(maker, slots, slot);
		} else if (slot->kind == SLOT_GUARD) {
			if (is_all_null(maker, slots, slot))
				i += slot->skip;
		} else if (!maker->has_produced) {
			struct name name = slot->name;

			if (slot->name_count)
				name = dynamic_name(maker, slots, slot);
			put_blank(maker, slot, &name);
		}
	}
}

static int read_fragment(struct evtx_maker *maker, const struct fragment *fragment)
{
	struct evtx_instance instance;
	struct evtx_slots slots;
	evtx_fault fault;
	int r;

	if (fragment->is_instance) {
		fault = evtx_instance_read(maker->chunk, fragment->from, fragment->end,
					   &instance);
		complain(maker, fault);
		if (fault)
			return 0;
		maker->value_count =
			instance.count < VALUES_MAX ? instance.count : VALUES_MAX;
		complain(maker, evtx_instance_values(maker->chunk, &instance,
						     maker->values, VALUES_MAX));
		r = find_slots(maker, &instance.definition, fragment->context, &slots);
	} else {
		maker->value_count = 0;
		maker->steps += (fragment->end - fragment->from) / 4;
		r = evtx_slots_make(maker->compiler, maker->chunk, fragment->from,
				    fragment->end,
				    fragment->context->place != PLACE_DOCUMENT,
				    fragment->context, &slots);
	}
	if (r)
		return r;
	complain(maker, slots.fault);
	maker->steps += maker->value_count + slots.count;
	fill(maker, &slots);
	return 0;
}

int evtx_maker_event(struct evtx_maker *maker, const struct evtx_record *record,
		     struct event *event, evtx_fault *fault)
{
	static const struct evtx_context document = { .place = PLACE_DOCUMENT };
	int r = 0;

	trim(maker, SLOTS_SIZE);
	event_clear(event, (struct text){ .at = maker->text });
	state_begin(maker->intake, NULL, event);
	maker->event = event;
	maker->fault = NULL;
	maker->fragment_count = maker->steps = 0;
	maker->used = 0;
	queue_fragment(maker, record->body, record->end, &document);
	for (uint32_t i = 0; i < maker->fragment_count && r == 0; i++) {
		if (maker->steps > STEPS_MAX) {
			complain(maker, "fragments without an end in sight");
			break;
		}
		r = read_fragment(maker, &maker->fragments[i]);
	}
	/* Memory is bounded: what a record needs beyond it is damage, not our end. */
	if (r == -ENOMEM) {
		trim(maker, 0);
		complain(maker, "larger templates than there is memory for");
	}
	event->record.size = maker->used;
	windows_source(maker->intake);
	state_finish(maker->intake);
	if (!event->time_ns)
		event->time_ns = record->time_ns;
	*fault = maker->fault;
	return 0;
}
