// SPDX-License-Identifier: Apache-2.0
// windhover-keeper: packs that are the first to use something here, and what is asked of them.
#include "keeper_inside.h"

#define SECOND_NS UINT64_C(1000000000)

/* What a kept pack uses; false where it is not whole. */
static bool look_into(const struct keeper *keeper, const struct slot_digest *digest,
		      struct features *out)
{
	AUTO(pack) struct pack *pack = NULL;
	AUTO(close) int fd = -1;
	struct why why = { 0 };

	if (store_get(&keeper->store, digest, &fd, &why) || pack_open_fd(fd, &pack, &why))
		return false;
	features_of(pack, out);
	return true;
}

void keeper_know(struct keeper *keeper)
{
	const struct slot *slot = &keeper->store.ledger.slot;
	struct features used;

	keeper->known = (struct features){ 0 };
	keeper->has_known = false;
	for (unsigned i = 0; i < slot->good_count; i++) {
		if (!look_into(keeper, &slot->goods[i], &used))
			continue;
		features_add(&keeper->known, &used);
		keeper->has_known = true;
	}
}

bool keeper_is_novel(struct keeper *keeper)
{
	struct features used, novel;

	keeper_know(keeper);
	return keeper->has_known &&
	       look_into(keeper, &keeper->store.ledger.slot.candidate, &used) &&
	       features_beyond(&used, &keeper->known, &novel) > 0;
}

void keeper_begin_probation(struct keeper *keeper)
{
	const struct role_keep *asked = &keeper->asked;
	uint32_t seconds = asked->probation_s;

	if (keeper->is_novel && asked->probation_novel_s > seconds)
		seconds = asked->probation_novel_s;
	keeper->budget.time_ns = SECOND_NS * seconds;
	keeper->probation = (struct probation){ 0 };
}
