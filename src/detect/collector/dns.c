// SPDX-License-Identifier: Apache-2.0
// A DNS message: what is asked, and what the answer says; every byte of it is a stranger's.
#include "detect/collector/dns.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>

#define LABEL_SIZE 63
#define WIRE_SIZE  255 /* of a name (RFC 1035, 2.3.4) */
#define POINTER    0xc0

enum type {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_CNAME = 5,
	TYPE_PTR = 12,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_AAAA = 28,
	TYPE_SRV = 33,
	TYPE_DNAME = 39,
};

/* Where a reader is in the message; past its end, everything fails. */
struct place {
	const uint8_t *bytes;
	size_t size, at;
	bool failed;
};

static uint8_t take_byte(struct place *place)
{
	if (place->failed || place->at >= place->size) {
		place->failed = true;
		return 0;
	}
	return place->bytes[place->at++];
}

static uint16_t take_number(struct place *place)
{
	uint16_t high = take_byte(place);

	return (uint16_t)(high << 8 | take_byte(place));
}

static void skip(struct place *place, size_t size)
{
	if (place->failed || size > place->size - place->at)
		place->failed = true;
	else
		place->at += size;
}

/* Texts are put one after the other; one that does not fit ends where it began. */
struct writer {
	struct dns_message *out;
	size_t from;
	bool full;
};

static struct writer begin_text(struct dns_message *out)
{
	return (struct writer){ .out = out, .from = out->used };
}

static void put_char(struct writer *writer, char byte)
{
	if (writer->out->used == DNS_TEXTS_SIZE)
		writer->full = true;
	else
		writer->out->texts[writer->out->used++] = byte;
}

static struct text end_text(const struct writer *writer)
{
	return (struct text){ .at = writer->out->texts + writer->from,
			      .size = writer->out->used - writer->from };
}

static void put_label_byte(struct writer *writer, uint8_t byte)
{
	if (byte > ' ' && byte < 0x7f) {
		if (byte == '.' || byte == '\\')
			put_char(writer, '\\');
		put_char(writer, (char)byte);
		return;
	}
	put_char(writer, '\\');
	put_char(writer, (char)('0' + byte / 100));
	put_char(writer, (char)('0' + byte / 10 % 10));
	put_char(writer, (char)('0' + byte % 10));
}

/*
 * A name goes on elsewhere where a pointer says so.  Each pointer must point before all that was
 * read of the name so far: so no name is endless, and none takes longer than its 255 bytes.
 */
static void put_name(struct writer *writer, struct place *place)
{
	struct place label = *place;
	size_t lowest = place->at, total = 0;
	bool jumped = false, first = true;

	for (;;) {
		uint8_t size = take_byte(&label);

		if ((size & POINTER) == POINTER) {
			size_t target =
				(size_t)(size & ~POINTER) << 8 | take_byte(&label);

			if (!jumped)
				place->at = label.at;
			jumped = true;
			if (label.failed || target >= lowest) {
				place->failed = true;
				return;
			}
			lowest = label.at = target;
			continue;
		}
		total += size + 1u;
		if (label.failed || size > LABEL_SIZE || total > WIRE_SIZE) {
			place->failed = true;
			return;
		}
		if (size == 0)
			break;
		if (!first)
			put_char(writer, '.');
		first = false;
		while (size--)
			put_label_byte(writer, take_byte(&label));
	}
	if (!jumped)
		place->at = label.at;
}

static void put_string(struct writer *writer, struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		put_char(writer, text.at[i]);
}

static void put_address(struct writer *writer, struct place *place, int family)
{
	uint8_t bytes[16];
	char address[INET6_ADDRSTRLEN];
	size_t size = family == AF_INET ? 4 : 16;

	for (size_t i = 0; i < size; i++)
		bytes[i] = take_byte(place);
	if (!place->failed && inet_ntop(family, bytes, address, sizeof(address)))
		put_string(writer, text_of(address));
}

/* Its strings, one after the other: where they are parted says nothing. */
static void put_strings(struct writer *writer, struct place *place)
{
	while (!place->failed && place->at < place->size)
		for (unsigned left = take_byte(place); left && !place->failed; left--)
			put_char(writer, (char)take_byte(place));
}

