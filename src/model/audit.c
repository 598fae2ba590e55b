// SPDX-License-Identifier: Apache-2.0
// The rules of a pack that are in audit-only, on their way from the proof to the sensor.
#include "model/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define DIGEST_SIZE 32

struct audit_header {
	char magic[8];
	char digest[DIGEST_SIZE]; /* the pack that the numbers are of */
	uint32_t count;           /* numbers that follow, ascending */
	uint32_t zero;
};

static const char magic[8] = { 'W', 'H', 'A', 'U', 'D', 'I', 'T', '1' };

static int write_exactly(int fd, const void *bytes, size_t size)
{
	ssize_t written = write(fd, bytes, size);

	if (written < 0)
		return -errno;
	return (size_t)written == size ? 0 : -ENOSPC;
}

int audit_write(struct text digest, const uint32_t *rules, uint32_t count, int *out)
{
	struct audit_header header = { .count = count };
	AUTO(close) int fd = -1;
	int r;

	if (digest.size != DIGEST_SIZE || count > AUDIT_RULES_MAX)
		return -EINVAL;
	for (uint32_t i = 1; i < count; i++)
		if (rules[i] <= rules[i - 1])
			return -EINVAL;
	memcpy(header.magic, magic, sizeof(magic));
	memcpy(header.digest, digest.at, DIGEST_SIZE);
	fd = memfd_create("windhover-audit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	r = write_exactly(fd, &header, sizeof(header));
	if (r == 0 && count)
		r = write_exactly(fd, rules, count * sizeof(*rules));
	if (r)
		return r;
	if (fcntl(fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	*out = TAKE_FD(fd);
	return 0;
}

static bool is_list(const struct audit_header *header, size_t size, struct text digest,
		    uint32_t rule_count)
{
	const uint32_t *rules = (const uint32_t *)(header + 1);

	if (size < sizeof(*header) || memcmp(header->magic, magic, sizeof(magic)) != 0 ||
	    digest.size != DIGEST_SIZE ||
	    memcmp(header->digest, digest.at, DIGEST_SIZE) != 0 || header->zero)
		return false;
	if (header->count > AUDIT_RULES_MAX ||
	    size != sizeof(*header) + header->count * sizeof(*rules))
		return false;
	for (uint32_t i = 0; i < header->count; i++)
		if (rules[i] >= rule_count || (i && rules[i] <= rules[i - 1]))
			return false;
	return true;
}

int audit_read(int fd, struct text digest, uint32_t rule_count, uint64_t *bits)
{
	const struct audit_header *header;
	const uint32_t *rules;
	struct stat st;
	bool good;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size <= 0)
		return -EINVAL;
	header = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (header == MAP_FAILED)
		return -errno;
	rules = (const uint32_t *)(header + 1);
	good = is_list(header, (size_t)st.st_size, digest, rule_count);
	for (uint32_t i = 0; good && i < header->count; i++)
		bits[rules[i] / 64] |= UINT64_C(1) << rules[i] % 64;
	(void)munmap((void *)(uintptr_t)header, (size_t)st.st_size);
	return good ? 0 : -EINVAL;
}
