// SPDX-License-Identifier: Apache-2.0
// The members of a zip file.
#include <errno.h>
#include <zip.h>

#include "format/archive_kind.h"

struct zip_state {
	zip_t *zip;
	zip_file_t *file;
	zip_uint64_t next, count; /* entries */
	uint64_t packed, size,
		done;    /* bytes of the member: packed, not packed, read so far */
	uint64_t before; /* packed bytes of the members before */
};

static bool tell_zip(struct text head)
{
	return text_starts(head, TEXT("PK\x03\x04")) ||
	       text_starts(head, TEXT("PK\x05\x06"));
}

static int open_zip(struct archive *archive, struct why *why)
{
	AUTO(free) struct zip_state *state = calloc(1, sizeof(*state));
	zip_error_t error;
	int code = 0, fd;

	if (!state)
		return -ENOMEM;
	if (lseek(archive->fd, 0, SEEK_SET) < 0) {
		why_set(why, 0, 0,
			"a zip file cannot be read from a pipe: its list of members "
			"is at its end");
		return -ESPIPE;
	}
	fd = dup(archive->fd);
	state->zip = fd < 0 ? NULL : zip_fdopen(fd, 0, &code);
	if (!state->zip) {
		zip_error_init_with_code(&error, code);
		why_set(why, 0, 0, "is a damaged zip file: %s",
			fd < 0 ? strerror(errno) : zip_error_strerror(&error));
		zip_error_fini(&error);
		if (fd >= 0)
			(void)close(fd);
		return -EBADMSG;
	}
	state->count = (zip_uint64_t)zip_get_num_entries(state->zip, 0);
	archive->progress = 0;
	archive->state = TAKE(state);
	return 0;
}

static void close_zip(struct archive *archive)
{
	struct zip_state *state = archive->state;

	if (state->file)
		(void)zip_fclose(state->file);
	zip_discard(state->zip);
	free(state);
}

static int next_zip(struct archive *archive, struct why *why)
{
	struct zip_state *state = archive->state;
	zip_stat_t stat;
	size_t length;

	if (state->file)
		(void)zip_fclose(state->file);
	state->file = NULL;
	archive->name = NULL;
	while (state->next < state->count) {
		zip_uint64_t entry = state->next++;

		state->before += state->packed;
		state->packed = state->size = state->done = 0;
		if (zip_stat_index(state->zip, entry, 0, &stat) != 0 || !stat.name) {
			why_set(why, 0, 0, "member %llu of the zip cannot be read: %s",
				(unsigned long long)entry + 1, zip_strerror(state->zip));
			return -EBADMSG;
		}
		length = strlen(stat.name);
		if (length && stat.name[length - 1] == '/')
			continue;
		archive->name = stat.name;
		state->packed = stat.valid & ZIP_STAT_COMP_SIZE ? stat.comp_size : 0;
		state->size = stat.valid & ZIP_STAT_SIZE ? stat.size : 0;
		state->file = zip_fopen_index(state->zip, entry, 0);
		if (!state->file) {
			why_set(why, 0, 0, "cannot be read: %s",
				zip_strerror(state->zip));
			return -EBADMSG;
		}
		return 1;
	}
	return 0;
}

static ssize_t read_zip(struct archive *archive, char *at, size_t size)
{
	struct zip_state *state = archive->state;
	zip_int64_t got = state->file ? zip_fread(state->file, at, size) : 0;

	if (got < 0)
		return archive_fail(archive, -EBADMSG, zip_file_strerror(state->file));
	state->done += (uint64_t)got;
	/* About where that is in the file. */
	archive->progress = state->before;
	if (state->size)
		archive->progress +=
			(uint64_t)((double)state->packed * (double)state->done /
				   (double)state->size);
	return (ssize_t)got;
}

const struct archive_kind archive_zip = {
	.tell = tell_zip,
	.open = open_zip,
	.next = next_zip,
	.read = read_zip,
	.close = close_zip,
};
