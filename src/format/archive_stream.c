// SPDX-License-Identifier: Apache-2.0
// Files that are one stream of bytes: plain, gzip (RFC 1952), zstd (RFC 8878).
#include <errno.h>
#include <limits.h>
#include <zlib.h>
#include <zstd.h>

#include "format/archive_kind.h"

static bool tell_plain(struct text head)
{
	(void)head;
	return true;
}

static ssize_t read_plain(struct archive *archive, char *at, size_t size)
{
	size_t unread = archive->end - archive->from;
	ssize_t got;

	if (unread) {
		if (size > unread)
			size = unread;
		memcpy(at, archive->chunk + archive->from, size);
		archive->from += size;
		return (ssize_t)size;
	}
	/* Past the head nothing goes through the chunk: one copy less. */
	got = read(archive->fd, at, size);
	if (got < 0)
		return archive_fail(archive, -errno, strerror(errno));
	archive->progress += (uint64_t)got;
	return got;
}

const struct archive_kind archive_plain = { .tell = tell_plain, .read = read_plain };

static bool tell_gzip(struct text head)
{
	return text_starts(head, TEXT("\x1f\x8b\x08"));
}

static int open_gzip(struct archive *archive, struct why *why)
{
	z_stream *stream = calloc(1, sizeof(*stream));

	(void)why;
	/* 15: the largest window; +16: gzip's header and checksum */
	if (!stream || inflateInit2(stream, 15 + 16) != Z_OK) {
		free(stream);
		return -ENOMEM;
	}
	archive->state = stream;
	return 0;
}

static void close_gzip(struct archive *archive)
{
	(void)inflateEnd(archive->state);
	free(archive->state);
}

/* See to it that bytes of the file are at hand: 1, 0 at its end, or negative errno. */
static int at_hand(struct archive *archive)
{
	int r = 0;

	if (archive->from == archive->end && !archive->ended)
		r = archive_fill(archive);
	return r ? r : archive->from < archive->end;
}

/* Behind one gzip member: another one, or the zeroes that tapes are padded with. */
static int next_gzip(struct archive *archive, z_stream *stream)
{
	int r;

	while ((r = at_hand(archive)) > 0 && archive->chunk[archive->from] == 0)
		archive->from++;
	if (r <= 0)
		return r;
	return inflateReset(stream) == Z_OK ? 1 : -ENOMEM;
}

static ssize_t read_gzip(struct archive *archive, char *at, size_t size)
{
	z_stream *stream = archive->state;
	size_t wanted = size < UINT_MAX ? size : UINT_MAX;
	int r;

	stream->next_out = (Bytef *)at;
	stream->avail_out = (uInt)wanted;
	while (stream->avail_out == wanted) {
		r = archive->inside ? at_hand(archive) : next_gzip(archive, stream);
		if (r < 0)
			return r;
		if (r == 0 && archive->inside)
			return archive_fail(archive, -EBADMSG,
					    "the gzip data ends too early");
		if (r == 0)
			return 0;
		archive->inside = true;
		stream->next_in = (Bytef *)archive->chunk + archive->from;
		stream->avail_in = (uInt)(archive->end - archive->from);
		r = inflate(stream, Z_NO_FLUSH);
		archive->from = archive->end - stream->avail_in;
		if (r == Z_STREAM_END)
			archive->inside = false;
		else if (r != Z_OK && r != Z_BUF_ERROR) {
			archive->failed = (int)archive_fail(archive, -EBADMSG,
							    "the gzip data is damaged");
			break;
		}
	}
	/* What was unpacked before the damage comes first; archive_read tells the rest. */
	return stream->avail_out == wanted ? archive->failed
					   : (ssize_t)(wanted - stream->avail_out);
}

const struct archive_kind archive_gzip = {
	.tell = tell_gzip,
	.open = open_gzip,
	.read = read_gzip,
	.close = close_gzip,
};

static bool tell_zstd(struct text head)
{
	return text_starts(head, TEXT("\x28\xb5\x2f\xfd"));
}

/*
 * Where data is damaged, what the same call has unpacked before is lost.  So that this does not
 * depend on how much is asked for, it is unpacked into a room of its own.
 */
struct zstd_state {
	ZSTD_DStream *stream;
	size_t from, end; /* what is unread of out[] */
	char out[128 << 10];
};

static int open_zstd(struct archive *archive, struct why *why)
{
	struct zstd_state *state = malloc(sizeof(*state));

	(void)why;
	if (!state)
		return -ENOMEM;
	state->from = state->end = 0;
	state->stream = ZSTD_createDStream();
	if (!state->stream) {
		free(state);
		return -ENOMEM;
	}
	archive->state = state;
	return 0;
}

static void close_zstd(struct archive *archive)
{
	struct zstd_state *state = archive->state;

	(void)ZSTD_freeDStream(state->stream);
	free(state);
}

/* Unpack into the empty room: the bytes in it, 0 at the end, or negative errno. */
static ssize_t fill_zstd(struct archive *archive, struct zstd_state *state)
{
	ZSTD_outBuffer out = { .dst = state->out, .size = sizeof(state->out) };

	while (out.pos == 0) {
		ZSTD_inBuffer in = { .src = archive->chunk };
		size_t left;
		int r = at_hand(archive);

		if (r < 0)
			return r;
		if (r == 0 && !archive->inside)
			return 0;
		in.pos = archive->from;
		in.size = archive->end;
		left = ZSTD_decompressStream(state->stream, &out, &in);
		archive->from = in.pos;
		if (ZSTD_isError(left))
			return archive_fail(archive, -EBADMSG,
					    "the zstd data is damaged");
		archive->inside = left != 0;
		/* Nothing more to read and nothing that was held back: cut off. */
		if (r == 0 && out.pos == 0)
			return archive_fail(archive, -EBADMSG,
					    "the zstd data ends too early");
	}
	state->from = 0;
	state->end = out.pos;
	return (ssize_t)out.pos;
}

static ssize_t read_zstd(struct archive *archive, char *at, size_t size)
{
	struct zstd_state *state = archive->state;
	ssize_t got = state->from == state->end ? fill_zstd(archive, state) : 1;

	if (got <= 0)
		return got;
	if (size > state->end - state->from)
		size = state->end - state->from;
	memcpy(at, state->out + state->from, size);
	state->from += size;
	return (ssize_t)size;
}

const struct archive_kind archive_zstd = {
	.tell = tell_zstd,
	.open = open_zstd,
	.read = read_zstd,
	.close = close_zstd,
};
