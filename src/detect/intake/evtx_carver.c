// SPDX-License-Identifier: Apache-2.0
// Which records of an event log have come: two generations of hashes, of which the older one goes.
#include "detect/intake/evtx_carver.h"

#include <errno.h>

#define SLOTS   (1u << 20)
#define RECORDS (SLOTS / 2) /* of a generation */

struct generation {
	uint64_t slots[SLOTS]; /* hashes; 0: free */
	uint32_t count;
};

/* Touched only as far as it is used. */
struct evtx_carver {
	struct generation generations[2];
	unsigned newer;
	uint64_t log; /* part of each hash: nothing need be cleared for another log */
};

int evtx_carver_create(struct evtx_carver **out)
{
	struct evtx_carver *carver = calloc(1, sizeof(*carver));

	if (!carver)
		return -ENOMEM;
	*out = carver;
	return 0;
}

void evtx_carver_free(struct evtx_carver *carver)
{
	free(carver);
}

void evtx_carver_clear(struct evtx_carver *carver)
{
	if (carver)
		carver->log++;
}

static uint64_t hash_of(const struct evtx_carver *carver,
			const struct evtx_record *record)
{
	uint64_t hash = (record->id ^ carver->log << 40) * 0x9e3779b97f4a7c15u;

	hash = (hash ^ hash >> 32 ^ (uint64_t)record->time_ns) * 0xff51afd7ed558ccdu;
	hash ^= hash >> 32;
	return hash ? hash : 1;
}

/* Where ${hash} is, or would be: half of the slots are free. */
static uint32_t find(const struct generation *generation, uint64_t hash)
{
	uint32_t slot = (uint32_t)hash % SLOTS;

	while (generation->slots[slot] && generation->slots[slot] != hash)
		slot = (slot + 1) % SLOTS;
	return slot;
}

void evtx_carver_add(struct evtx_carver *carver, const struct evtx_record *record)
{
	struct generation *newer = &carver->generations[carver->newer];
	uint64_t hash = hash_of(carver, record);
	uint32_t slot;

	if (newer->count == RECORDS) {
		carver->newer ^= 1;
		newer = &carver->generations[carver->newer];
		memset(newer, 0, sizeof(*newer));
	}
	slot = find(newer, hash);
	newer->count += !newer->slots[slot];
	newer->slots[slot] = hash;
}

bool evtx_carver_knows(const struct evtx_carver *carver, const struct evtx_record *record)
{
	uint64_t hash = hash_of(carver, record);

	for (unsigned i = 0; i < 2; i++) {
		const struct generation *generation = &carver->generations[i];

		if (generation->slots[find(generation, hash)])
			return true;
	}
	return false;
}
