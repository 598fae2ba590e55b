// SPDX-License-Identifier: Apache-2.0
// A large file in parts, for several readers at a time.
#include <errno.h>
#include <stdio.h>

#include "detect/intake/reader_state.h"
#include "format/evtx_file.h"

typedef uint8_t bytes16 __attribute__((vector_size(16)));

/* Newlines in ${text}: every byte is looked at once more, so sixteen at a time. */
static uint64_t count_lines(struct text text)
{
	uint64_t count = 0;
	size_t at = 0;

	while (text.size - at >= sizeof(bytes16)) {
		/* A lane holds 255 at most. */
		size_t end = text.size - at > 255 * sizeof(bytes16)
				     ? at + 255 * sizeof(bytes16)
				     : text.size - sizeof(bytes16) + 1;
		bytes16 lanes = { 0 }, bytes;

		for (; at < end; at += sizeof(bytes)) {
			memcpy(&bytes, text.at + at, sizeof(bytes));
			lanes -= (bytes16)(bytes == '\n');
		}
		for (size_t i = 0; i < sizeof(lanes); i++)
			count += lanes[i];
	}
	for (; at < text.size; at++)
		count += text.at[at] == '\n';
	return count;
}

static void look_json(struct reader *reader, struct text head)
{
	reader->split.is_array = text_starts(reader_skip_space(head), TEXT("["));
}

/*
 * Documents that stand at the beginning of a line are what nearly all files have.  Where such a
 * line begins no document, but goes on with one, reader_rests tells.
 */
static size_t cut_json(const struct reader *reader, struct text bytes)
{
	const char *newline = bytes.at + bytes.size - 1;

	(void)reader;
	while ((newline = memrchr(bytes.at, '\n', (size_t)(newline - bytes.at))))
		if (newline[1] == '{')
			return (size_t)(newline - bytes.at) + 1;
	return 0;
}

static void resume_json(struct reader *reader, const struct reader_part *part,
			window_read *read, void *user)
{
	struct json_stream_place place = {
		.line = part->line,
		.offset = part->offset,
		.in_array = part->is_array && part->offset,
	};

	json_stream_resume(reader->json, &place, read, user);
}

static bool json_rests(const struct reader *reader, const struct reader_part *part)
{
	return json_stream_rests(reader->json, part->is_array);
}

const struct content_parts reader_json_parts = { look_json, cut_json, resume_json,
						 json_rests };

static void look_evtx(struct reader *reader, struct text head)
{
	struct split *split = &reader->split;

	split->head = text_starts(head, TEXT("ElfFile")) ? EVTX_HEAD_SIZE : 0;
	split->is_dirty = split->head && head.size >= EVTX_HEAD_SIZE &&
			  evtx_file_is_dirty((const uint8_t *)head.at);
}

static size_t cut_evtx(const struct reader *reader, struct text bytes)
{
	uint64_t end = reader->split.offset + bytes.size;
	size_t more;

	if (end <= reader->split.head)
		return 0;
	more = (end - reader->split.head) % EVTX_CHUNK_SIZE;
	return bytes.size > more ? bytes.size - more : 0;
}

static void resume_evtx(struct reader *reader, const struct reader_part *part,
			window_read *read, void *user)
{
	if (part->offset)
		evtx_reader_resume(reader->evtx, read, user, part->number, part->offset,
				   part->is_dirty);
	else
		evtx_reader_start(reader->evtx, read, user);
}

static bool evtx_rests(const struct reader *reader, const struct reader_part *part)
{
	(void)reader;
	(void)part;
	return true;
}

const struct content_parts reader_evtx_parts = { look_evtx, cut_evtx, resume_evtx,
						 evtx_rests };

static void look_log(struct reader *reader, struct text head)
{
	(void)reader;
	(void)head;
}

static size_t cut_log(const struct reader *reader, struct text bytes)
{
	(void)reader;
	return text_log_cut(bytes);
}

static void resume_log(struct reader *reader, const struct reader_part *part,
		       window_read *read, void *user)
{
	const struct text_log_place place = { .line = part->line,
					      .offset = part->offset };

	text_log_resume(reader->log, &place, read, user, part->written_ns);
}

static bool log_rests(const struct reader *reader, const struct reader_part *part)
{
	(void)part;
	return text_log_rests(reader->log);
}

const struct content_parts reader_log_parts = { look_log, cut_log, resume_log,
						log_rests };

