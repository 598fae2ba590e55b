// SPDX-License-Identifier: Apache-2.0
// The content folder: the keeper's own, with all that lies in it.
#include "keeper_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define PACKS "packs"

int keeper_folder_open(const char *path, uid_t uid, gid_t gid, int *out)
{
	AUTO(close) int folder = -1;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (folder < 0)
		return -errno;
	/* Nobody else's: what lies in it decides what runs. */
	if ((fchown(folder, uid, gid) < 0 || fchmod(folder, 0700) < 0) && errno != EROFS)
		return -errno;
	*out = TAKE_FD(folder);
	return 0;
}

static int give(int folder, const char *name, uid_t uid, gid_t gid)
{
	AUTO(close) int fd = openat(folder, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	bool is_ours;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (st.st_uid == uid && st.st_gid == gid)
		return 0;
	/* By a second name the owner of this folder could have been given anybody's file. */
	is_ours = S_ISREG(st.st_mode) ? st.st_nlink == 1
				      : S_ISDIR(st.st_mode) && strcmp(name, PACKS) == 0;
	if (!is_ours || fchownat(fd, "", uid, gid, AT_EMPTY_PATH) == 0)
		return 0;
	return errno == EROFS ? 0 : -errno;
}

static int give_all(int folder, uid_t uid, gid_t gid)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *all = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	int first = 0;

	if (!all) {
		first = -errno;
		auto_close(&copy);
		return first;
	}
	while ((entry = readdir(all))) {
		int r = strcmp(entry->d_name, ".") == 0 ||
					strcmp(entry->d_name, "..") == 0
				? 0
				: give(folder, entry->d_name, uid, gid);

		if (first == 0)
			first = r;
	}
	(void)closedir(all);
	return first;
}

int keeper_folder_give(int folder, uid_t uid, gid_t gid)
{
	int r = give_all(folder, uid, gid), more;
	AUTO(close)
	int packs =
		openat(folder, PACKS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	/* The keeper makes it, and says where it can't. */
	if (packs < 0)
		return r;
	more = give_all(packs, uid, gid);
	return r ? r : more;
}
