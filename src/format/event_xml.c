// SPDX-License-Identifier: Apache-2.0
// An event as XML -> a document.
#include "format/event_xml.h"

#include "base/fold.h"

struct element {
	uint32_t node;
	struct text name; /* as the tag says */
	struct text text; /* its own, so far */
	bool has_attributes, has_elements;
};

struct reader {
	const char *at, *end;
	struct json_document *document;
	struct text key_attributes, key_text; /* their names, in the room */
	unsigned depth;
	struct element elements[EVENT_XML_DEPTH_MAX];
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct reader *r)
{
	while (r->at < r->end && is_space(*r->at))
		r->at++;
}

static char *room_end(const struct json_document *d)
{
	/* The room is the caller's to write; base is const for all who only read. */
	return (char *)(uintptr_t)(d->base + d->room_at + d->room_used);
}

static bool has_room(const struct json_document *d, size_t size)
{
	return size + JSON_PADDING <= d->room_size - d->room_used;
}

static bool keep(struct json_document *d, struct text text, struct text *out)
{
	if (!has_room(d, text.size))
		return false;
	*out = (struct text){ .at = room_end(d), .size = text.size };
	memcpy(room_end(d), text.at, text.size);
	d->room_used += (uint32_t)text.size;
	return true;
}

/* The node's number, or 0 where there is no place for it. */
static uint32_t add(struct reader *r, struct text key, struct text value,
		    enum json_type type)
{
	struct json_document *d = r->document;

	if (d->count == d->capacity)
		return 0;
	d->nodes[d->count] = (struct json_node){
		.key_at = key.size ? (uint32_t)(key.at - d->base) : 0,
		.key_size = (uint32_t)key.size,
		.at = value.size ? (uint32_t)(value.at - d->base) : 0,
		.size = (uint32_t)value.size,
		.end = d->count + 1,
		.type = (uint8_t)type,
	};
	return d->count++;
}

