// SPDX-License-Identifier: Apache-2.0
// The journal's export format, and events as XML in messages; the samples are made up.
#include "format/journal_export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "format/event_xml.h"
#include "format/testing_stream.h"

static void show(struct buffer *out, const struct json_document *d)
{
	for (uint32_t i = 1; i < d->count; i++) {
		buffer_text(out, json_key(d, &d->nodes[i]));
		buffer_char(out, '=');
		buffer_text(out, json_text(d, &d->nodes[i]));
		buffer_char(out, ' ');
	}
}

/* What comes of ${size} bytes, in pieces of ${step}: each entry with its line, or its fault. */
static void read_all(const char *bytes, size_t size, size_t step, struct buffer *out)
{
	struct testing_stream source = { bytes, size, step };
	struct journal_export *journal = NULL;
	struct why why = { 0 };
	int r;

	assert_int_equal(journal_export_create(&journal), 0);
	journal_export_start(journal, testing_stream_read, &source);
	while ((r = journal_export_next(journal, &why)) > 0) {
		if (r == JOURNAL_EXPORT_BAD) {
			buffer_format(out, "[%u: %s] ", why.line, why.reason);
			continue;
		}
		buffer_format(out, "%u@%u ", (unsigned)journal_export_line(journal),
			      (unsigned)journal_export_offset(journal));
		show(out, journal_export_document(journal));
	}
	assert_int_equal(r, JOURNAL_EXPORT_END);
	journal_export_free(journal);
}

static void gives(const char *bytes, size_t size, const char *expected)
{
	for (size_t step = 1; step <= size; step++) {
		AUTO(buffer) struct buffer out;

		buffer_init(&out, 1 << 16);
		read_all(bytes, size, step, &out);
		buffer_char(&out, 0);
		assert_string_equal(out.at, expected);
	}
}

#define GIVES(literal, expected) gives(literal, sizeof(literal) - 1, expected)

static void entries_are_apart_by_empty_lines(void **state)
{
	(void)state;
	GIVES("\n__CURSOR=a\nMESSAGE=x=y\n\n\n__CURSOR=b\nMESSAGE=",
	      "2@1 __CURSOR=a MESSAGE=x=y "
	      "6@26 __CURSOR=b MESSAGE= ");
}

static void a_binary_field_has_its_size_in_front(void **state)
{
	(void)state;
	GIVES("A=1\nMESSAGE\n\5\0\0\0\0\0\0\0a\n\nb=\nB=2\n\nC=3\n",
	      "1@0 A=1 MESSAGE=a\n\nb= B=2 8@31 C=3 ");
}

static void what_is_no_field_is_named_and_the_entry_comes_without_it(void **state)
{
	(void)state;
	GIVES("A=1\nwhat is this\nB=2\n\nC=3\n",
	      "[2: found neither NAME=value nor the name of a binary field] 1@0 A=1 B=2 "
	      "5@22 C=3 ");
	GIVES("A=1\nM\n\377\0\0\0\0\0\0\0a",
	      "[2: the input ends inside a binary field] 1@0 A=1 ");
}

static void what_is_the_journal_s_is_told_by_its_first_bytes(void **state)
{
	(void)state;
	assert_true(journal_export_tell(TEXT("__CURSOR=s=1\n")));
	assert_true(journal_export_tell(TEXT("__REALTIME_TIMESTAMP=1")));
	assert_false(journal_export_tell(TEXT("__init__(self)\na=b\n")));
	assert_false(journal_export_tell(TEXT("A=1\n")));
	assert_false(journal_export_tell(TEXT("")));
}

static bool parse(const char *xml, struct buffer *out)
{
	static struct json_node nodes[64];
	static char bytes[4096];
	struct text text = text_of(xml);
	struct json_document d = { .base = bytes,
				   .room_at = 2048,
				   .room_size = 2048,
				   .nodes = nodes,
				   .capacity = 64 };

	assert_true(text.size < 2048 - 64);
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, text.at, text.size);
	if (!event_xml_parse((struct text){ bytes, text.size }, &d))
		return false;
	show(out, &d);
	return true;
}

static void xml_gives(const char *xml, const char *expected)
{
	AUTO(buffer) struct buffer out;

	buffer_init(&out, 1 << 16);
	if (!parse(xml, &out))
		fail_msg("is not read: %s", xml);
	buffer_char(&out, 0);
	assert_string_equal(out.at, expected);
}

static void an_event_s_xml_becomes_a_document(void **state)
{
	(void)state;
	xml_gives("<Event xmlns='urn:x'><System><P Name=\"a\" G='b'/><Id>1</Id><E></E>"
		  "</System></Event>",
		  "Event= System= P= #attributes= Name=a G=b Id=1 E= ");
	xml_gives("<Event><EventData><Data Name=\"A&amp;B\">x &lt;&#65;&#x42;&gt; &bad; "
		  "&</Data>"
		  "<Data>y</Data></EventData></Event>",
		  "Event= EventData= A&B=x <AB> &bad; & Data=y ");
	xml_gives("<Event><A k=\"v\">t</A><B>p<![CDATA[<q>&amp;]]><!-- no "
		  "-->r</B></Event> rest",
		  "Event= A= #attributes= k=v #text=t B=p<q>&amp;r ");
}

static void what_is_no_whole_xml_is_refused(void **state)
{
	static const char *const others[] = {
		"",
		"<",
		"<Event",
		"<Event>",
		"<Event></Evend>",
		"<Event><A></Event>",
		"<Event><A k></A></Event>",
		"<Event><A k=v></A></Event>",
		"<Event><A k=\"v></A></Event>",
		"<Event><A/ ></Event>",
		"<Event><![CDATA[x</Event>",
		"<Event><!-- </Event>",
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
		"<a><a>"
		"<a><a><a><a><a><a><a><a><a>",
	};
	AUTO(buffer) struct buffer out;

	(void)state;
	buffer_init(&out, 1 << 16);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (parse(others[i], &out))
			fail_msg("is read: %s", others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_apart_by_empty_lines),
		cmocka_unit_test(a_binary_field_has_its_size_in_front),
		cmocka_unit_test(
			what_is_no_field_is_named_and_the_entry_comes_without_it),
		cmocka_unit_test(what_is_the_journal_s_is_told_by_its_first_bytes),
		cmocka_unit_test(an_event_s_xml_becomes_a_document),
		cmocka_unit_test(what_is_no_whole_xml_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
