// SPDX-License-Identifier: Apache-2.0
// BinXML -> a flat list of nodes: docs/formats/evtx.md has the tokens.
#include "format/evtx_binxml.h"

#include "format/evtx_value.h"

#define HAS_MORE 0x40u /* in a token; what follows says the same */

enum token {
	TOKEN_END,
	TOKEN_OPEN,
	TOKEN_CLOSE_START,
	TOKEN_CLOSE_EMPTY,
	TOKEN_CLOSE,
	TOKEN_VALUE,
	TOKEN_ATTRIBUTE,
	TOKEN_CDATA,
	TOKEN_CHARACTER,
	TOKEN_ENTITY,
	TOKEN_PI_TARGET,
	TOKEN_PI_DATA,
	TOKEN_INSTANCE,
	TOKEN_SUBSTITUTION,
	TOKEN_OPTIONAL,
	TOKEN_FRAGMENT,
	TOKEN_COUNT
};

struct parser {
	const uint8_t *chunk;
	uint32_t at, end;
	bool is_value;
	struct evtx_nodes *nodes;
	uint32_t open[EVTX_DEPTH_MAX]; /* elements */
	unsigned depth;
	uint32_t attribute; /* that is open, or NONE */
};

#define NONE      UINT32_MAX
#define NAME_HEAD 8 /* bytes of a name before its text: next name, hash, length */

static bool has(const struct parser *p, uint32_t size)
{
	return p->end - p->at >= size;
}

static evtx_fault add(struct parser *p, struct evtx_node node)
{
	struct evtx_nodes *nodes = p->nodes;

	if (nodes->count == nodes->capacity)
		return "more nodes than there can be";
	node.end = nodes->count + 1;
	nodes->at[nodes->count++] = node;
	return NULL;
}

uint32_t evtx_name_read(const uint8_t *chunk, uint32_t at, uint32_t *name)
{
	uint32_t offset = evtx_u32(chunk + at), size, end;

	if (offset > EVTX_CHUNK_SIZE - NAME_HEAD - 2)
		return UINT32_MAX;
	size = 2 * (uint32_t)evtx_u16(chunk + offset + 6);
	end = offset + NAME_HEAD + size + 2;
	if (end > EVTX_CHUNK_SIZE || evtx_u16(chunk + end - 2))
		return UINT32_MAX;
	*name = offset + NAME_HEAD;
	return size;
}

static void note_ref(struct evtx_refs *refs, uint32_t at)
{
	if (!refs)
		return;
	if (refs->count == refs->capacity)
		refs->is_lost = true;
	else
		refs->at[refs->count++] = at;
}

/* What follows depends on more of the chunk than names. */
static void lose_refs(const struct parser *p)
{
	if (p->nodes->refs)
		p->nodes->refs->is_lost = true;
}

/*
 * The name that the offset at ${at} leads to: elsewhere in the chunk, or right behind the
 * offset where it is used for the first time.  Returns where reading goes on; 0: no name.
 */
static uint32_t name_at(const struct parser *p, uint32_t at, struct evtx_node *node)
{
	uint32_t size, name, next = at + 4;

	if (at > p->end || p->end - at < 4)
		return 0;
	size = evtx_name_read(p->chunk, at, &name);
	if (size == UINT32_MAX)
		return 0;
	if (name == at + 4 + NAME_HEAD)
		next = name + size + 2;
	if (next > p->end)
		return 0;
	note_ref(p->nodes->refs, at);
	node->at = name;
	node->size = size;
	return next;
}

static void close_attribute(struct parser *p)
{
	if (p->attribute != NONE)
		p->nodes->at[p->attribute].end = p->nodes->count;
	p->attribute = NONE;
}

static evtx_fault close_element(struct parser *p)
{
	close_attribute(p);
	if (!p->depth)
		return "an element ends that did not begin";
	p->nodes->at[p->open[--p->depth]].end = p->nodes->count;
	return NULL;
}

/*
 * An element's head may begin with the number of a substitution that it depends on; fragments
 * that are values leave it out, and so do some templates.  What makes sense is taken.
 */
static uint32_t head_at(const struct parser *p, uint32_t at, struct evtx_node *node)
{
	uint32_t first = p->is_value ? 0 : 2;

	for (unsigned i = 0; i < 2; i++, first ^= 2) {
		uint32_t from = at + first, next;

		if (from > p->end || p->end - from < 8 ||
		    evtx_u32(p->chunk + from) > p->end - from - 4)
			continue;
		next = name_at(p, from + 4, node);
		/* What was no name here may be one elsewhere. */
		if (next && i)
			lose_refs(p);
		if (next)
			return next;
	}
	return 0;
}

static evtx_fault open_element(struct parser *p, bool has_attributes)
{
	struct evtx_node node = { .kind = EVTX_ELEMENT };
	uint32_t next = head_at(p, p->at, &node);
	evtx_fault fault;

	if (!next)
		return "an element without a name";
	if (p->depth == EVTX_DEPTH_MAX)
		return "elements too deep inside one another";
	close_attribute(p);
	p->at = next;
	if (has_attributes) {
		if (!has(p, 4))
			return "ends inside an element";
		p->at += 4;
	}
	fault = add(p, node);
	if (!fault)
		p->open[p->depth++] = p->nodes->count - 1;
	return fault;
}

