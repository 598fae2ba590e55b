// SPDX-License-Identifier: Apache-2.0
// A stream of bytes that is a Windows event log -> its chunks: docs/formats/evtx.md.
#include "format/evtx_file.h"

#include "format/crc32.h"

#define FLAG_DIRTY  1u
#define FLAG_NO_SUM 4u

bool evtx_file_tell(struct text head)
{
	return head.size >= 8 &&
	       (memcmp(head.at, "ElfFile", 8) == 0 || memcmp(head.at, "ElfChnk", 8) == 0);
}

/* Read until ${wanted} bytes are in the block, or the stream ends. */
static int fill(struct evtx_file *file, uint32_t have, uint32_t wanted, uint32_t *size)
{
	while (have < wanted && !file->ended) {
		ssize_t got =
			file->read(file->user, (char *)file->block + have, wanted - have);

		if (got < 0)
			return (int)got;
		file->ended = got == 0;
		have += (uint32_t)got;
	}
	*size = have;
	return 0;
}

bool evtx_file_is_dirty(const uint8_t *head)
{
	return evtx_u32(head + 120) & FLAG_DIRTY;
}

/* The fields of the header. */
static unsigned read_head(struct evtx_file *file)
{
	const uint8_t *head = file->block;
	uint32_t flags = evtx_u32(head + 120);
	unsigned damage = 0;

	file->minor = evtx_u16(head + 36);
	file->major = evtx_u16(head + 38);
	file->announced = evtx_u16(head + 42);
	file->is_dirty = evtx_file_is_dirty(head);
	if (file->major != 3)
		damage |= EVTX_FILE_VERSION;
	if (!(flags & (FLAG_NO_SUM | FLAG_DIRTY)) &&
	    crc32_of(head, 120, 0) != evtx_u32(head + 124))
		damage |= EVTX_FILE_SUM;
	return damage;
}

int evtx_file_start(struct evtx_file *file, window_read *read, void *user,
		    unsigned *damage)
{
	uint32_t size = 0;
	int r;

	/* The block need not be cleared: what is not read of it is, chunk by chunk. */
	memset(file, 0, offsetof(struct evtx_file, block));
	file->read = read;
	file->user = user;
	r = fill(file, 0, EVTX_HEAD_SIZE, &size);
	if (r)
		return r;
	if (evtx_chunk_tell(file->block, size)) {
		file->left = size;
		*damage = EVTX_FILE_NO_HEAD;
		return 0;
	}
	file->next_offset = size;
	if (size < EVTX_HEAD_SIZE) {
		*damage = EVTX_FILE_CUT;
		return 0;
	}
	*damage = read_head(file);
	return 0;
}

void evtx_file_resume(struct evtx_file *file, window_read *read, void *user,
		      uint32_t number, uint64_t offset, bool is_dirty)
{
	memset(file, 0, offsetof(struct evtx_file, block));
	file->read = read;
	file->user = user;
	file->number = number;
	file->next_offset = offset;
	file->is_dirty = is_dirty;
}

static bool is_blank(const uint8_t *at, uint32_t size)
{
	return size == 0 || (at[0] == 0 && memcmp(at, at + 1, size - 1) == 0);
}

int evtx_file_next(struct evtx_file *file, struct evtx_chunk *chunk, unsigned *damage)
{
	uint32_t size = 0;
	int r;

	do {
		if (file->ended && !file->left)
			return EVTX_FILE_END;
		r = fill(file, file->left, EVTX_CHUNK_SIZE, &size);
		if (r)
			return r;
		file->left = 0;
		file->number += file->began;
		file->began = true;
		file->offset = file->next_offset;
		file->next_offset += size;
	} while (is_blank(file->block, size));
	memset(file->block + size, 0, EVTX_CHUNK_SIZE - size);
	if (!evtx_chunk_tell(file->block, size))
		return EVTX_FILE_BAD;
	*damage = evtx_chunk_open(chunk, file->block, size);
	return EVTX_FILE_CHUNK;
}
