// SPDX-License-Identifier: Apache-2.0
// One line of a text log that a syslog daemon or the journal wrote -> its parts.
#include "format/syslog.h"

#define TAG_SIZE_MAX                                                                     \
	128 /* bytes of a program's name; RFC 3164 says 32, but units are longer */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct text skip_blanks(struct text text)
{
	while (text.size && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = text_part(text, 1, SIZE_MAX);
	return text;
}

/* Take the bytes before the next blank, and the blank. */
static struct text take_word(struct text *text)
{
	const char *blank = text->size ? memchr(text->at, ' ', text->size) : NULL;
	size_t size = blank ? (size_t)(blank - text->at) : text->size;
	struct text word = text_part(*text, 0, size);

	*text = text_part(*text, size + (blank != NULL), SIZE_MAX);
	return word;
}

/* "<34>": its bytes, or 0. */
static size_t read_priority(struct text line, struct syslog_line *out)
{
	unsigned value = 0;
	size_t at = 1;

	if (line.size < 3 || line.at[0] != '<')
		return 0;
	while (at < line.size && at < 4 && is_digit(line.at[at]))
		value = 10 * value + (unsigned)(line.at[at++] - '0');
	if (at == 1 || at >= line.size || line.at[at] != '>' || value > 191)
		return 0;
	out->facility = (uint8_t)(value / 8);
	out->severity = (uint8_t)(value % 8);
	return at + 1;
}

/* What stands behind the structured data of RFC 5424; false where that never ends. */
static bool skip_structured(struct text *rest, struct text *structured)
{
	bool quoted = false;
	size_t at = 0;

	if (rest->size && rest->at[0] == '-') {
		*rest = text_part(*rest, 1, SIZE_MAX);
		return true;
	}
	while (at < rest->size && rest->at[at] == '[') {
		for (at++; at < rest->size && (quoted || rest->at[at] != ']'); at++) {
			if (rest->at[at] == '\\')
				at++;
			else if (rest->at[at] == '"')
				quoted = !quoted;
		}
		at++;
	}
	if (at == 0 || at > rest->size)
		return false;
	*structured = text_part(*rest, 0, at);
	*rest = text_part(*rest, at, SIZE_MAX);
	return true;
}

static struct text unless_nil(struct text word)
{
	return text_is(word, TEXT("-")) ? (struct text){ 0 } : word;
}

/* RFC 5424, 6: what stands behind "<34>1 ". */
static bool read_5424(struct text rest, struct stamp_clock *clock,
		      struct syslog_line *out)
{
	struct text stamp = take_word(&rest);
	size_t size;

	if (!text_is(stamp, TEXT("-")) &&
	    (stamp_read(stamp, clock, &size, &out->time_ns) != STAMP_ISO ||
	     size != stamp.size))
		return false;
	out->host = unless_nil(take_word(&rest));
	out->program = unless_nil(take_word(&rest));
	out->pid = unless_nil(take_word(&rest));
	out->message_id = unless_nil(take_word(&rest));
	if (!skip_structured(&rest, &out->structured))
		return false;
	if (rest.size && rest.at[0] != ' ')
		return false;
	rest = text_part(rest, 1, SIZE_MAX);
	if (text_starts(rest, TEXT("\xef\xbb\xbf")))
		rest = text_part(rest, 3, SIZE_MAX);
	out->message = rest;
	return true;
}

/* "sshd[77]:", "kernel:", "su(pam_unix)[7]:": program and pid; the bytes read, or 0. */
static size_t read_tag(struct text text, struct syslog_line *out)
{
	struct text pid = { 0 };
	size_t at = 0, size;

	/* A unit's name may stand in parentheses: "(systemd)", "(sd-pam)". */
	while (at < text.size && at < TAG_SIZE_MAX && text.at[at] != ' ' &&
	       text.at[at] != ':' && text.at[at] != '[')
		at++;
	size = at;
	if (!at || at >= text.size)
		return 0;
	if (text.at[at] == '[') {
		const char *close = memchr(text.at + at, ']', text.size - at);

		if (!close || close - text.at > TAG_SIZE_MAX)
			return 0;
		pid = text_part(text, at + 1, (size_t)(close - text.at) - at - 1);
		if (memchr(pid.at, ' ', pid.size))
			return 0;
		at = (size_t)(close - text.at) + 1;
		if (at < text.size && text.at[at] != ':' && text.at[at] != ' ')
			return 0;
	} else if (text.at[at] != ':') {
		return 0;
	}
	/* "::1" and "03:10" are no tags. */
	if (at + 1 < text.size && text.at[at] == ':' && text.at[at + 1] != ' ' &&
	    !pid.size)
		return 0;
	at += at < text.size && text.at[at] == ':';
	out->program = text_part(text, 0, size);
	out->pid = pid;
	return at;
}

/* BusyBox writes "user.info" between host and tag. */
static bool read_pair(struct text word, struct syslog_line *out)
{
	static const char facilities[] = "kern    user    mail    daemon  auth    "
					 "syslog  lpr     news    uucp    cron    "
					 "authprivftp     ntp     security";
	static const char severities[] = "emerg  alert  crit   err    warn   "
					 "notice info   debug  ";
	const char *dot = word.size ? memchr(word.at, '.', word.size) : NULL;
	struct text left, right;

	if (!dot)
		return false;
	left = text_part(word, 0, (size_t)(dot - word.at));
	right = text_part(word, left.size + 1, SIZE_MAX);
	if (left.size < 3 || left.size > 8 || right.size < 3 || right.size > 6)
		return false;
	for (unsigned f = 0; f < 14; f++)
		for (unsigned s = 0; s < 8; s++)
			if (memcmp(facilities + 8 * f, left.at, left.size) == 0 &&
			    (left.size == 8 || facilities[8 * f + left.size] == ' ') &&
			    memcmp(severities + 7 * s, right.at, right.size) == 0 &&
			    severities[7 * s + right.size] == ' ') {
				out->facility = (uint8_t)f;
				out->severity = (uint8_t)s;
				return true;
			}
	return false;
}

/* What stands behind the stamp: host, tag, message; without a tag only if ${lax}. */
static bool read_host_and_tag(struct text rest, bool lax, struct syslog_line *out)
{
	struct text behind = rest, word = take_word(&behind), further;
	size_t size = 0;

	/* "[77] LOG: x" and "[error] 7#0: x" are others' ways. */
	if (rest.at[0] == '[')
		return false;
	/* The first word is the tag where it looks like one: then nobody wrote the host. */
	if (word.size && (word.at[word.size - 1] == ':' || word.at[word.size - 1] == ']'))
		size = read_tag(rest, out);
	if (size) {
		out->message = skip_blanks(text_part(rest, size, SIZE_MAX));
		return true;
	}
	if (read_pair(word, out))
		behind = rest;
	else
		out->host = word;
	further = behind = skip_blanks(behind);
	word = take_word(&further);
	if (out->facility == SYSLOG_NONE || !out->host.size) {
		if (read_pair(word, out))
			behind = skip_blanks(further);
	}
	size = read_tag(behind, out);
	out->message = skip_blanks(text_part(behind, size, SIZE_MAX));
	return size || lax;
}

bool syslog_read(struct text line, struct stamp_clock *clock, struct syslog_line *out)
{
	struct syslog_line read = { .facility = SYSLOG_NONE, .severity = SYSLOG_NONE };
	size_t priority = read_priority(line, &read), size = 0;
	struct text rest = text_part(line, priority, SIZE_MAX);
	enum stamp_kind kind;
	bool ok;

	if (priority && text_starts(rest, TEXT("1 "))) {
		ok = read_5424(text_part(rest, 2, SIZE_MAX), clock, &read);
	} else {
		/* Routers mark a clock that is not set, and some number their lines. */
		while (priority && rest.size &&
		       (rest.at[0] == '*' || rest.at[0] == '.' || rest.at[0] == ' '))
			rest = text_part(rest, 1, SIZE_MAX);
		kind = stamp_read(rest, clock, &size, &read.time_ns);
		/* What begins as asctime writes it is a server's own log. */
		if ((kind == STAMP_NONE && !priority) || kind == STAMP_ASCTIME)
			return false;
		rest = text_part(rest, size, SIZE_MAX);
		if (size && priority && text_starts(rest, TEXT(":")))
			rest = text_part(rest, 1, SIZE_MAX);
		if (size && rest.size && rest.at[0] != ' ')
			return false;
		rest = skip_blanks(rest);
		ok = rest.size &&
		     read_host_and_tag(rest,
				       priority || kind == STAMP_RFC3164 ||
					       (kind == STAMP_ISO && line.at[10] == 'T'),
				       &read);
	}
	if (ok)
		*out = read;
	return ok;
}
