// SPDX-License-Identifier: Apache-2.0
// The content folder: packs by digest, and the ledger, so that a power cut leaves old or new.
#include "update/slot/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define BESIDE       ".new" /* what a write ends in until it is renamed */
#define RESERVE_SIZE (2 * LEDGER_SIZE_MAX)
#define COPY_SIZE    65536

static const char *const ledger_files[2] = { "ledger.0", "ledger.1" };

static int write_all(int fd, struct text bytes)
{
	while (bytes.size) {
		ssize_t put = write(fd, bytes.at, bytes.size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? -errno : -EIO;
		bytes = text_part(bytes, (size_t)put, SIZE_MAX);
	}
	return 0;
}

/* tmp, fsync, rename, fsync of the folder.  Beforehand or on failure no leftover stays. */
static int put_file(int folder, const char *name, struct text bytes)
{
	AUTO(close) int fd = -1;
	char beside[64];
	int r;

	(void)snprintf(beside, sizeof(beside), "%s" BESIDE, name);
	(void)unlinkat(folder, beside, 0);
	fd = openat(folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, bytes);
	/* A failed fsync may have dropped the pages, and the next one would not say so. */
	if (!r && fsync(fd) < 0)
		r = -errno;
	if (!r && renameat(folder, beside, folder, name) < 0)
		r = -errno;
	if (r) {
		(void)unlinkat(folder, beside, 0);
		return r;
	}
	return fsync(folder) < 0 ? -errno : 0;
}

static int read_file(int folder, const char *name, struct buffer *out)
{
	AUTO(close)
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (got) {
		int r = buffer_need(out, COPY_SIZE);

		if (r)
			return r;
		got = read(fd, out->at + out->size, COPY_SIZE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		out->size += (size_t)got;
	}
	return 0;
}

/* The ledger */

/* Blocks that are ours already: what a ledger is written into when the disk is full. */
static void keep_reserve(const struct store *store)
{
	AUTO(close)
	int fd = openat(store->folder, "reserve",
			O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && posix_fallocate(fd, 0, RESERVE_SIZE) != 0)
		(void)unlinkat(store->folder, "reserve", 0);
}

static int open_packs(struct store *store)
{
	if (mkdirat(store->folder, "packs", 0700) < 0 && errno != EEXIST)
		return -errno;
	store->packs = openat(store->folder, "packs",
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return store->packs < 0 ? -errno : 0;
}

struct found {
	int r[2];
	uint64_t generation[2];
};

/* Read both ledgers; the newer sound one is in the store afterwards. */
static int read_ledgers(struct store *store, struct found *found, struct why *why)
{
	AUTO(free) struct ledger *ledger = calloc(1, sizeof(*ledger));
	bool have = false;

	if (!ledger)
		return -ENOMEM;
	for (unsigned i = 0; i < 2; i++) {
		AUTO(buffer) struct buffer bytes;

		buffer_init(&bytes, LEDGER_SIZE_MAX + COPY_SIZE);
		found->r[i] = read_file(store->folder, ledger_files[i], &bytes);
		if (found->r[i] == 0)
			found->r[i] = ledger_read(buffer_view(&bytes), ledger,
						  &found->generation[i], why);
		if (found->r[i] == -E2BIG)
			found->r[i] = -EINVAL;
		if (found->r[i] != 0 && found->r[i] != -ENOENT && found->r[i] != -EINVAL)
			return found->r[i];
		if (found->r[i] || (have && found->generation[i] < store->generation))
			continue;
		have = true;
		store->ledger = *ledger;
		store->generation = found->generation[i];
		store->newest = i;
	}
	return 0;
}

int store_open(int folder, struct store *store, struct why *why)
{
	struct found found = { 0 };
	struct why damage = { 0 };
	char reason[LEDGER_TEXT_SIZE];
	int r;

	*store = (struct store){ .folder = folder, .packs = -1, .newest = 1 };
	r = open_packs(store);
	if (r == 0)
		r = read_ledgers(store, &found, &damage);
	if (r) {
		store_close(store);
		return r;
	}
	if (found.r[0] && found.r[1] &&
	    (found.r[0] == -EINVAL || found.r[1] == -EINVAL)) {
		unsigned damaged = found.r[0] == -EINVAL ? 0 : 1;

		(void)snprintf(
			reason, sizeof(reason),
			"the ledger was damaged, with its list of bad packs: %.90s",
			damage.reason);
		why_set(why, 0, 0, "%s", reason);
		(void)renameat(folder, ledger_files[damaged], folder, "ledger.damaged");
		ledger_note(&store->ledger, 0, "damaged", NULL, "keeper", reason);
	}
	keep_reserve(store);
	store_sweep(store);
	return 0;
}

void store_close(struct store *store)
{
	if (store->packs >= 0)
		(void)close(store->packs);
	if (store->folder >= 0)
		(void)close(store->folder);
	store->packs = store->folder = -1;
}

int store_save(struct store *store)
{
	AUTO(buffer) struct buffer bytes;
	unsigned file = !store->newest;
	int r;

	buffer_init(&bytes, LEDGER_SIZE_MAX);
	ledger_write(&store->ledger, store->generation + 1, &bytes);
	r = bytes.failed
		    ? -ENOMEM
		    : put_file(store->folder, ledger_files[file], buffer_view(&bytes));
	if (r == -ENOSPC || r == -EDQUOT) {
		(void)unlinkat(store->folder, "reserve", 0);
		r = put_file(store->folder, ledger_files[file], buffer_view(&bytes));
		if (r == 0)
			keep_reserve(store);
	}
	store->is_unsaved = r != 0;
	store->trouble[0] = '\0';
	if (r) {
		(void)snprintf(store->trouble, sizeof(store->trouble),
			       "the ledger could not be written: %s", strerror(-r));
		return r;
	}
	store->generation++;
	store->newest = file;
	return 0;
}

/* Packs */

static int copy_sealed(int from, int *out)
{
	AUTO(close)
	int to = memfd_create("windhover-pack", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	AUTO(free) char *bytes = malloc(COPY_SIZE);
	off_t size = 0;
	ssize_t got;

	if (to < 0)
		return -errno;
	if (!bytes)
		return -ENOMEM;
	while ((got = pread(from, bytes, COPY_SIZE, size)) != 0) {
		int r;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		size += got;
		if (size > (off_t)PACK_SIZE_MAX)
			return -EFBIG;
		r = write_all(to, (struct text){ .at = bytes, .size = (size_t)got });
		if (r)
			return r;
	}
	if (fcntl(to, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	*out = TAKE_FD(to);
	return 0;
}

int store_put(struct store *store, int fd, struct slot_digest *digest, uint32_t *rules,
	      struct why *why)
{
	AUTO(pack) struct pack *pack = NULL;
	AUTO(close) int copy = -1;
	struct slot_digest found;
	int r = copy_sealed(fd, &copy);

	if (r)
		return r;
	r = pack_open_fd(copy, &pack, why);
	if (r)
		return r;
	if (!slot_digest_read(pack_digest(pack), &found))
		return -EINVAL;
	r = put_file(store->packs, found.hex, pack_bytes(pack));
	if (r)
		return r;
	*digest = found;
	*rules = pack_rule_count(pack);
	return 0;
}

int store_get(const struct store *store, const struct slot_digest *digest, int *out,
	      struct why *why)
{
	AUTO(pack) struct pack *pack = NULL;
	AUTO(close)
	int file = openat(store->packs, digest->hex,
			  O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	AUTO(close) int copy = -1;
	int r;

	if (file < 0)
		return -errno;
	r = copy_sealed(file, &copy);
	if (r == 0)
		r = pack_open_fd(copy, &pack, why);
	if (r)
		return r;
	if (!text_is(pack_digest(pack), text_of(digest->hex))) {
		why_set(why, 0, 0, "the file holds another pack than its name says");
		return -EINVAL;
	}
	*out = TAKE_FD(copy);
	return 0;
}

static void sweep(const struct store *store, const char *name)
{
	struct slot_digest digest;

	if (name[0] == '.')
		return;
	if (slot_digest_read(text_of(name), &digest) &&
	    ledger_names(&store->ledger, &digest))
		return;
	(void)unlinkat(store->packs, name, 0);
}

void store_sweep(struct store *store)
{
	int copy = openat(store->packs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!folder) {
		if (copy >= 0)
			(void)close(copy);
		return;
	}
	while ((entry = readdir(folder)))
		sweep(store, entry->d_name);
	(void)closedir(folder);
}
