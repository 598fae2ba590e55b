// SPDX-License-Identifier: Apache-2.0
// A log file -> its events.
#include "detect/intake/reader.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "detect/intake/reader_state.h"
#include "detect/intake/text_log_json.h"
#include "format/evtx_file.h"
#include "format/json_unescape.h"

#define HEAD_SIZE_MIN 512 /* bytes that a content is told by, where they have no line */

struct text reader_skip_space(struct text text)
{
	if (text_starts(text, TEXT("\xef\xbb\xbf")))
		text = text_part(text, 3, SIZE_MAX);
	while (text.size &&
	       (text.at[0] == ' ' || (text.at[0] >= '\t' && text.at[0] <= '\r') ||
		text.at[0] == 0x1e))
		text = text_part(text, 1, SIZE_MAX);
	return text;
}

static bool tell_evtx(const struct reader *reader, struct text head)
{
	(void)reader;
	return evtx_file_tell(head);
}

static bool tell_utf16(const struct reader *reader, struct text head)
{
	(void)reader;
	return text_starts(head, TEXT("\xff\xfe")) || text_starts(head, TEXT("\xfe\xff"));
}

static bool begins_object(struct text text)
{
	if (!text.size || text.at[0] != '{')
		return false;
	text = reader_skip_space(text_part(text, 1, SIZE_MAX));
	return !text.size || text.at[0] == '"' || text.at[0] == '}';
}

/* JSON begins with an object or an array of them; or some line does, where rubbish is in front. */
static bool tell_json(const struct reader *reader, struct text head)
{
	struct text text = reader_skip_space(head);

	(void)reader;
	if (!text.size || begins_object(text))
		return true;
	if (text.at[0] == '[') {
		text = reader_skip_space(text_part(text, 1, SIZE_MAX));
		return !text.size || text.at[0] == ']' || begins_object(text);
	}
	while (text.size) {
		const char *newline = memchr(text.at, '\n', text.size);

		if (!newline)
			break;
		text = text_part(text, (size_t)(newline - text.at) + 1, SIZE_MAX);
		if (text_starts(text, TEXT("{\"")))
			return true;
	}
	return false;
}

static bool tell_text(const struct reader *reader, struct text head)
{
	return reader->text_mapping && !memchr(head.at, 0, head.size);
}

static bool tell_any(const struct reader *reader, struct text head)
{
	(void)reader;
	(void)head;
	return true;
}

/* What the member gives from here on: first the head that was looked at. */
ssize_t reader_read_member(void *user, char *at, size_t size)
{
	struct reader *reader = user;
	size_t left = reader->head_size - reader->head_from;
	ssize_t got;

	if (!left) {
		got = archive_read(reader->archive, at, size);
		reader->unpacked += got > 0 ? (uint64_t)got : 0;
		return got;
	}
	if (size > left)
		size = left;
	memcpy(at, reader->head + reader->head_from, size);
	reader->head_from += size;
	return (ssize_t)size;
}

static void begin_json(struct reader *reader)
{
	json_stream_start(reader->json, reader_read_member, reader);
}

/* The member can't be read on. */
enum reader_result reader_broken(struct reader *reader, int r, struct why *why)
{
	const char *reason =
		reader->source ? reader->source->reason : archive_reason(reader->archive);

	reader->content = NULL;
	why_set(why, 0, 0, "cannot be read on: %s",
		r == -ENOMEM || !*reason ? strerror(-r) : reason);
	return READER_FAILED;
}

static enum reader_result next_json(struct reader *reader, struct why *why)
{
	int r = json_stream_next(reader->json, why);

	if (r < 0)
		return reader_broken(reader, r, why);
	if (r == JSON_STREAM_END)
		return READER_END;
	if (r == JSON_STREAM_BAD)
		return READER_BAD;
	reader->shape = intake_json(reader->intake, json_stream_document(reader->json),
				    &reader->event);
	return READER_EVENT;
}

static void begin_evtx(struct reader *reader)
{
	evtx_reader_start(reader->evtx, reader_read_member, reader);
}

static enum reader_result next_evtx(struct reader *reader, struct why *why)
{
	int r = evtx_reader_next(reader->evtx, &reader->event, why);

	if (r < 0)
		return reader_broken(reader, r, why);
	if (r == EVTX_END)
		return READER_END;
	if (r == EVTX_DAMAGED)
		return READER_DAMAGED;
	reader->shape = evtx_reader_shape(reader->evtx);
	return READER_EVENT;
}

static bool tell_journal(const struct reader *reader, struct text head)
{
	(void)reader;
	return journal_export_tell(head);
}

static void begin_journal(struct reader *reader)
{
	journal_export_start(reader->journal, reader_read_member, reader);
}

static enum reader_result next_journal(struct reader *reader, struct why *why)
{
	int r = journal_export_next(reader->journal, why);

