// SPDX-License-Identifier: Apache-2.0
// The boot guard: a durable mark before the kernel is touched, and the ladder down from it.
#include "update/slot/guard.h"

#include <assert.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static const char magic[8] = "WHGUARD1";

/* As it stands on disk, little-endian; the checksum is over all that is before it. */
struct file {
	char magic[8];
	uint8_t is_marked, rung, zero[6];
	struct guard_boot boot;
	struct guard_triple triple;
	uint32_t restarts, series, blame_count, pad;
	struct guard_blame blames[GUARD_ENTRIES];
	uint64_t checksum;
};

static_assert(sizeof(struct file) <= GUARD_FILE_SIZE, "the file fits its buffer");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "written as it stands in memory");

static bool same(const struct guard_triple *a, const struct guard_triple *b)
{
	return a->kernel == b->kernel && a->sensor == b->sensor && a->pack == b->pack;
}

static unsigned find(const struct guard *guard, const struct guard_triple *triple)
{
	unsigned at = 0;

	while (at < guard->blame_count && !same(&guard->blames[at].triple, triple))
		at++;
	return at;
}

uint32_t guard_crashes(const struct guard *guard, const struct guard_triple *triple)
{
	unsigned at = find(guard, triple);

	return at < guard->blame_count ? guard->blames[at].crashes : 0;
}

static void forget(struct guard *guard, unsigned at)
{
	if (at >= guard->blame_count)
		return;
	guard->blame_count--;
	memmove(&guard->blames[at], &guard->blames[at + 1],
		(guard->blame_count - at) * sizeof(guard->blames[0]));
	memset(&guard->blames[guard->blame_count], 0, sizeof(guard->blames[0]));
}

void guard_blame(struct guard *guard)
{
	unsigned at = find(guard, &guard->triple);

	if (at == guard->blame_count) {
		if (at == GUARD_ENTRIES)
			forget(guard, 0);
		at = guard->blame_count++;
		guard->blames[at] = (struct guard_blame){ .triple = guard->triple };
	}
	if (guard->blames[at].crashes < UINT32_MAX)
		guard->blames[at].crashes++;
	if (guard->series < UINT32_MAX)
		guard->series++;
	guard->is_marked = false;
	guard->restarts = 0;
}

enum guard_found guard_begin(struct guard *guard, const struct guard_boot *boot)
{
	if (!guard->is_marked)
		return GUARD_CLEAN;
	if (memcmp(&guard->boot, boot, sizeof(*boot)) == 0 &&
	    ++guard->restarts < GUARD_PATIENCE) {
		guard->is_marked = false;
		return GUARD_RESTARTED;
	}
	guard_blame(guard);
	return GUARD_CRASHED;
}

enum guard_rung guard_rung(const struct guard *guard, const struct guard_triple *triple)
{
	uint32_t crashes = guard_crashes(guard, triple);

	if (crashes == 0)
		return GUARD_FULL;
	/* Another combination crashed before this one: it is not the pack. */
	if (crashes < guard->series)
		crashes = guard->series;
	return crashes < GUARD_OFF ? (enum guard_rung)crashes : GUARD_OFF;
}

void guard_mark(struct guard *guard, const struct guard_boot *boot,
		const struct guard_triple *triple, enum guard_rung rung)
{
	if (memcmp(&guard->boot, boot, sizeof(*boot)) != 0)
		guard->restarts = 0;
	guard->is_marked = true;
	guard->rung = rung;
	guard->boot = *boot;
	guard->triple = *triple;
}

void guard_end(struct guard *guard)
{
	if (guard->is_marked && guard->rung == GUARD_FULL) {
		forget(guard, find(guard, &guard->triple));
		guard->series = 0;
	}
	guard->is_marked = false;
	guard->restarts = 0;
}

void guard_forgive(struct guard *guard)
{
	guard->blame_count = 0;
	guard->series = 0;
	memset(guard->blames, 0, sizeof(guard->blames));
}

uint64_t guard_hash(struct text text)
{
	return XXH3_64bits(text.at, text.size);
}

size_t guard_write(const struct guard *guard, char out[GUARD_FILE_SIZE])
{
	struct file file = { .is_marked = guard->is_marked,
			     .rung = (uint8_t)guard->rung,
			     .boot = guard->boot,
			     .triple = guard->triple,
			     .restarts = guard->restarts,
			     .series = guard->series,
			     .blame_count = guard->blame_count };

	memcpy(file.magic, magic, sizeof(magic));
	memcpy(file.blames, guard->blames, sizeof(file.blames));
	file.checksum = XXH3_64bits(&file, offsetof(struct file, checksum));
	memcpy(out, &file, sizeof(file));
	return sizeof(file);
}

bool guard_read(struct text bytes, struct guard *out)
{
	struct file file;

	if (bytes.size != sizeof(file))
		return false;
	memcpy(&file, bytes.at, sizeof(file));
	if (memcmp(file.magic, magic, sizeof(magic)) != 0 ||
	    file.checksum != XXH3_64bits(&file, offsetof(struct file, checksum)) ||
	    file.is_marked > 1 || file.rung >= GUARD_RUNGS ||
	    file.blame_count > GUARD_ENTRIES)
		return false;
	*out = (struct guard){ .is_marked = file.is_marked,
			       .rung = file.rung,
			       .boot = file.boot,
			       .triple = file.triple,
			       .restarts = file.restarts,
			       .series = file.series,
			       .blame_count = file.blame_count };
	memcpy(out->blames, file.blames, sizeof(out->blames));
	return true;
}

const char *guard_rung_name(enum guard_rung rung)
{
	static const char *const names[GUARD_RUNGS] = {
		[GUARD_FULL] = "full",
		[GUARD_ESSENTIAL] = "essential",
		[GUARD_NO_BPF] = "no-bpf",
		[GUARD_OFF] = "off",
	};

	return names[rung];
}

static bool has_word(struct text line, struct text word)
{
	size_t at = 0;

	while (at < line.size) {
		size_t end = at;

		while (end < line.size && !strchr(" \t\n", line.at[end]))
			end++;
		if (text_is(text_part(line, at, end - at), word))
			return true;
		at = end + 1;
	}
	return false;
}

enum guard_rung guard_switch(struct text command_line)
{
	if (has_word(command_line, TEXT("windhover.off")))
		return GUARD_OFF;
	return has_word(command_line, TEXT("windhover.nobpf")) ? GUARD_NO_BPF
							       : GUARD_FULL;
}
