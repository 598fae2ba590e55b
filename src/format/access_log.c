// SPDX-License-Identifier: Apache-2.0
// One line of a web server's access log -> its parts.
#include "format/access_log.h"

static struct text take_word(struct text *text)
{
	const char *blank = text->size ? memchr(text->at, ' ', text->size) : NULL;
	size_t size = blank ? (size_t)(blank - text->at) : text->size;
	struct text word = text_part(*text, 0, size);

	*text = text_part(*text, size + (blank != NULL), SIZE_MAX);
	return word;
}

static struct text unless_nil(struct text word)
{
	return text_is(word, TEXT("-")) ? (struct text){ 0 } : word;
}

/* Take what stands in quotes at the front, and the blank behind; a backslash hides a quote. */
static bool take_quoted(struct text *text, struct text *out)
{
	size_t at = 1;

	if (!text->size || text->at[0] != '"')
		return false;
	for (;;) {
		const char *quote = at < text->size
					    ? memchr(text->at + at, '"', text->size - at)
					    : NULL;
		size_t slashes = 0, end;

		if (!quote)
			return false;
		end = (size_t)(quote - text->at);
		while (end - slashes > 1 && text->at[end - slashes - 1] == '\\')
			slashes++;
		at = end + 1;
		if (slashes % 2 == 0)
			break;
	}
	*out = text_part(*text, 1, at - 2);
	*text = text_part(*text, at, SIZE_MAX);
	if (text->size && text->at[0] == ' ')
		*text = text_part(*text, 1, SIZE_MAX);
	return true;
}

static bool is_number(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return text.size != 0;
}

/* Method, target and version, as far as the request has them: clients send anything. */
static void split_request(struct access_line *out)
{
	struct text rest = out->request;
	const char *mark, *last;

	out->method = take_word(&rest);
	last = rest.size ? memrchr(rest.at, ' ', rest.size) : NULL;
	if (last && text_starts(text_part(rest, (size_t)(last - rest.at) + 1, SIZE_MAX),
				TEXT("HTTP/"))) {
		out->version = text_part(rest, (size_t)(last - rest.at) + 1, SIZE_MAX);
		rest = text_part(rest, 0, (size_t)(last - rest.at));
	}
	out->target = out->path = rest;
	mark = rest.size ? memchr(rest.at, '?', rest.size) : NULL;
	if (!mark)
		return;
	out->path = text_part(rest, 0, (size_t)(mark - rest.at));
	out->query = text_part(rest, (size_t)(mark - rest.at) + 1, SIZE_MAX);
}

bool access_read(struct text line, struct stamp_clock *clock, struct access_line *out)
{
	struct access_line read = { 0 };
	const char *bracket = line.size ? memchr(line.at, '[', line.size) : NULL;
	const char *close;
	struct text words[4], front, rest;
	unsigned count = 0;

	if (!bracket)
		return false;
	front = text_part(line, 0, (size_t)(bracket - line.at));
	while (front.size && count < 4)
		words[count++] = take_word(&front);
	/* A user's name may hold blanks, but then it is none of ours to cut. */
	if (count < 3 || front.size)
		return false;
	if (count == 4)
		read.server = words[0];
	read.client = words[count - 3];
	read.user = unless_nil(words[count - 1]);
	rest = text_part(line, (size_t)(bracket - line.at) + 1, SIZE_MAX);
	close = rest.size ? memchr(rest.at, ']', rest.size) : NULL;
	if (!close || !stamp_read_web(text_part(rest, 0, (size_t)(close - rest.at)),
				      clock, &read.time_ns))
		return false;
	rest = text_part(rest, (size_t)(close - rest.at) + 1, SIZE_MAX);
	if (!text_starts(rest, TEXT(" \"")))
		return false;
	rest = text_part(rest, 1, SIZE_MAX);
	if (!take_quoted(&rest, &read.request))
		return false;
	read.status = take_word(&rest);
	if (read.status.size != 3 || !is_number(read.status))
		return false;
	read.size = unless_nil(take_word(&rest));
	if (read.size.size && !is_number(read.size))
		return false;
	if (take_quoted(&rest, &read.referer) && take_quoted(&rest, &read.agent)) {
		read.referer = unless_nil(read.referer);
		read.agent = unless_nil(read.agent);
	}
	if (!text_is(read.request, TEXT("-")))
		split_request(&read);
	*out = read;
	return true;
}