	if (r < 0)
		return reader_broken(reader, r, why);
	if (r == JOURNAL_EXPORT_END)
		return READER_END;
	if (r == JOURNAL_EXPORT_BAD)
		return READER_BAD;
	reader->shape = intake_json(
		reader->intake, journal_export_document(reader->journal), &reader->event);
	return READER_EVENT;
}

/* Who maps text lines means all of them. */
static bool tell_log(const struct reader *reader, struct text head)
{
	struct text text = reader_skip_space(head);

	if (reader->text_mapping || begins_object(text))
		return false;
	if (text.size && text.at[0] == '[' &&
	    begins_object(reader_skip_space(text_part(text, 1, SIZE_MAX))))
		return false;
	return text_log_tell(head, head.size < HEAD_SIZE_MIN);
}

static void begin_log(struct reader *reader)
{
	text_log_start(reader->log, reader_read_member, reader, reader->written_ns);
}

static enum reader_result next_log(struct reader *reader, struct why *why)
{
	int r = text_log_next(reader->log, &reader->event, why);

	if (r < 0)
		return reader_broken(reader, r, why);
	if (r == TEXT_LOG_END)
		return READER_END;
	if (r == TEXT_LOG_BAD)
		return READER_BAD;
	reader->shape = text_log_shape(reader->log);
	return READER_EVENT;
}

static void begin_text(struct reader *reader)
{
	lines_start(&reader->lines, reader_read_member, reader);
}

static enum reader_result next_text(struct reader *reader, struct why *why)
{
	int r = lines_next(&reader->lines);

	if (r < 0)
		return reader_broken(reader, r, why);
	if (r == LINES_END)
		return READER_END;
	if (r == LINES_LONG) {
		why_set(why, (unsigned)reader->lines.number, 0,
			"the line is longer than %u MiB", WINDOW_SIZE_MAX >> 20);
		return READER_BAD;
	}
	reader->shape = intake_line(reader->intake, reader->text_mapping,
				    reader->lines.line, &reader->event);
	return READER_EVENT;
}

static const struct content contents[] = {
	{ .tell = tell_evtx,
	  .begin = begin_evtx,
	  .next = next_evtx,
	  .parts = &reader_evtx_parts },
	{ .tell = tell_utf16, .refusal = "UTF-16 is not read: convert it to UTF-8" },
	{ .tell = tell_journal, .begin = begin_journal, .next = next_journal },
	{ .tell = tell_log,
	  .begin = begin_log,
	  .next = next_log,
	  .parts = &reader_log_parts },
	{ .tell = tell_json,
	  .begin = begin_json,
	  .next = next_json,
	  .parts = &reader_json_parts },
	{ .tell = tell_text, .begin = begin_text, .next = next_text },
	{ .tell = tell_any },
};

int reader_create(const struct pack *pack, const struct mappings *mappings,
		  struct reader **out)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (!reader)
		return -ENOMEM;
	reader->text_mapping = mappings_text(mappings);
	r = intake_create(pack, mappings, &reader->intake);
	if (r == 0)
		r = json_stream_create(&reader->json);
	if (r == 0)
		r = evtx_reader_create(reader->intake, &reader->evtx);
	if (r == 0)
		r = text_log_create(reader->intake, &reader->log);
	if (r == 0)
		r = journal_export_create(&reader->journal);
	if (r) {
		reader_free(reader);
		return r;
	}
	*out = reader;
	return 0;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	archive_close(reader->archive);
	intake_free(reader->intake);
	json_stream_free(reader->json);
	evtx_reader_free(reader->evtx);
	text_log_free(reader->log);
	journal_export_free(reader->journal);
	lines_done(&reader->lines);
	buffer_done(&reader->split.rest);
	free(reader);
}

/* When the file was last written to; of what is no file, now. */
static int64_t written_ns(const char *path)
{
	struct timespec time = { 0 };
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode))
		time = st.st_mtim;
	else
		(void)clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int reader_open(struct reader *reader, const char *path, struct why *why)
{
	archive_close(reader->archive);
	reader->archive = NULL;
	reader->source = NULL;
	reader->content = NULL;
	reader->unpacked = 0;
	reader->written_ns = written_ns(path);
	(void)snprintf(reader->path, sizeof(reader->path), "%s", path);
	(void)snprintf(reader->file, sizeof(reader->file), "%s", path);
	why_file(why, path);
	return archive_open(path, &reader->archive, why);
}

/* Go to the next member and look at its beginning. */
enum reader_result reader_next_member(struct reader *reader, struct why *why)
{
	const char *member;
	struct text head;
	ssize_t got = 1;
	size_t i = 0;
	int r = archive_next(reader->archive, why);