static void put_result(struct writer *writer, struct place *data, uint16_t type)
{
	char name[16];

	switch (type) {
	case TYPE_A:
		put_address(writer, data, AF_INET);
		return;
	case TYPE_AAAA:
		put_address(writer, data, AF_INET6);
		return;
	case TYPE_TXT:
		put_strings(writer, data);
		return;
	case TYPE_SRV: /* priority, weight, port */
		skip(data, 4);
		__attribute__((fallthrough));
	case TYPE_MX:
		skip(data, 2);
		__attribute__((fallthrough));
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_PTR:
	case TYPE_DNAME:
		put_name(writer, data);
		return;
	default:
		(void)snprintf(name, sizeof(name), "TYPE%u", type);
		put_string(writer, text_of(name));
	}
}

/* One record of the answer: its data can point anywhere before it, but ends where it says. */
static void read_result(struct place *place, struct dns_message *out)
{
	struct writer owner = begin_text(out), writer;
	struct place data;
	uint16_t type, size;

	put_name(&owner, place);
	out->used = owner.from;
	type = take_number(place);
	skip(place, 6); /* class, time to live */
	size = take_number(place);
	data = *place;
	skip(place, size);
	if (place->failed)
		return;
	data.size = place->at;
	if (out->result_count == DNS_RESULTS_MAX) {
		out->left_out++;
		return;
	}
	writer = begin_text(out);
	put_result(&writer, &data, type);
	if (data.failed) {
		out->is_broken = true;
		out->used = writer.from;
	} else if (writer.full) {
		out->left_out++;
		out->used = writer.from;
	} else {
		out->results[out->result_count++] = end_text(&writer);
	}
}

void dns_read(struct text bytes, struct dns_message *out)
{
	struct place place = { .bytes = (const uint8_t *)bytes.at, .size = bytes.size };
	struct writer name;
	unsigned questions, answers;

	memset(out, 0, offsetof(struct dns_message, texts));
	out->id = take_number(&place);
	out->header = take_number(&place);
	questions = take_number(&place);
	answers = take_number(&place);
	skip(&place, 4); /* how many records of authority, and further ones */
	for (unsigned i = 0; i < questions && !place.failed; i++) {
		name = begin_text(out);
		put_name(&name, &place);
		if (i == 0) {
			out->name = end_text(&name);
			out->type = take_number(&place);
		} else {
			out->used = name.from;
			skip(&place, 2);
		}
		skip(&place, 2); /* class */
	}
	if (!(out->header & DNS_IS_ANSWER))
		answers = 0;
	for (unsigned i = 0; i < answers && !place.failed; i++)
		read_result(&place, out);
	out->is_broken |= place.failed;
}

struct text dns_type_name(uint16_t type)
{
	/* clang-format off */
	static const struct {
		uint16_t type;
		struct text name;
	} names[] = {
		{ 1, TEXT("A") },         { 2, TEXT("NS") },       { 5, TEXT("CNAME") },
		{ 6, TEXT("SOA") },       { 10, TEXT("NULL") },    { 12, TEXT("PTR") },
		{ 13, TEXT("HINFO") },    { 15, TEXT("MX") },      { 16, TEXT("TXT") },
		{ 28, TEXT("AAAA") },     { 33, TEXT("SRV") },     { 35, TEXT("NAPTR") },
		{ 39, TEXT("DNAME") },    { 43, TEXT("DS") },      { 46, TEXT("RRSIG") },
		{ 48, TEXT("DNSKEY") },   { 52, TEXT("TLSA") },    { 64, TEXT("SVCB") },
		{ 65, TEXT("HTTPS") },    { 251, TEXT("IXFR") },   { 252, TEXT("AXFR") },
		{ 255, TEXT("ANY") },     { 257, TEXT("CAA") },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return names[i].name;
	return (struct text){ 0 };
}

struct text dns_status_name(unsigned status)
{
	static const struct text names[] = {
		TEXT("NOERROR"), TEXT("FORMERR"), TEXT("SERVFAIL"), TEXT("NXDOMAIN"),
		TEXT("NOTIMP"),  TEXT("REFUSED"), TEXT("YXDOMAIN"), TEXT("YXRRSET"),
		TEXT("NXRRSET"), TEXT("NOTAUTH"), TEXT("NOTZONE"),
	};

	return status < sizeof(names) / sizeof(names[0]) ? names[status]
							 : (struct text){ 0 };
}
