// SPDX-License-Identifier: Apache-2.0
// Records of the Linux audit system: how one line is taken apart.
#include "format/auditd.h"

#include "base/moment.h"

#define ENRICHED                                                                         \
	0x1d /* auditd puts its own readings of a record's fields behind this byte */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_gap(char c)
{
	return c == ' ' || c == ENRICHED;
}

/* The digits at the front. */
static struct text digits(struct text text)
{
	size_t size = 0;

	while (size < text.size && is_digit(text.at[size]))
		size++;
	return text_part(text, 0, size);
}

static uint64_t value_of(struct text number)
{
	uint64_t value = 0;

	for (size_t i = 0; i < number.size; i++)
		value = 10 * value + (uint64_t)(number.at[i] - '0');
	return value;
}

/* "1721362140.500:77)": what is in front of the parenthesis. */
static bool read_stamp(struct text text, struct auditd_head *out)
{
	struct text seconds = digits(text), fraction, serial;
	uint64_t scale = 1000000000, part;
	size_t at = seconds.size;

	if (!at || at > 10 || at >= text.size || text.at[at] != '.')
		return false;
	fraction = digits(text_part(text, at + 1, 10));
	at += 1 + fraction.size;
	if (!fraction.size || fraction.size > 9 || at >= text.size || text.at[at] != ':')
		return false;
	serial = digits(text_part(text, at + 1, 21));
	at += 1 + serial.size;
	if (!serial.size || serial.size > 19 || at >= text.size || text.at[at] != ')')
		return false;
	part = value_of(fraction);
	for (size_t i = 0; i < fraction.size; i++)
		scale /= 10;
	out->time_ns = (int64_t)(value_of(seconds) * 1000000000 + part * scale);
	if (value_of(seconds) > 9000000000)
		return false;
	out->serial = value_of(serial);
	out->stamp = text_part(text, 0, at);
	return true;
}

/* Take "name=value " where the name is ${name}. */
static bool take(struct text *rest, struct text name, struct text *value)
{
	const char *blank;

	if (!text_starts(*rest, name))
		return false;
	*rest = text_part(*rest, name.size, SIZE_MAX);
	blank = rest->size ? memchr(rest->at, ' ', rest->size) : NULL;
	if (!blank || blank == rest->at)
		return false;
	*value = text_part(*rest, 0, (size_t)(blank - rest->at));
	*rest = text_part(*rest, value->size + 1, SIZE_MAX);
	return true;
}

bool auditd_head_read(struct text line, struct auditd_head *out)
{
	struct auditd_head head = { 0 };
	struct text rest = line;

	if (text_starts(rest, TEXT("node=")) && !take(&rest, TEXT("node="), &head.node))
		return false;
	if (!take(&rest, TEXT("type="), &head.type) ||
	    !text_starts(rest, TEXT("msg=audit(")))
		return false;
	rest = text_part(rest, 10, SIZE_MAX);
	if (!read_stamp(rest, &head))
		return false;
	rest = text_part(rest, head.stamp.size + 1, SIZE_MAX);
	if (rest.size && rest.at[0] == ':')
		rest = text_part(rest, 1, SIZE_MAX);
	else if (rest.size && rest.at[0] != ' ')
		return false;
	head.size = line.size - rest.size;
	*out = head;
	return true;
}

static bool is_quote(struct text rest, size_t at)
{
	return rest.at[at] == '\'' && (at + 1 == rest.size || is_gap(rest.at[at + 1]));
}

/* Where the word at ${at} ends: at an '=', a gap, or the text's end. */
static size_t word_end(struct text rest, size_t at)
{
	while (at < rest.size && rest.at[at] != '=' && !is_gap(rest.at[at]))
		at++;
	return at;
}

/* Words up to the next field are one value. */
static void take_words(struct text *rest, size_t end, struct auditd_field *out)
{
	size_t at = end;

	while (at < rest->size) {
		size_t next;

		while (at < rest->size && is_gap(rest->at[at]))
			at++;
		next = word_end(*rest, at);
		if (next > at && next < rest->size && rest->at[next] == '=')
			break;
		/* A lone '=' is no field's either. */
		next += next == at && next < rest->size;
		at = next;
		end = next;
	}
	if (end && rest->at[end - 1] == '\'')
		out->value = text_part(*rest, 0, end - 1);
	else
		out->value = text_part(*rest, 0, end);
	out->kind = AUDITD_WORDS;
	*rest = text_part(*rest, end, SIZE_MAX);
}

