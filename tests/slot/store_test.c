// SPDX-License-Identifier: Apache-2.0
// The content folder: what is written is there, and whatever fails leaves old or new.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "fault.h"
#include "testpacks.h"
#include "update/slot/store.h"

static int packs[TESTPACKS];

struct place {
	char path[64];
	struct store store;
};

static void empty(int folder)
{
	DIR *list = fdopendir(folder);
	const struct dirent *entry;

	assert_non_null(list);
	while ((entry = readdir(list))) {
		if (entry->d_name[0] == '.')
			continue;
		if (unlinkat(folder, entry->d_name, 0) == 0)
			continue;
		empty(openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
		(void)unlinkat(folder, entry->d_name, AT_REMOVEDIR);
	}
	(void)closedir(list);
}

static int open_place(const struct place *place)
{
	int fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static int begin(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return -1;
	(void)snprintf(place->path, sizeof(place->path), "%s/windhover-store-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(place->path))
		return -1;
	place->store.folder = place->store.packs = -1;
	*state = place;
	return 0;
}

static int end(void **state)
{
	struct place *place = *state;

	fault = (struct fault){ .after = -1 };
	store_close(&place->store);
	empty(open_place(place));
	(void)rmdir(place->path);
	free(place);
	return 0;
}

static void open_store(struct place *place)
{
	struct why why = { 0 };

	store_close(&place->store);
	assert_int_equal(store_open(open_place(place), &place->store, &why), 0);
	assert_string_equal(why.reason, "");
}

static void tell(struct store *store, enum slot_event event,
		 const struct slot_digest *digest)
{
	struct slot_step step =
		slot_next(&store->ledger.slot, event, digest, &(struct slot_facts){ 0 });

	assert_int_equal(step.answer, SLOT_DONE);
	store->ledger.slot = step.after;
	if (step.actions & SLOT_DO_MARK_BAD)
		assert_true(ledger_mark_bad(&store->ledger, &step.blamed, 1, "test"));
}

static struct slot_digest install(struct store *store, int pack)
{
	struct slot_digest digest = { 0 };
	struct why why = { 0 };
	uint32_t rules = 0;

	assert_int_equal(store_put(store, pack, &digest, &rules, &why), 0);
	assert_int_equal(rules, 1);
	tell(store, SLOT_OFFERED, &digest);
	tell(store, SLOT_PROVEN, NULL);
	tell(store, SLOT_PASSED, NULL);
	assert_int_equal(store_save(store), 0);
	return digest;
}

static void what_was_saved_is_there_after_a_restart(void **state)
{
	struct place *place = *state;
	struct ledger *ledger = &place->store.ledger;
	struct slot_digest a, b;
	const uint32_t rules[] = { 0, 7 };
	struct why why = { 0 };
	int fd = -1;

	open_store(place);
	a = install(&place->store, packs[0]);
	b = install(&place->store, packs[1]);
	ledger_set_audit(ledger, &b, rules, 2);
	ledger->is_paused = true;
	ledger->pin = a;
	ledger_note(ledger, 1700000000, "pin", &a, "uid 0", "tabs\tand\nlines");
	tell(&place->store, SLOT_FAILED, NULL);
	assert_int_equal(store_save(&place->store), 0);
	open_store(place);
	assert_true(slot_is(&ledger->slot.run, &a));
	assert_int_equal(ledger->slot.state, SLOT_STEADY);
	assert_non_null(ledger_bad(ledger, &b));
	assert_string_equal(ledger_bad(ledger, &b)->reason, "test");
	assert_true(ledger->is_paused);
	assert_true(slot_is(&ledger->pin, &a));
	assert_string_equal(ledger->history[0].reason, "tabs and lines");
	assert_string_equal(ledger->history[0].who, "uid 0");
	assert_int_equal(ledger_audit(ledger, &b)->rules[1], 7);
	assert_int_equal(store_get(&place->store, &a, &fd, &why), 0);
	assert_true(fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE);
	(void)close(fd);
}

static void packs_that_nobody_names_are_swept(void **state)
{
	struct place *place = *state;
	struct slot_digest a, b;
	struct why why = { 0 };
	uint32_t rules;
	int fd = -1;

	open_store(place);
	a = install(&place->store, packs[0]);
	assert_int_equal(store_put(&place->store, packs[1], &b, &rules, &why), 0);
	(void)close(openat(place->store.packs, "x.new", O_WRONLY | O_CREAT, 0600));
	store_sweep(&place->store);
	assert_int_equal(store_get(&place->store, &a, &fd, &why), 0);
	(void)close(fd);
	assert_int_equal(store_get(&place->store, &b, &fd, &why), -ENOENT);
	assert_int_equal(faccessat(place->store.packs, "x.new", F_OK, 0), -1);
}

static void a_pack_that_was_damaged_on_disk_is_not_given(void **state)
{
	struct place *place = *state;
	struct slot_digest a;
	struct why why = { 0 };
	int fd = -1, file;

	open_store(place);
	a = install(&place->store, packs[0]);
	file = openat(place->store.packs, a.hex, O_WRONLY);
	assert_int_equal(pwrite(file, "x", 1, 600), 1);
	(void)close(file);
	assert_int_equal(store_get(&place->store, &a, &fd, &why), -EINVAL);
	assert_true(why.reason[0]);
	assert_int_equal(fd, -1);
}

/* Cut or changed at any byte: then the ledger before it counts. */
static void a_damaged_ledger_leaves_the_one_before_it(void **state)
{
	struct place *place = *state;
	char path[96], *bytes;
	struct slot_digest a;
	struct stat size;
	int file;

	open_store(place);
	a = install(&place->store, packs[0]);
	(void)install(&place->store, packs[1]);
	(void)snprintf(path, sizeof(path), "%s/ledger.%u", place->path,
		       place->store.newest);
	file = open(path, O_RDWR);
	assert_int_equal(fstat(file, &size), 0);
	bytes = malloc((size_t)size.st_size);
	assert_int_equal(read(file, bytes, (size_t)size.st_size), size.st_size);
	for (off_t at = 0; at < size.st_size; at++) {
		char was = bytes[at], other = (char)(was ^ 1);

		assert_int_equal(pwrite(file, &other, 1, at), 1);
		open_store(place);
		assert_true(slot_is(&place->store.ledger.slot.run, &a));
		assert_int_equal(pwrite(file, &was, 1, at), 1);
	}
	for (off_t cut = size.st_size - 1; cut >= 0; cut -= 7) {
		assert_int_equal(ftruncate(file, cut), 0);
		open_store(place);
		assert_true(slot_is(&place->store.ledger.slot.run, &a));
	}
	free(bytes);
	(void)close(file);
}

static void without_a_whole_ledger_it_begins_anew_and_says_so(void **state)
{
	struct place *place = *state;
	char path[96];
	struct why why = { 0 };

	open_store(place);
	(void)install(&place->store, packs[0]);
	(void)install(&place->store, packs[1]);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/ledger.%d", place->path, i);
		assert_int_equal(truncate(path, 10), 0);
	}
	store_close(&place->store);
	assert_int_equal(store_open(open_place(place), &place->store, &why), 0);
	assert_true(why.reason[0]);
	assert_int_equal(place->store.ledger.slot.state, SLOT_SAFE);
	assert_string_equal(place->store.ledger.history[0].action, "damaged");
	assert_int_equal(faccessat(place->store.folder, "ledger.damaged", F_OK, 0), 0);
}

static void the_list_of_bad_packs_refuses_before_it_forgets(void **state)
{
	struct place *place = *state;
	struct ledger *ledger = &place->store.ledger;
	struct slot_digest digest = { "00000000000000000000000000000000" };
	struct slot_digest first = digest;
	struct slot_facts facts;
	unsigned taken = 0;

	open_store(place);
	for (facts = ledger_facts(ledger, &digest); !facts.is_full; taken++) {
		(void)snprintf(digest.hex, sizeof(digest.hex), "%032x", taken);
		assert_true(ledger_mark_bad(ledger, &digest, 0, "full"));
		(void)snprintf(digest.hex, sizeof(digest.hex), "%032x", taken + 1);
		facts = ledger_facts(ledger, &digest);
	}
	assert_true(taken + SLOT_GOODS + 1 > LEDGER_BAD_MAX);
	assert_int_equal(slot_next(&ledger->slot, SLOT_OFFERED, &digest, &facts).answer,
			 SLOT_E_FULL);
	/* All that is kept can still fail. */
	for (unsigned i = 0; i < SLOT_GOODS; i++) {
		(void)snprintf(digest.hex, sizeof(digest.hex), "f%031x", i);
		assert_true(ledger_mark_bad(ledger, &digest, 0, "kept"));
	}
	assert_int_equal(store_save(&place->store), 0);
	open_store(place);
	assert_non_null(ledger_bad(ledger, &first));
	assert_true(ledger_forgive(ledger, &first));
	assert_null(ledger_bad(ledger, &first));
}

static void the_longest_ledger_can_be_written_and_read(void **state)
{
	struct place *place = *state;
	struct ledger *ledger = &place->store.ledger;
	struct slot_digest digest = { "ffffffffffffffffffffffffffffffff" };
	char reason[LEDGER_TEXT_SIZE];

	open_store(place);
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	for (unsigned i = 0; i < 2 * LEDGER_HISTORY_MAX; i++)
		ledger_note(ledger, INT64_MAX / 100, "0123456789abcde", &digest,
			    "0123456789012345678901234567890", reason);
	for (unsigned i = 0; i < LEDGER_BAD_MAX; i++) {
		(void)snprintf(digest.hex, sizeof(digest.hex), "%032x", i);
		assert_true(ledger_mark_bad(ledger, &digest, INT64_MAX / 100, reason));
	}
	assert_int_equal(store_save(&place->store), 0);
	open_store(place);
	assert_int_equal(ledger->history_count, LEDGER_HISTORY_MAX);
	assert_int_equal(ledger->bad_count, LEDGER_BAD_MAX);
}

static void a_clock_that_is_wrong_changes_only_what_people_read(void **state)
{
	static const int64_t clocks[] = { 0, -1, 1763920000 + 10 * INT64_C(31556952),
					  -62135596800, 999999999999999999 };
	struct place *place = *state;
	struct ledger *ledger = &place->store.ledger;
	struct slot_digest a;

	open_store(place);
	a = install(&place->store, packs[0]);
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		ledger_note(ledger, clocks[i], "test", &a, "test", "");
		assert_int_equal(store_save(&place->store), 0);
		open_store(place);
		assert_int_equal(ledger->history[i].time_s, clocks[i]);
		assert_true(slot_is(&ledger->slot.run, &a));
	}
}

/* Faults */

/* The whole life of two packs; stops where something fails.  The runs that were acknowledged. */
struct life {
	struct slot_digest run[8]; /* after each save */
	unsigned saves;
	int r;
};

static int step(struct store *store, struct life *life, enum slot_event event,
		const struct slot_digest *digest)
{
	struct slot_step next =
		slot_next(&store->ledger.slot, event, digest, &(struct slot_facts){ 0 });
	int r;

	if (next.answer != SLOT_DONE)
		return -EPROTO;
	store->ledger.slot = next.after;
	if (next.actions & SLOT_DO_MARK_BAD)
		(void)ledger_mark_bad(&store->ledger, &next.blamed, 0, "fault");
	life->run[life->saves + 1] = next.after.run;
	r = store_save(store);
	if (r == 0)
		life->saves++;
	return r;
}

static void live(struct place *place, struct life *life)
{
	struct store *store = &place->store;
	struct slot_digest digest;
	struct why why = { 0 };
	uint32_t rules;
	int fd = -1;

	life->r = store_open(open_place(place), store, &why);
	for (int i = 0; i < 2 && life->r == 0; i++) {
		life->r = store_put(store, packs[i], &digest, &rules, &why);
		if (life->r == 0)
			life->r = step(store, life, SLOT_OFFERED, &digest);
		if (life->r == 0)
			life->r = step(store, life, SLOT_PROVEN, NULL);
		if (life->r == 0)
			life->r = store_get(store, &digest, &fd, &why);
		if (fd >= 0)
			(void)close(fd);
		fd = -1;
		if (life->r == 0)
			life->r = step(store, life, i ? SLOT_FAILED : SLOT_PASSED, NULL);
	}
	store_close(store);
}

/* What is there now is what was acknowledged last, or what was being written; and it is whole. */
static void check_life(struct place *place, const struct life *life)
{
	const struct slot *slot = &place->store.ledger.slot;
	struct why why = { 0 };
	int fd = -1;

	open_store(place);
	assert_true(slot_is(&slot->run, &life->run[life->saves]) ||
		    slot_is(&slot->run, &life->run[life->saves + 1]));
	if (slot->run.hex[0]) {
		assert_int_equal(store_get(&place->store, &slot->run, &fd, &why), 0);
		(void)close(fd);
	}
	store_close(&place->store);
}

static unsigned strike_everywhere(struct place *place, int error, bool always)
{
	unsigned struck = 0;

	for (int after = 0;; after++) {
		struct life life = { 0 };

		fault = (struct fault){ .after = after,
					.error = error,
					.always = always };
		live(place, &life);
		if (!fault.failed) {
			fault = (struct fault){ .after = -1 };
			assert_int_equal(life.r, 0);
			return struck;
		}
		struck++;
		fault = (struct fault){ .after = -1 };
		check_life(place, &life);
		empty(open_place(place));
	}
}

static void each_call_that_fails_leaves_old_or_new(void **state)
{
	unsigned struck = strike_everywhere(*state, EIO, false);

	print_message("%u calls, each made to fail once\n", struck);
	assert_true(struck > 60);
}

static void a_disk_that_is_full_from_any_call_on_leaves_old_or_new(void **state)
{
	assert_true(strike_everywhere(*state, ENOSPC, true) > 60);
}

static void memory_that_runs_out_anywhere_leaves_old_or_new(void **state)
{
	assert_true(strike_everywhere(*state, ENOMEM, true) > 60);
}

static void a_failed_sync_is_never_tried_again(void **state)
{
	struct place *place = *state;
	struct store *store = &place->store;

	open_store(place);
	(void)install(store, packs[0]);
	for (int after = 0; after < 64; after++) {
		uint64_t before = store->generation;

		fault = (struct fault){ .after = after, .error = EIO };
		if (store_save(store) == 0) {
			fault = (struct fault){ .after = -1 };
			return;
		}
		fault.after = -1;
		assert_int_equal(store->generation, before);
		assert_true(store->is_unsaved);
		assert_true(store->trouble[0]);
		/* Another file, written anew, and it is well again. */
		assert_int_equal(store_save(store), 0);
		assert_false(store->is_unsaved);
		assert_int_equal(store->generation, before + 1);
	}
	fail_msg("it never succeeds");
}

/* A file system of our own, in a mount namespace of our own; false: not possible here. */
static bool mount_small(const struct place *place, const char *options)
{
	return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", place->path, "tmpfs", 0, options) == 0;
}

static void fill_disk(const struct place *place)
{
	static const char zeros[4096];
	int fd = openat(AT_FDCWD, place->path, O_TMPFILE | O_WRONLY, 0600);

	/* Kept open: it stays as full as it is. */
	while (fd >= 0 && write(fd, zeros, sizeof(zeros)) > 0)
		;
}

static void on_a_full_disk_a_rollback_is_still_written_down(void **state)
{
	struct place *place = *state;
	struct store *store = &place->store;
	struct slot_digest b;

	if (!mount_small(place, "size=2m")) {
		print_message("skipped: no mounts here\n");
		skip();
	}
	open_store(place);
	(void)install(store, packs[0]);
	b = install(store, packs[1]);
	fill_disk(place);
	tell(store, SLOT_FAILED, NULL);
	assert_int_equal(store_save(store), 0);
	open_store(place);
	assert_non_null(ledger_bad(&store->ledger, &b));
	store_close(store);
	assert_int_equal(umount2(place->path, MNT_DETACH), 0);
}

static void without_inodes_or_on_a_read_only_disk_nothing_is_lost(void **state)
{
	struct place *place = *state;
	struct store *store = &place->store;
	struct slot_digest a, b;
	struct why why = { 0 };
	uint32_t rules;
	char path[128];

	if (!mount_small(place, "nr_inodes=12")) {
		print_message("skipped: no mounts here\n");
		skip();
	}
	open_store(place);
	a = install(store, packs[0]);
	for (int i = 0; i < 12; i++) {
		(void)snprintf(path, sizeof(path), "%s/full-%d", place->path, i);
		(void)close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	assert_int_equal(store_put(store, packs[1], &b, &rules, &why), -ENOSPC);
	assert_int_equal(mount("none", place->path, NULL, MS_REMOUNT | MS_RDONLY, NULL),
			 0);
	assert_int_equal(store_put(store, packs[1], &b, &rules, &why), -EROFS);
	assert_int_equal(store_save(store), -EROFS);
	assert_true(store->is_unsaved);
	/* And it starts there, too. */
	open_store(place);
	assert_true(slot_is(&store->ledger.slot.run, &a));
	store_close(store);
	assert_int_equal(umount2(place->path, MNT_DETACH), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_saved_is_there_after_a_restart),
		TEST(packs_that_nobody_names_are_swept),
		TEST(a_pack_that_was_damaged_on_disk_is_not_given),
		TEST(a_damaged_ledger_leaves_the_one_before_it),
		TEST(without_a_whole_ledger_it_begins_anew_and_says_so),
		TEST(the_list_of_bad_packs_refuses_before_it_forgets),
		TEST(the_longest_ledger_can_be_written_and_read),
		TEST(a_clock_that_is_wrong_changes_only_what_people_read),
		TEST(each_call_that_fails_leaves_old_or_new),
		TEST(a_disk_that_is_full_from_any_call_on_leaves_old_or_new),
		TEST(memory_that_runs_out_anywhere_leaves_old_or_new),
		TEST(a_failed_sync_is_never_tried_again),
		TEST(on_a_full_disk_a_rollback_is_still_written_down),
		TEST(without_inodes_or_on_a_read_only_disk_nothing_is_lost),
	};

	testpacks_make(packs);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
