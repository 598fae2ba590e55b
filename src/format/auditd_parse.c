// SPDX-License-Identifier: Apache-2.0
// The lines of one audit event -> its records and fields.
#include "format/auditd_parse.h"

static struct text add_room(struct auditd_event *event, const void *bytes, size_t size)
{
	struct text text = { .at = event->room, .size = size };

	if (size > event->room_size) {
		event->dropped++;
		return (struct text){ 0 };
	}
	if (bytes)
		memcpy(event->room, bytes, size);
	event->room += size;
	event->room_size -= size;
	return text;
}

static void add_field(struct auditd_parser *parser, struct text name, struct text value,
		      enum auditd_kind kind)
{
	struct auditd_event *event = &parser->event;
	struct auditd_record *record = &parser->records[event->record_count - 1];

	if (event->field_count == AUDITD_FIELDS_MAX) {
		event->dropped++;
		return;
	}
	parser->fields[event->field_count++] = (struct auditd_field){
		.name = name, .value = value, .kind = (uint8_t)kind
	};
	record->count++;
}

/* A field that the log does not have, from a literal name, which has its padding with it. */
static void add_made(struct auditd_parser *parser, struct text name, const char *value)
{
	if (value && *value)
		add_field(parser, name, add_room(&parser->event, value, strlen(value)),
			  AUDITD_BARE);
}

/* A name whose bytes can be read beyond its end. */
#define NAME(literal)                                                                    \
	((struct text){ .at = literal "\0\0\0\0\0\0\0", .size = sizeof(literal) - 1 })

/* "a1[0]" or "a1[0]=...": the digits of the argument's number; 0: another name. */
static size_t piece_of(struct text name)
{
	size_t size = 1;

	if (!name.size)
		return 0;
	while (size < name.size && name.at[size] >= '0' && name.at[size] <= '9')
		size++;
	return name.at[0] == 'a' && size > 1 && size < name.size && name.at[size] == '['
		       ? size
		       : 0;
}

/* The kernel cuts long arguments to pieces, also over several records: join them again. */
static bool join_piece(struct auditd_parser *parser, const struct auditd_field *field,
		       struct text decoded)
{
	struct auditd_event *event = &parser->event;
	size_t size = piece_of(field->name);
	struct text name = text_part(field->name, 0, size);
	struct auditd_field *last;

	if (!size)
		return false;
	for (uint32_t i = event->field_count; i-- > 0;) {
		last = &parser->fields[i];
		if (!text_is(last->name, name))
			continue;
		/* Pieces come in order, so that the one before ends where the room began. */
		if (last->value.at + last->value.size == decoded.at) {
			last->value.size += decoded.size;
			return true;
		}
		break;
	}
	add_field(parser, name, decoded, AUDITD_BARE);
	return true;
}

/* The values of a key with several are apart by the byte 1. */
static void add_keys(struct auditd_parser *parser, struct text name, struct text value)
{
	for (;;) {
		const char *one = value.size ? memchr(value.at, 1, value.size) : NULL;
		size_t size = one ? (size_t)(one - value.at) : value.size;

		add_field(parser, name, text_part(value, 0, size), AUDITD_BARE);
		if (!one)
			return;
		value = text_part(value, size + 1, SIZE_MAX);
	}
}

/* A command line's arguments are apart by zero bytes. */
static void space_out(struct text value)
{
	char *at = (char *)(uintptr_t)value.at;

	for (size_t i = 0; i < value.size; i++)
		if (!at[i])
			at[i] = ' ';
}

static void take_field(struct auditd_parser *parser, struct auditd_field *field,
		       bool is_execve)
{
	struct auditd_event *event = &parser->event;
	struct text value = field->value;

	if (auditd_is_encoded(field, is_execve)) {
		if (value.size / 2 > event->room_size) {
			event->dropped++;
			return;
		}
		value = add_room(event, NULL, value.size / 2);
		(void)auditd_decode(field->value, (char *)(uintptr_t)value.at);
		if (text_is(field->name, TEXT("key"))) {
			add_keys(parser, field->name, value);
			return;
		}
		if (text_is(field->name, TEXT("proctitle")))
			space_out(value);
		field->kind = AUDITD_QUOTED;
	} else if (is_execve && piece_of(field->name)) {
		value = add_room(event, value.at, value.size);
	}
	if (is_execve && value.at && join_piece(parser, field, value))
		return;
	add_field(parser, field->name, value, (enum auditd_kind)field->kind);
}