static void take_value(struct text *rest, struct auditd_field *out)
{
	const char *quote;
	size_t size = 0;

	out->kind = AUDITD_BARE;
	if (rest->size && rest->at[0] == '"') {
		*rest = text_part(*rest, 1, SIZE_MAX);
		quote = rest->size ? memchr(rest->at, '"', rest->size) : NULL;
		size = quote ? (size_t)(quote - rest->at) : rest->size;
		out->value = text_part(*rest, 0, size);
		out->kind = AUDITD_QUOTED;
		*rest = text_part(*rest, size + 1, SIZE_MAX);
		return;
	}
	while (size < rest->size && !is_gap(rest->at[size]) && !is_quote(*rest, size))
		size++;
	out->value = text_part(*rest, 0, size);
	*rest = text_part(*rest, size, SIZE_MAX);
	if (text_ends(out->value, TEXT(",")))
		out->value.size--;
	if (text_is(out->value, TEXT("(null)"))) {
		out->kind = AUDITD_NULL;
		out->value.size = 0;
	}
}

bool auditd_field_read(struct text *rest, struct auditd_field *out)
{
	size_t at, end;

	for (;;) {
		for (at = 0; at < rest->size; at++)
			if (!is_gap(rest->at[at]) && rest->at[at] != ',' &&
			    !is_quote(*rest, at) &&
			    (rest->at[at] != '}' ||
			     (at + 1 < rest->size && !is_gap(rest->at[at + 1]))))
				break;
		*rest = text_part(*rest, at, SIZE_MAX);
		*out = (struct auditd_field){ 0 };
		if (!rest->size)
			return false;
		end = word_end(*rest, 0);
		if (end == 0 || end == rest->size || rest->at[end] != '=') {
			take_words(rest, end ? end : 1, out);
			return true;
		}
		out->name = text_part(*rest, 0, end);
		*rest = text_part(*rest, end + 1, SIZE_MAX);
		/* What holds fields itself: they follow. */
		if (text_starts(*rest, TEXT("{ ")) ||
		    (text_is(out->name, TEXT("msg")) && text_starts(*rest, TEXT("'")))) {
			*rest = text_part(*rest, 1, SIZE_MAX);
			continue;
		}
		take_value(rest, out);
		return true;
	}
}

/* Fields whose values the kernel or a daemon encodes where they would not survive quotes. */
static bool may_be_encoded(struct text name, bool is_execve)
{
#define NAME(literal)                                                                    \
	{                                                                                \
		literal, sizeof(literal) - 1                                             \
	}
	static const struct text names[] = {
		NAME("name"), NAME("exe"),  NAME("comm"), NAME("cwd"),  NAME("proctitle"),
		NAME("cmd"),  NAME("acct"), NAME("data"), NAME("key"),  NAME("path"),
		NAME("file"), NAME("dir"),  NAME("vm"),   NAME("ocomm")
	};
#undef NAME

	if (is_execve && name.size > 1 && name.at[0] == 'a' && is_digit(name.at[1]))
		return name.at[name.size - 1] != 'n'; /* a1_len is a number */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_is(name, names[i]))
			return true;
	return false;
}

static int nibble(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool auditd_is_encoded(const struct auditd_field *field, bool is_execve)
{
	if (field->kind != AUDITD_BARE || !field->value.size || field->value.size % 2 ||
	    !may_be_encoded(field->name, is_execve))
		return false;
	for (size_t i = 0; i < field->value.size; i++)
		if (nibble(field->value.at[i]) < 0)
			return false;
	return true;
}

size_t auditd_decode(struct text text, char *out)
{
	for (size_t i = 0; i + 1 < text.size; i += 2)
		out[i / 2] = (char)(nibble(text.at[i]) << 4 | nibble(text.at[i + 1]));
	return text.size / 2;
}
