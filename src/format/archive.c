// SPDX-License-Identifier: Apache-2.0
// The bytes of a log file, however it is packed.
#include "format/archive_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "format/evtx_file.h"

static const struct archive_kind *const kinds[] = { &archive_gzip, &archive_zstd,
						    &archive_zip, &archive_plain };

ssize_t archive_fail(struct archive *archive, int r, const char *reason)
{
	(void)snprintf(archive->reason, sizeof(archive->reason), "%s", reason);
	return r;
}

int archive_fill(struct archive *archive)
{
	ssize_t got;

	got = read(archive->fd, archive->chunk, sizeof(archive->chunk));
	if (got < 0)
		return (int)archive_fail(archive, -errno, strerror(errno));
	archive->from = 0;
	archive->end = (size_t)got;
	archive->ended = got == 0;
	archive->progress += (uint64_t)got;
	return 0;
}

/*
 * Read until there are enough bytes to tell the kind by; a pipe gives them piece by piece.  Of an
 * event log its header will do: what is not in our chunk need not be copied out of it.
 */
static int fill_head(struct archive *archive)
{
	size_t size = 0, wanted = 16, room = sizeof(archive->chunk);
	struct stat st;
	ssize_t got;

	if (fstat(archive->fd, &st) == 0 && S_ISREG(st.st_mode))
		room = EVTX_HEAD_SIZE;
	while (size < wanted) {
		got = read(archive->fd, archive->chunk + size, room - size);
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		size += (size_t)got;
		if (room == EVTX_HEAD_SIZE &&
		    !evtx_file_tell((struct text){ .at = archive->chunk, .size = size }))
			wanted = room = sizeof(archive->chunk);
	}
	archive->end = size;
	archive->progress = size;
	return 0;
}

static int open_kind(struct archive *archive, struct why *why)
{
	struct text head;
	size_t i = 0;
	int r = fill_head(archive);

	if (r) {
		why_set(why, 0, 0, "cannot be read: %s", strerror(-r));
		return r;
	}
	head = (struct text){ .at = archive->chunk, .size = archive->end };
	while (!kinds[i]->tell(head))
		i++;
	r = kinds[i]->open ? kinds[i]->open(archive, why) : 0;
	if (r == 0)
		archive->kind = kinds[i];
	return r;
}

int archive_open(const char *path, struct archive **out, struct why *why)
{
	AUTO(archive) struct archive *archive = NULL;
	int r;

	archive = malloc(sizeof(*archive));
	if (!archive) {
		why_set(why, 0, 0, "cannot be opened: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	/* What is not read into the chunk is not looked at. */
	memset(archive, 0, offsetof(struct archive, chunk));
	archive->is_input = strcmp(path, "-") == 0;
	archive->fd = archive->is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (archive->fd < 0) {
		r = -errno;
		why_set(why, 0, 0, "cannot be opened: %s", strerror(-r));
		return r;
	}
	r = open_kind(archive, why);
	if (r)
		return r;
	*out = TAKE(archive);
	return 0;
}

void archive_close(struct archive *archive)
{
	if (!archive)
		return;
	if (archive->kind && archive->kind->close)
		archive->kind->close(archive);
	if (archive->fd >= 0 && !archive->is_input)
		(void)close(archive->fd);
	free(archive);
}

int archive_next(struct archive *archive, struct why *why)
{
	archive->failed = 0;
	if (archive->kind->next)
		return archive->kind->next(archive, why);
	if (archive->began)
		return 0;
	archive->began = true;
	return 1;
}

const char *archive_member(const struct archive *archive)
{
	return archive->name;
}

ssize_t archive_read(struct archive *archive, char *at, size_t size)
{
	ssize_t got;

	if (archive->failed)
		return archive->failed;
	got = archive->kind->read(archive, at, size);
	if (got < 0 && got != -EINTR)
		archive->failed = (int)got;
	return got;
}

const char *archive_reason(const struct archive *archive)
{
	return archive->reason;
}

uint64_t archive_progress(const struct archive *archive)
{
	return archive->progress;
}