/* A record that is carved may be a copy of one anywhere in the log: whoever carves reads all. */
static bool has_parts(const struct reader *reader)
{
	const struct content_parts *parts = reader->content->parts;

	return parts && !(reader->carves && parts == &reader_evtx_parts);
}

/* Begin with the next member; EVENT where it has no parts. */
static enum reader_result begin(struct reader *reader, size_t size, struct why *why)
{
	enum reader_result result = reader_next_member(reader, why);
	struct split *split = &reader->split;

	if (result != READER_EVENT || !has_parts(reader))
		return result;
	buffer_init(&split->rest, size);
	split->offset = 0;
	split->line = 1;
	split->is_array = split->is_dirty = false;
	split->head = 0;
	reader->content->parts->look(
		reader, (struct text){ .at = reader->head, .size = reader->head_size });
	return READER_PART;
}

/* Read until ${bytes} are ${size}: 1, 0 where the member ends, or negative errno. */
static int fill(struct reader *reader, size_t size, struct buffer *bytes)
{
	ssize_t got;

	while (bytes->size < size) {
		got = reader_read_member(reader, bytes->at + bytes->size,
					 size - bytes->size);
		if (got <= 0)
			return (int)got;
		bytes->size += (size_t)got;
	}
	return 1;
}

/* ${bytes} to the place where they can be cut become ${part}. */
static int cut(struct reader *reader, struct buffer *bytes, struct reader_part *part)
{
	struct text view = buffer_view(bytes);
	size_t size = reader->content->parts->cut(reader, view);

	part->goes_on = size == 0;
	if (size == 0)
		size = view.size;
	buffer_clear(&reader->split.rest);
	buffer_text(&reader->split.rest, text_part(view, size, SIZE_MAX));
	bytes->size = size;
	return reader->split.rest.failed ? -ENOMEM : 0;
}

/* The place of the part that follows what has been cut off so far. */
static void place(const struct reader *reader, size_t size, struct reader_part *part)
{
	const struct split *split = &reader->split;

	*part = (struct reader_part){
		.content = reader->content,
		.is_member = reader_is_member(reader),
		.is_array = split->is_array,
		.is_dirty = split->is_dirty,
		.offset = split->offset,
		.line = split->line,
		.written_ns = reader->written_ns,
	};
	if (split->offset > split->head)
		part->number =
			(uint32_t)((split->offset - split->head) / EVTX_CHUNK_SIZE);
	(void)snprintf(part->file, sizeof(part->file), "%s", reader->file);
	buffer_init(&part->bytes, size);
}

enum reader_result reader_split(struct reader *reader, size_t size,
				struct reader_part *part, struct why *why)
{
	struct split *split = &reader->split;
	enum reader_result result;
	int r;

	if (!reader->content) {
		result = begin(reader, size, why);
		if (result != READER_PART)
			return result;
	}
	place(reader, size, part);
	r = buffer_need(&part->bytes, size);
	if (r)
		return reader_broken(reader, r, why);
	buffer_text(&part->bytes, buffer_view(&split->rest));
	r = fill(reader, size, &part->bytes);
	part->is_last = r <= 0;
	if (r > 0)
		r = cut(reader, &part->bytes, part);
	if (r < 0 && !part->is_last) {
		reader_part_done(part);
		return reader_broken(reader, r, why);
	}
	if (r < 0) {
		part->failed = r;
		(void)snprintf(part->reason, sizeof(part->reason), "%s",
			       archive_reason(reader->archive));
	}
	split->offset += part->bytes.size;
	split->line += count_lines(buffer_view(&part->bytes));
	if (part->is_last) {
		reader->content = NULL;
		buffer_done(&split->rest);
	}
	return READER_PART;
}

void reader_part_done(struct reader_part *part)
{
	buffer_done(&part->bytes);
}

void reader_open_part(struct reader *reader, const struct reader_part *part,
		      const struct reader_source *source)
{
	archive_close(reader->archive);
	reader->archive = NULL;
	reader->source = source;
	reader->is_member = part->is_member;
	reader->content = part->content;
	reader->unpacked = 0;
	(void)snprintf(reader->file, sizeof(reader->file), "%s", part->file);
	part->content->parts->resume(reader, part, source->read, source->user);
}

bool reader_rests(const struct reader *reader, const struct reader_part *part)
{
	return reader->content->parts->rests(reader, part);
}