static evtx_fault open_attribute(struct parser *p)
{
	struct evtx_node node = { .kind = EVTX_ATTRIBUTE };
	uint32_t next = name_at(p, p->at, &node);
	evtx_fault fault;

	if (!next)
		return "an attribute without a name";
	close_attribute(p);
	if (!p->depth)
		return "an attribute outside of an element";
	p->at = next;
	fault = add(p, node);
	if (!fault)
		p->attribute = p->nodes->count - 1;
	return fault;
}

/* A text of as many characters as its first two bytes say, of ${unit} bytes each. */
static evtx_fault take_text(struct parser *p, uint8_t type, uint32_t unit, bool is_data)
{
	uint32_t size;

	if (!has(p, 2))
		return "ends inside a text";
	size = unit * evtx_u16(p->chunk + p->at);
	p->at += 2;
	if (!has(p, size))
		return "a text that goes on beyond its fragment";
	p->at += size;
	return is_data ? add(p, (struct evtx_node){ .kind = EVTX_LITERAL,
						    .type = type,
						    .at = p->at - size,
						    .size = size })
		       : NULL;
}

static evtx_fault take_value(struct parser *p)
{
	uint32_t size;
	uint8_t type;

	if (!has(p, 1))
		return "ends inside a value";
	type = p->chunk[p->at++];
	if (type == EVTX_STRING || type == EVTX_ANSI)
		return take_text(p, type, type == EVTX_STRING ? 2 : 1, true);
	size = evtx_value_unit(type);
	if (!size)
		return "a value of a type that cannot stand there";
	if (!has(p, size))
		return "ends inside a value";
	p->at += size;
	return add(p, (struct evtx_node){ .kind = EVTX_LITERAL,
					  .type = type,
					  .at = p->at - size,
					  .size = size });
}

static evtx_fault take_character(struct parser *p)
{
	if (!has(p, 2))
		return "ends inside a character reference";
	p->at += 2;
	return add(p, (struct evtx_node){ .kind = EVTX_CHARACTER,
					  .at = evtx_u16(p->chunk + p->at - 2) });
}

/* An entity, or a processing instruction, which is no data. */
static evtx_fault take_name(struct parser *p, bool is_entity)
{
	struct evtx_node node = { .kind = EVTX_ENTITY };
	uint32_t next = name_at(p, p->at, &node);

	if (!next)
		return "a reference without a name";
	p->at = next;
	lose_refs(p);
	return is_entity ? add(p, node) : NULL;
}

static evtx_fault take_substitution(struct parser *p, bool is_optional)
{
	if (!has(p, 3))
		return "ends inside a substitution";
	p->at += 3;
	return add(p, (struct evtx_node){ .kind = EVTX_SUBSTITUTION,
					  .index = evtx_u16(p->chunk + p->at - 3),
					  .type = p->chunk[p->at - 1],
					  .is_optional = is_optional });
}

static evtx_fault take_instance(struct parser *p)
{
	struct evtx_instance instance;
	evtx_fault fault = evtx_instance_read(p->chunk, p->at, p->end, &instance);
	uint32_t at = p->at;

	if (fault)
		return fault;
	lose_refs(p);
	p->at = instance.end;
	return add(p, (struct evtx_node){ .kind = EVTX_INSTANCE,
					  .at = at,
					  .size = instance.end - at });
}

static evtx_fault take_fragment(struct parser *p)
{
	if (!has(p, 3))
		return "ends inside a fragment's header";
	p->at += 3;
	return NULL;
}

static evtx_fault take(struct parser *p, uint8_t token)
{
	switch (token & ~HAS_MORE) {
	case TOKEN_OPEN:
		return open_element(p, token & HAS_MORE);
	case TOKEN_CLOSE_START:
		close_attribute(p);
		return NULL;
	case TOKEN_CLOSE_EMPTY:
	case TOKEN_CLOSE:
		return close_element(p);
	case TOKEN_VALUE:
		return take_value(p);
	case TOKEN_ATTRIBUTE:
		return open_attribute(p);
	case TOKEN_CDATA:
		return take_text(p, EVTX_STRING, 2, true);
	case TOKEN_CHARACTER:
		return take_character(p);
	case TOKEN_ENTITY:
		return take_name(p, true);
	case TOKEN_PI_TARGET:
		return take_name(p, false);
	case TOKEN_PI_DATA:
		return take_text(p, EVTX_STRING, 2, false);
	case TOKEN_INSTANCE:
		return take_instance(p);
	case TOKEN_SUBSTITUTION:
	case TOKEN_OPTIONAL:
		return take_substitution(p, (token & ~HAS_MORE) == TOKEN_OPTIONAL);
	case TOKEN_FRAGMENT:
		return take_fragment(p);
	default:
		return "a token that is not known";
	}
}

