// SPDX-License-Identifier: Apache-2.0
// Texts of strangers on a terminal, and standard output that says when it is full.
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "base/fold.h"
#include "base/moment.h"
#include "scan.h"

#define OUTPUT_SIZE_MAX (64u << 20)
#define FLUSH_AT        (64u << 10)

/*
 * A character as it is shown.  Characters that turn the direction of writing would make a
 * line read as something else than it is.
 */
struct shown {
	char at[16];
	size_t size;
	unsigned width;
};

static bool turns_direction(uint32_t point)
{
	return point == 0x061c || point == 0x200e || point == 0x200f || point == 0xfeff ||
	       (point >= 0x202a && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

/* How the character at ${at} is shown; returns how many bytes it has. */
static size_t show_one(const char *at, size_t size, struct shown *out)
{
	uint32_t point;
	size_t used = utf8_read(at, size, &point);
	int width =
		used == 1 && (unsigned char)*at >= 0x80 ? -1 : wcwidth((wchar_t)point);

	if (width >= 0 && !turns_direction(point) && used <= sizeof(out->at)) {
		memcpy(out->at, at, used);
		out->size = used;
		out->width = (unsigned)width;
		return used;
	}
	if (point == '\n' || point == '\t' || point == '\r')
		out->size = (size_t)snprintf(out->at, sizeof(out->at), "\\%c",
					     point == '\n'   ? 'n'
					     : point == '\t' ? 't'
							     : 'r');
	else if (used == 1)
		out->size = (size_t)snprintf(out->at, sizeof(out->at), "\\x%02x",
					     (unsigned char)*at);
	else
		out->size = (size_t)snprintf(out->at, sizeof(out->at), "\\u{%x}", point);
	out->width = (unsigned)out->size;
	return used;
}

/* How many of the bytes from ${from} on, at most ${most}, are shown as they are, a column each. */
static unsigned plain_run(struct text text, size_t from, unsigned most)
{
	unsigned run = 0;

	while (run < most && from + run < text.size && text.at[from + run] >= ' ' &&
	       text.at[from + run] <= '~')
		run++;
	return run;
}

static unsigned width_of(struct text text)
{
	struct shown one;
	unsigned width = 0;

	for (size_t i = 0; i < text.size;) {
		unsigned run = plain_run(text, i, UINT32_MAX);

		i += run;
		width += run;
		if (i == text.size)
			break;
		i += show_one(text.at + i, text.size - i, &one);
		width += one.width;
	}
	return width;
}

unsigned scan_show(struct buffer *out, struct text text, unsigned width)
{
	/* A value of a megabyte is not measured to its end: four bytes a column and some more. */
	struct text seen = text_part(text, 0, width ? 8 * (size_t)width + 64 : SIZE_MAX);
	bool fits = !width || (seen.size == text.size && width_of(text) <= width);
	unsigned used = 0, limit = fits ? UINT32_MAX : width - 1;
	struct shown one;

	for (size_t i = 0; i < seen.size;) {
		unsigned run = plain_run(seen, i, limit - used);

		buffer_add(out, seen.at + i, run);
		i += run;
		used += run;
		if (i == seen.size)
			break;
		i += show_one(seen.at + i, seen.size - i, &one);
		if (used + one.width > limit)
			break;
		buffer_add(out, one.at, one.size);
		used += one.width;
	}
	if (fits)
		return used;
	buffer_string(out, "\xe2\x80\xa6");
	return used + 1;
}

unsigned scan_show_tail(struct buffer *out, struct text text, unsigned width)
{
	struct text rest = text;
	unsigned all = width_of(text);
	struct shown one;

	if (!width || all <= width)
		return scan_show(out, text, width);
	while (rest.size && all > width - 1) {
		rest = text_part(rest, show_one(rest.at, rest.size, &one), SIZE_MAX);
		all -= one.width;
	}
	buffer_string(out, "\xe2\x80\xa6");
	return 1 + scan_show(out, rest, 0);
}

void scan_say(const char *text)
{
	AUTO(buffer) struct buffer shown;

	/* Names of files and members are a stranger's, too. */
	buffer_init(&shown, 1 << 20);
	(void)scan_show(&shown, text_of(text), 0);
	if (shown.failed)
		fprintf(stderr, "windhover scan: memory is out\n");
	else
		fprintf(stderr, "windhover scan: %.*s\n", (int)shown.size,
			shown.at ? shown.at : "");
}

void scan_time(struct buffer *out, int64_t time_ns)
{
	char text[MOMENT_SIZE];

	if (!time_ns)
		return;
	moment_format(time_ns, text);
	buffer_string(out, text);
}

void scan_original(const struct scan_place *place, struct buffer *out)
{
	if (place->reader)
		reader_original(place->reader, out);
	else
		buffer_text(out, place->original);
}

const char *scan_number(uint64_t number, char out[SCAN_NUMBER_SIZE])
{
	char digits[24];
	int size = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	char *to = out;

	for (int i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = 0;
	return out;
}

/* Columns of the terminal, or what COLUMNS says; 0: no limit. */
static unsigned columns(bool is_terminal)
{
	const char *given = getenv("COLUMNS");
	struct winsize size;
	char *end;

	if (is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	if (given) {
		long wanted = strtol(given, &end, 10);

		if (!*end && wanted > 0 && wanted < 10000)
			return (unsigned)wanted;
	}
	return is_terminal ? 80 : 0;
}

void scan_output_init(struct scan_output *out)
{
	const char *none = getenv("NO_COLOR");
	struct stat st;

	*out = (struct scan_output){ .is_terminal = isatty(STDOUT_FILENO) };
	buffer_init(&out->buffer, OUTPUT_SIZE_MAX);
	out->is_file = fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode);
	out->width = columns(out->is_terminal);
	out->has_colours = out->is_terminal && !(none && *none);
}

void scan_output_done(struct scan_output *out)
{
	buffer_done(&out->buffer);
}

void scan_output_flush(struct scan_output *out)
{
	size_t done = 0;
	ssize_t wrote;

	if (out->buffer.failed && !out->error)
		out->error = ENOMEM;
	while (done < out->buffer.size && !out->error) {
		wrote = write(STDOUT_FILENO, out->buffer.at + done,
			      out->buffer.size - done);
		if (wrote >= 0)
			done += (size_t)wrote;
		else if (errno != EINTR)
			out->error = errno;
	}
	buffer_clear(&out->buffer);
}
