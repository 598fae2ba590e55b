// SPDX-License-Identifier: Apache-2.0
// A pack's file as a sealed copy in memory.
#include "pack_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>

#define PACK_COPY_MAX (256u << 20)

int pack_copy(const char *path, int *out)
{
	AUTO(close) int from = open(path, O_RDONLY | O_CLOEXEC);
	AUTO(close) int to = -1;
	uint64_t size = 0;
	static char bytes[65536];
	ssize_t got;

	if (from < 0)
		return -errno;
	to = memfd_create("windhover-pack", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to < 0)
		return -errno;
	while ((got = read(from, bytes, sizeof(bytes))) > 0) {
		size += (uint64_t)got;
		if (size > PACK_COPY_MAX)
			return -EFBIG;
		if (write(to, bytes, (size_t)got) != got)
			return -ENOSPC;
	}
	if (got < 0)
		return -errno;
	if (fcntl(to, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	*out = TAKE_FD(to);
	return 0;
}