static struct text find(const struct auditd_parser *parser,
			const struct auditd_record *record, struct text name)
{
	for (uint32_t i = 0; i < record->count; i++)
		if (text_is(parser->fields[record->first + i].name, name))
			return parser->fields[record->first + i].value;
	return (struct text){ 0 };
}

/* What enriched records have behind the byte 0x1d, where this one is not. */
static void enrich(struct auditd_parser *parser, const struct auditd_record *record)
{
	struct auditd_address address;
	struct text arch, number, saddr;

	if (text_is(record->type, TEXT("SYSCALL")) ||
	    text_is(record->type, TEXT("SECCOMP"))) {
		arch = find(parser, record, TEXT("arch"));
		number = find(parser, record, TEXT("syscall"));
		if (!find(parser, record, TEXT("ARCH")).size)
			add_made(parser, NAME("ARCH"), auditd_arch_name(arch));
		if (!find(parser, record, TEXT("SYSCALL")).size)
			add_made(parser, NAME("SYSCALL"),
				 auditd_syscall_name(arch, number));
		/* The one user whose name is the same everywhere. */
		if (!find(parser, record, TEXT("UID")).size &&
		    text_is(find(parser, record, TEXT("uid")), TEXT("0")))
			add_made(parser, NAME("UID"), "root");
	} else if (text_is(record->type, TEXT("SOCKADDR")) &&
		   !find(parser, record, TEXT("saddr_fam")).size) {
		saddr = find(parser, record, TEXT("saddr"));
		if (!auditd_address_read(saddr, &address))
			return;
		add_made(parser, NAME("saddr_fam"), address.family);
		add_made(parser, address.port[0] ? NAME("laddr") : NAME("path"),
			 address.address);
		add_made(parser, NAME("lport"), address.port);
	}
}

static void read_record(struct auditd_parser *parser, struct text line,
			const struct auditd_place *place)
{
	struct auditd_event *event = &parser->event;
	struct auditd_record *record = &parser->records[event->record_count];
	struct text rest = text_part(line, place->body, SIZE_MAX);
	const char *name = NULL;
	struct auditd_field field;
	bool is_execve;

	*record = (struct auditd_record){ .type = text_part(line, place->type_at,
							    place->type_size),
					  .first = event->field_count };
	if (record->type.at[0] < 'A' || text_starts(record->type, TEXT("UNKNOWN[")))
		name = auditd_type_name(auditd_type_number(record->type));
	if (name)
		record->type = add_room(event, name, strlen(name));
	event->record_count++;
	is_execve = text_is(record->type, TEXT("EXECVE"));
	while (auditd_field_read(&rest, &field))
		take_field(parser, &field, is_execve);
	enrich(parser, record);
}

const struct auditd_event *auditd_parse(struct auditd_parser *parser,
					const struct auditd_lines *lines)
{
	struct auditd_event *event = &parser->event;
	struct text all = { .at = lines->at, .size = lines->size };

	*event = (struct auditd_event){
		.room = lines->at + lines->capacity + AUDITD_PADDING,
		.room_size = AUDITD_ROOM(lines->capacity),
		.node = text_part(all, lines->node_at, lines->node_size),
		.stamp = text_part(all, lines->stamp_at, lines->stamp_size),
		.time_ns = lines->time_ns,
		.line = lines->line,
		.offset = lines->offset,
		.dropped = lines->dropped,
		.records = parser->records,
		.fields = parser->fields,
	};
	memset(lines->at + lines->size, 0, AUDITD_PADDING);
	for (uint32_t i = 0; i < lines->count; i++)
		read_record(parser,
			    text_part(all, lines->lines[i].at, lines->lines[i].size),
			    &lines->lines[i]);
	event->base = (struct text){ .at = lines->at,
				     .size = (size_t)(event->room - lines->at) };
	return event;
}
