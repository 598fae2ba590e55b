// SPDX-License-Identifier: Apache-2.0
// Drives the content folder through installs, switches and rollbacks, for tests that cut the power.
/*
 * store_drive FOLDER ROUNDS PACK PACK...
 *     One line for each answer that is on disk for sure: "ack GENERATION STATE RUN BAD-COUNT".
 * store_drive --check FOLDER [GENERATION STATE RUN BAD-COUNT]
 *     What a power cut left, against the last line that was seen before it: whole, not older, and
 *     every pack it names is there.  Exit status: 0 all of it holds, 1 something does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "update/slot/store.h"

struct drive {
	struct store store;
	int packs[8];
	int pack_count;
};

static int open_folder(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int acknowledge(struct store *store)
{
	const struct slot *slot = &store->ledger.slot;
	int r = store_save(store);

	if (r)
		return r;
	(void)printf("ack %llu %s %s %u\n", (unsigned long long)store->generation,
		     slot_state_name(slot->state), slot->run.hex[0] ? slot->run.hex : "-",
		     store->ledger.bad_count);
	return fflush(stdout) ? -errno : 0;
}

static int tell(struct store *store, enum slot_event event,
		const struct slot_digest *digest)
{
	static const struct slot_digest none;
	struct slot_facts facts = ledger_facts(&store->ledger, digest ? digest : &none);
	struct slot_step step = slot_next(&store->ledger.slot, event, digest, &facts);

	if (step.answer != SLOT_DONE)
		return 0;
	store->ledger.slot = step.after;
	if (step.actions & SLOT_DO_MARK_BAD)
		(void)ledger_mark_bad(&store->ledger, &step.blamed, 0, "drive");
	ledger_note(&store->ledger, 0, slot_event_name(event), digest, "drive", "");
	return acknowledge(store);
}

/* One install, to a good end or a bad one, and now and then a step back. */
static int go_round(struct drive *drive, unsigned number)
{
	struct store *store = &drive->store;
	struct slot_digest digest;
	struct why why = { 0 };
	uint32_t rules;
	int r = store_put(store, drive->packs[number % (unsigned)drive->pack_count],
			  &digest, &rules, &why);

	if (r)
		return r;
	(void)ledger_forgive(&store->ledger, &digest);
	/* One that is kept as a good one already is gone back to; nothing else is to be done. */
	r = tell(store, SLOT_BACK, &digest);
	if (r == 0)
		r = tell(store, SLOT_OFFERED, &digest);
	if (r == 0)
		r = tell(store, SLOT_PROVEN, NULL);
	if (r == 0)
		r = tell(store, number % 3 ? SLOT_PASSED : SLOT_FAILED, NULL);
	/* Now and then a good one fails, so that packs are installed again. */
	if (r == 0 && number % 4 == 3)
		r = tell(store, SLOT_FAILED, NULL);
	store_sweep(store);
	return r;
}

static int drive(const char *path, const char *rounds, char **packs, int pack_count)
{
	static struct drive drive;
	struct why why = { 0 };
	int r = store_open(open_folder(path), &drive.store, &why);

	for (int i = 0; i < pack_count && i < 8; i++) {
		drive.packs[drive.pack_count++] = open(packs[i], O_RDONLY | O_CLOEXEC);
		if (drive.packs[i] < 0)
			return -errno;
	}
	for (unsigned i = 0; r == 0 && i < strtoul(rounds, NULL, 10); i++)
		r = go_round(&drive, i);
	store_close(&drive.store);
	return r;
}

static int fail(const char *what)
{
	(void)printf("broken: %s\n", what);
	return 1;
}

static int check_packs(const struct store *store)
{
	const struct slot *slot = &store->ledger.slot;
	struct slot_digest named[SLOT_GOODS + 2];
	unsigned count = 0;

	memcpy(named, slot->goods, sizeof(slot->goods));
	count = slot->good_count;
	named[count++] = slot->run;
	named[count++] = slot->candidate;
	for (unsigned i = 0; i < count; i++) {
		struct why why = { 0 };
		AUTO(close) int fd = -1;

		if (named[i].hex[0] && store_get(store, &named[i], &fd, &why) < 0)
			return fail(named[i].hex);
	}
	return 0;
}

static int check(const char *path, char **seen, int seen_count)
{
	static struct store store;
	struct why why = { 0 };
	const struct slot *slot = &store.ledger.slot;
	int r = store_open(open_folder(path), &store, &why);

	if (r)
		return fail(strerror(-r));
	if (why.reason[0])
		return fail(why.reason);
	if (check_packs(&store))
		return 1;
	if (seen_count == 4) {
		uint64_t generation = strtoull(seen[0], NULL, 10);

		if (store.generation < generation)
			return fail("an acknowledged step is lost");
		if (store.generation == generation &&
		    (strcmp(seen[1], slot_state_name(slot->state)) != 0 ||
		     strcmp(seen[2], slot->run.hex[0] ? slot->run.hex : "-") != 0 ||
		     strtoul(seen[3], NULL, 10) != store.ledger.bad_count))
			return fail("an acknowledged step is not as it was");
	}
	store_close(&store);
	return 0;
}

int main(int argc, char **argv)
{
	int r;

	if (argc >= 3 && strcmp(argv[1], "--check") == 0)
		return check(argv[2], argv + 3, argc - 3);
	if (argc < 5) {
		(void)fputs(
			"usage: store_drive FOLDER ROUNDS PACK PACK...\n"
			"       store_drive --check FOLDER [GENERATION STATE RUN BADS]\n",
			stderr);
		return 2;
	}
	r = drive(argv[1], argv[2], argv + 3, argc - 3);
	if (r)
		(void)fprintf(stderr, "store_drive: %s\n", strerror(-r));
	return r ? 1 : 0;
}