/* Does another fragment follow the end of one?  Else it is what a record is filled up with. */
static bool goes_on(const struct parser *p)
{
	static const uint8_t head[4] = { TOKEN_FRAGMENT, 1, 1, 0 };

	return has(p, sizeof(head)) && memcmp(p->chunk + p->at, head, sizeof(head)) == 0;
}

evtx_fault evtx_binxml_compile(const uint8_t *chunk, uint32_t from, uint32_t end,
			       bool is_value, struct evtx_nodes *nodes)
{
	struct parser p = { .chunk = chunk,
			    .at = from,
			    .end = end < EVTX_CHUNK_SIZE ? end : EVTX_CHUNK_SIZE,
			    .is_value = is_value,
			    .nodes = nodes,
			    .attribute = NONE };
	evtx_fault fault = NULL;

	while (!fault && p.at < p.end) {
		uint8_t token = chunk[p.at++];

		if (token != TOKEN_END)
			fault = take(&p, token);
		else if (p.depth || !goes_on(&p))
			break;
	}
	if (!fault && p.depth)
		fault = "ends inside an element";
	while (p.depth)
		(void)close_element(&p);
	return fault;
}

static evtx_fault read_definition(const uint8_t *chunk, uint32_t at,
				  struct evtx_definition *out)
{
	uint32_t size;

	if (at < EVTX_CHUNK_HEAD || at > EVTX_CHUNK_SIZE - 24)
		return "a template outside of the chunk";
	size = evtx_u32(chunk + at + 20);
	if (size > EVTX_CHUNK_SIZE - 24 - at)
		return "a template that goes on beyond the chunk";
	*out = (struct evtx_definition){ .at = at,
					 .body = at + 24,
					 .end = at + 24 + size };
	return NULL;
}

evtx_fault evtx_instance_read(const uint8_t *chunk, uint32_t at, uint32_t end,
			      struct evtx_instance *out)
{
	struct evtx_instance instance;
	uint32_t sizes = 0;
	evtx_fault fault;

	if (end > EVTX_CHUNK_SIZE)
		end = EVTX_CHUNK_SIZE;
	if (at > end || end - at < 13)
		return "ends inside a template's instance";
	fault = read_definition(chunk, evtx_u32(chunk + at + 5), &instance.definition);
	if (fault)
		return fault;
	/* Its id is the beginning of the template's GUID. */
	if (evtx_u32(chunk + at + 1) != evtx_u32(chunk + instance.definition.at + 4))
		return "a template that is not the one that is meant";
	at += 9;
	/* The first instance of a chunk has the definition with it. */
	if (instance.definition.at == at)
		at = instance.definition.end;
	if (at > end || end - at < 4)
		return "ends inside a template's instance";
	instance.count = evtx_u32(chunk + at);
	instance.descriptors = at + 4;
	if (instance.count > (end - at - 4) / 4)
		return "an instance of more values than it has room for";
	instance.data = instance.descriptors + 4 * instance.count;
	for (uint32_t i = 0; i < instance.count; i++)
		sizes += evtx_u16(chunk + instance.descriptors + 4 * i);
	/* Values that are cut off are the values' fault, which does not hide the others. */
	instance.end = sizes < end - instance.data ? instance.data + sizes : end;
	*out = instance;
	return NULL;
}

evtx_fault evtx_instance_values(const uint8_t *chunk,
				const struct evtx_instance *instance,
				struct evtx_value *values, uint32_t capacity)
{
	uint32_t count = instance->count < capacity ? instance->count : capacity;
	const uint8_t *descriptor = chunk + instance->descriptors;
	uint32_t at = instance->data;

	for (uint32_t i = 0; i < count; i++, descriptor += 4) {
		uint16_t size = evtx_u16(descriptor);

		if (size > instance->end - at) {
			memset(values + i, 0, (count - i) * sizeof(*values));
			return "a value that goes on beyond its record";
		}
		values[i] = (struct evtx_value){ .at = at,
						 .size = size,
						 .type = descriptor[2] };
		at += size;
	}
	return NULL;
}

bool evtx_lone_instance(const uint8_t *chunk, uint32_t from, uint32_t end,
			struct evtx_instance *out)
{
	static const uint8_t head[5] = { TOKEN_FRAGMENT, 1, 1, 0, TOKEN_INSTANCE };
	struct evtx_instance instance;

	if (end > EVTX_CHUNK_SIZE || from > end || end - from < sizeof(head) ||
	    memcmp(chunk + from, head, sizeof(head)) != 0 ||
	    evtx_instance_read(chunk, from + sizeof(head), end, &instance))
		return false;
	/* Something may follow it. */
	if (instance.end < end && chunk[instance.end] != TOKEN_END)
		return false;
	if (end - instance.end > 1 + 8 && memcmp(chunk + instance.end + 1, head, 4) == 0)
		return false;
	*out = instance;
	return true;
}