/* The character that "&...;" stands for, written to ${out}: its size, or 0. */
static size_t entity(struct text text, char *out)
{
	static const struct {
		const char *name;
		char c;
	} known[] = { { "lt", '<' },
		      { "gt", '>' },
		      { "amp", '&' },
		      { "quot", '"' },
		      { "apos", '\'' } };
	bool hex = text.size > 1 && (text.at[1] == 'x' || text.at[1] == 'X');
	uint32_t point = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (text_is(text, text_of(known[i].name))) {
			*out = known[i].c;
			return 1;
		}
	if (text.size < 2u + hex || text.size > 9 || text.at[0] != '#')
		return 0;
	for (size_t i = 1u + hex; i < text.size; i++) {
		char c = text.at[i];

		if (c >= '0' && c <= '9')
			c = (char)(c - '0');
		else if (hex && ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
			c = (char)((c | 0x20) - 'a' + 10);
		else
			return 0;
		point = point * (hex ? 16 : 10) + (uint32_t)c;
	}
	if (!point || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	return utf8_write(point, out);
}

/* ${raw} without its entities: itself, or a copy in the room; false where the room is full. */
static bool unescape(struct json_document *d, struct text raw, struct text *out)
{
	const char *amp = raw.size ? memchr(raw.at, '&', raw.size) : NULL;
	char *to = room_end(d);
	size_t written = 0;

	if (!amp) {
		*out = raw;
		return true;
	}
	if (!has_room(d, raw.size))
		return false;
	for (size_t i = 0; i < raw.size; i++) {
		size_t left = raw.size - i, size = 0;
		const char *semi =
			raw.at[i] == '&' ? memchr(raw.at + i, ';', left < 12 ? left : 12)
					 : NULL;

		if (semi)
			size = entity(
				text_part(raw, i + 1, (size_t)(semi - raw.at) - i - 1),
				to + written);
		/* What is no entity stays as it is. */
		if (size)
			i = (size_t)(semi - raw.at);
		else
			to[written] = raw.at[i];
		written += size ? size : 1;
	}
	*out = (struct text){ .at = to, .size = written };
	d->room_used += (uint32_t)written;
	return true;
}

/* More text of the element: most have one piece, which then stays where it is. */
static bool add_text(struct reader *r, struct text raw, bool is_escaped)
{
	struct element *element = &r->elements[r->depth - 1];
	struct json_document *d = r->document;
	struct text text = raw;

	if (is_escaped && !unescape(d, raw, &text))
		return false;
	if (!element->text.size) {
		element->text = text;
		return true;
	}
	if (!has_room(d, element->text.size + text.size))
		return false;
	/* Both may lie in the room already: what is copied stands before the new end. */
	memmove(room_end(d), element->text.at, element->text.size);
	memmove(room_end(d) + element->text.size, text.at, text.size);
	element->text = (struct text){ .at = room_end(d),
				       .size = element->text.size + text.size };
	d->room_used += (uint32_t)element->text.size;
	return true;
}

static bool read_name(struct reader *r, struct text *out)
{
	const char *from = r->at;

	while (r->at < r->end && !is_space(*r->at) && *r->at != '>' && *r->at != '/' &&
	       *r->at != '=' && *r->at != '<')
		r->at++;
	*out = (struct text){ .at = from, .size = (size_t)(r->at - from) };
	return out->size != 0;
}

/* name="value" or name='value'. */
static bool read_attribute(struct reader *r, struct text *name, struct text *value)
{
	const char *close;
	char quote;

	if (!read_name(r, name))
		return false;
	skip_space(r);
	if (r->at >= r->end || *r->at != '=')
		return false;
	r->at++;
	skip_space(r);
	if (r->at >= r->end || (*r->at != '"' && *r->at != '\''))
		return false;
	quote = *r->at++;
	close = memchr(r->at, quote, (size_t)(r->end - r->at));
	if (!close)
		return false;
	*value = (struct text){ .at = r->at, .size = (size_t)(close - r->at) };
	r->at = close + 1;
	return unescape(r->document, *value, value);
}

/* The attributes of a tag, up to its '>' or "/>". */
static bool read_attributes(struct reader *r, struct element *element)
{
	struct json_document *d = r->document;
	struct text name, value;
	uint32_t holder = 0;

	for (;;) {
		skip_space(r);
		if (r->at >= r->end)
			return false;
		if (*r->at == '>' || *r->at == '/')
			break;
		if (!read_attribute(r, &name, &value))
			return false;
		if (text_starts(name, TEXT("xmlns")))
			continue;
		if (text_is(element->name, TEXT("Data")) && text_is(name, TEXT("Name"))) {
			d->nodes[element->node].key_at = (uint32_t)(value.at - d->base);
			d->nodes[element->node].key_size = (uint32_t)value.size;
			continue;
		}
		if (!holder) {
			holder = add(r, r->key_attributes, (struct text){ 0 },
				     JSON_OBJECT);
			element->has_attributes = true;
		}
		if (!holder || !add(r, name, value, JSON_TEXT))
			return false;
		d->nodes[holder].end = d->count;
	}
	return true;
}

/* An element is over: what it is depends on what was in it. */
static bool close_element(struct reader *r)
{
	struct element *element = &r->elements[--r->depth];
	struct json_document *d = r->document;
	struct json_node *node = &d->nodes[element->node];

	if (element->has_elements) {
		node->end = d->count;
		return true;
	}
	if (element->has_attributes) {
		if (element->text.size && !add(r, r->key_text, element->text, JSON_TEXT))
			return false;
		node->end = d->count;
		return true;
	}
	node->type = JSON_TEXT;
	node->at = element->text.size ? (uint32_t)(element->text.at - d->base) : 0;
	node->size = (uint32_t)element->text.size;
	return true;
}

static bool open_tag(struct reader *r)
{
	struct element *element;

	if (r->depth == EVENT_XML_DEPTH_MAX)
		return false;
	if (r->depth)
		r->elements[r->depth - 1].has_elements = true;
	element = &r->elements[r->depth++];
	*element = (struct element){ 0 };
	if (!read_name(r, &element->name))
		return false;
	element->node = add(r, element->name, (struct text){ 0 }, JSON_OBJECT);
	if (!element->node || !read_attributes(r, element))
		return false;
	if (*r->at++ == '>')
		return true;
	if (r->at >= r->end || *r->at++ != '>')
		return false;
	return close_element(r);
}

static bool close_tag(struct reader *r)
{
	struct text name;

	if (!read_name(r, &name) || !r->depth ||
	    !text_is(name, r->elements[r->depth - 1].name))
		return false;
	skip_space(r);
	if (r->at >= r->end || *r->at++ != '>')
		return false;
	return close_element(r);
}

/* Go behind ${end}, which must come; what was before it is ${*inside}. */
static bool pass(struct reader *r, struct text end, struct text *inside)
{
	const char *found = memmem(r->at, (size_t)(r->end - r->at), end.at, end.size);

	if (!found)
		return false;
	*inside = (struct text){ .at = r->at, .size = (size_t)(found - r->at) };
	r->at = found + end.size;
	return true;
}

static bool is_blank(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!is_space(text.at[i]))
			return false;
	return true;
}

/* What stands between here and the next tag, and that tag. */
static bool read_on(struct reader *r)
{
	const char *tag = memchr(r->at, '<', (size_t)(r->end - r->at));
	struct text text = { .at = r->at };

	if (!tag)
		return false;
	text.size = (size_t)(tag - r->at);
	if (!is_blank(text) && !add_text(r, text, true))
		return false;
	r->at = tag + 1;
	text = (struct text){ .at = r->at, .size = (size_t)(r->end - r->at) };
	if (text_starts(text, TEXT("![CDATA["))) {
		r->at += 8;
		return pass(r, TEXT("]]>"), &text) && add_text(r, text, false);
	}
	if (text_starts(text, TEXT("!--")))
		return pass(r, TEXT("-->"), &text);
	if (text_starts(text, TEXT("/"))) {
		r->at++;
		return close_tag(r);
	}
	return open_tag(r);
}

bool event_xml_parse(struct text xml, struct json_document *document)
{
	struct reader r = { .at = xml.at,
			    .end = xml.at + xml.size,
			    .document = document };
	uint32_t root;

	document->count = 0;
	document->used = xml.size;
	document->lines = 0;
	/* Entities write values in another way than they are. */
	document->odd_escapes = true;
	root = add(&r, (struct text){ 0 }, (struct text){ 0 }, JSON_OBJECT);
	if (root || !document->count || xml.size < 2 || xml.at[0] != '<' ||
	    !keep(document, TEXT("#attributes"), &r.key_attributes) ||
	    !keep(document, TEXT("#text"), &r.key_text))
		return false;
	r.at++;
	if (!open_tag(&r))
		return false;
	while (r.depth)
		if (!read_on(&r))
			return false;
	document->nodes[0].end = document->count;
	return true;
}
