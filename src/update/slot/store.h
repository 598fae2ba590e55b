/* SPDX-License-Identifier: Apache-2.0 */
/* The content folder: packs by digest, and the ledger, so that a power cut leaves old or new. */
#pragma once

#include "model/pack.h"
#include "update/slot/ledger.h"

/*
 * In the folder: packs/DIGEST, ledger.0 and ledger.1 (the newer valid one counts; each write
 * goes to the one that does not), and reserve (room for a last ledger on a full disk).  Every
 * file is written under another name, synced, renamed, and the folder synced.  A failed fsync
 * means that this file is lost: it is removed, and never synced again.
 */
struct store {
	int folder, packs;   /* descriptors, owned */
	uint64_t generation; /* of the ledger that is on disk for sure */
	unsigned newest;     /* 0 or 1: the file it is in */
	bool is_unsaved;     /* memory is ahead of the disk: see store_save */
	char trouble[96];    /* why; empty: none */
	struct ledger ledger;
};

/*
 * store_open(folder, store, why):
 * Open what is in ${folder} (a descriptor, which becomes the store's in every case), or begin
 * anew where there is nothing.  A ledger that is damaged in both files is set aside as
 * ledger.damaged, said in ${why} and in the history of the new one.  0 or -errno.
 */
int store_open(int folder, struct store *store, struct why *why) MUST_USE;
void store_close(struct store *store);

/*
 * store_save(store):
 * Bring the ledger to the disk.  0: it is there, and outlives a power cut.  -errno: it may be
 * there or not, but the one before it still is; ${is_unsaved} is set, and ${trouble} says why, so
 * that who must go on without it may do so, and try again later.
 */
int store_save(struct store *store);

/*
 * store_put(store, fd, digest, rules, why):
 * Verify the pack in ${fd}, by a copy that nobody can change, and keep it under its digest.
 * 0; -EINVAL with the reason in ${why} where it is no pack for this engine; -errno.
 */
int store_put(struct store *store, int fd, struct slot_digest *digest, uint32_t *rules,
	      struct why *why) MUST_USE;

/*
 * store_get(store, digest, out, why):
 * A sealed, verified copy in memory of a kept pack: its descriptor to ${*out}.  0; -ENOENT;
 * -EINVAL with the reason where the file is not that pack any more; -errno.
 */
int store_get(const struct store *store, const struct slot_digest *digest, int *out,
	      struct why *why) MUST_USE;

/* Remove packs that no slot names, and leftovers of writes that were cut. */
void store_sweep(struct store *store);

static inline void auto_store(struct store *store)
{
	store_close(store);
}
