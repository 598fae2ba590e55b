// SPDX-License-Identifier: Apache-2.0
// Fuzz target: what the keeper and the boot guard read from the disk.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "update/slot/guard.h"
#include "update/slot/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The checksum keeps almost every input out: with a right one, the lines are read. */
static void read_lines(const uint8_t *data, size_t size)
{
	static struct ledger ledger, again;
	AUTO(buffer) struct buffer text, copy;
	uint64_t generation = 0, same = 0;
	struct why why = { 0 };

	buffer_init(&text, size + 64);
	buffer_init(&copy, LEDGER_SIZE_MAX);
	buffer_add(&text, data, size);
	buffer_format(&text, "checksum %016llx\n",
		      (unsigned long long)XXH3_64bits(text.at, text.size));
	if (text.failed || ledger_read(buffer_view(&text), &ledger, &generation, &why))
		return;
	/* What was accepted is written so that it is read as the same. */
	assert(slot_is_sound(&ledger.slot));
	ledger_write(&ledger, generation, &copy);
	assert(!copy.failed);
	if (ledger_read(buffer_view(&copy), &again, &same, &why))
		abort();
	assert(same == generation && memcmp(&again, &ledger, sizeof(ledger)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ledger ledger;
	struct text bytes = { .at = (const char *)data, .size = size };
	uint64_t generation;
	struct guard guard;
	struct why why = { 0 };

	if (ledger_read(bytes, &ledger, &generation, &why) == 0)
		assert(slot_is_sound(&ledger.slot));
	if (guard_read(bytes, &guard))
		assert(guard.blame_count <= GUARD_ENTRIES);
	read_lines(data, size);
	return 0;
}