	if (r == 0)
		return READER_END;
	member = archive_member(reader->archive);
	(void)snprintf(reader->file, sizeof(reader->file), "%s%s%s", reader->path,
		       member ? ":" : "", member ? member : "");
	why_file(why, reader->file);
	if (r < 0)
		return READER_FAILED;
	reader->head_from = reader->head_size = 0;
	/* A line is enough to go by: a pipe may not give more for hours. */
	while (got > 0 && reader->head_size < HEAD_SIZE_MIN &&
	       !memchr(reader->head, '\n', reader->head_size)) {
		got = archive_read(reader->archive, reader->head + reader->head_size,
				   HEAD_SIZE - reader->head_size);
		if (got > 0)
			reader->head_size += (size_t)got;
	}
	if (got < 0)
		return reader_broken(reader, (int)got, why);
	reader->unpacked += reader->head_size;
	head = (struct text){ .at = reader->head, .size = reader->head_size };
	while (!contents[i].tell(reader, head))
		i++;
	if (contents[i].begin) {
		reader->content = &contents[i];
		contents[i].begin(reader);
		return READER_EVENT;
	}
	if (contents[i].refusal) {
		why_set(why, 0, 0, "%s", contents[i].refusal);
		return READER_FAILED;
	}
	why_set(why, 0, 0,
		"is no log that can be told: expected JSON, or a log as "
		"syslog, auditd or a web server write it%s",
		reader->text_mapping ? " or text" : ", or text with a mapping for it");
	return READER_NO_LOG;
}

enum reader_result reader_next(struct reader *reader, struct why *why)
{
	enum reader_result result;

	for (;;) {
		if (!reader->content && reader->source)
			return READER_END;
		if (!reader->content) {
			result = reader_next_member(reader, why);
			if (result != READER_EVENT)
				return result;
		}
		result = reader->content->next(reader, why);
		if (result == READER_EVENT)
			return result;
		if (result != READER_END) {
			why_file(why, reader->file);
			return result;
		}
		reader->content = NULL;
	}
}

const struct event *reader_event(const struct reader *reader)
{
	return &reader->event;
}

enum intake_shape reader_shape(const struct reader *reader)
{
	return reader->shape;
}

struct text reader_host(const struct reader *reader)
{
	return intake_host(reader->intake);
}

struct text reader_channel(const struct reader *reader)
{
	return intake_channel(reader->intake);
}

struct text reader_provider(const struct reader *reader)
{
	return intake_provider(reader->intake);
}

const char *reader_file(const struct reader *reader)
{
	return reader->file;
}

bool reader_is_member(const struct reader *reader)
{
	if (reader->source)
		return reader->is_member;
	return reader->archive && archive_member(reader->archive);
}

static bool is_text(const struct reader *reader)
{
	return reader->content && reader->content->next == next_text;
}

static bool is_log(const struct reader *reader)
{
	return reader->content && reader->content->next == next_log;
}

static bool is_journal(const struct reader *reader)
{
	return reader->content && reader->content->next == next_journal;
}

static bool is_evtx(const struct reader *reader)
{
	return reader->content && reader->content->next == next_evtx;
}

uint64_t reader_line(const struct reader *reader)
{
	if (is_evtx(reader))
		return evtx_reader_record(reader->evtx);
	if (is_log(reader))
		return text_log_line(reader->log);
	if (is_journal(reader))
		return journal_export_line(reader->journal);
	return is_text(reader) ? reader->lines.number : json_stream_line(reader->json);
}

uint64_t reader_offset(const struct reader *reader)
{
	if (is_evtx(reader))
		return evtx_reader_offset(reader->evtx);
	if (is_log(reader))
		return text_log_offset(reader->log);
	if (is_journal(reader))
		return journal_export_offset(reader->journal);
	return is_text(reader) ? reader->lines.offset : json_stream_offset(reader->json);
}

void reader_original(const struct reader *reader, struct buffer *out)
{
	const struct json_document *document = json_stream_document(reader->json);

	if (is_evtx(reader)) {
		evtx_reader_json(reader->evtx, out);
	} else if (is_log(reader)) {
		text_log_json(reader->log, out);
	} else if (is_journal(reader)) {
		text_log_json_document(journal_export_document(reader->journal), out);
	} else if (is_text(reader)) {
		buffer_string(out, "{\"message\":");
		json_quote(out, reader->lines.line);
		buffer_char(out, '}');
	} else {
		json_minify(out, (struct text){ .at = document->base,
						.size = document->used });
	}
}

int reader_carve(struct reader *reader)
{
	reader->carves = true;
	return evtx_reader_carve(reader->evtx);
}

bool reader_is_carved(const struct reader *reader)
{
	return is_evtx(reader) && evtx_reader_is_carved(reader->evtx);
}

uint64_t reader_damaged_chunks(const struct reader *reader)
{
	return evtx_reader_damaged_chunks(reader->evtx);
}

uint64_t reader_lost_records(const struct reader *reader)
{
	return evtx_reader_lost_records(reader->evtx);
}

uint64_t reader_progress(const struct reader *reader)
{
	return reader->archive ? archive_progress(reader->archive) : 0;
}

uint64_t reader_unpacked(const struct reader *reader)
{
	return reader->unpacked;
}
