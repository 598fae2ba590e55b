/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a pack that are in audit-only: their detections are told, but are no alerts. */
#pragma once

#include <stdint.h>

#include "base/auto.h"
#include "base/text.h"

#define AUDIT_RULES_MAX 65536u

/*
 * audit_write(digest, rules, count, out):
 * A sealed copy in memory of the list for the pack with this digest (32 hex digits): its
 * descriptor is written to ${*out}.  0; -EINVAL where a number or the digest can't be; -errno.
 */
int audit_write(struct text digest, const uint32_t *rules, uint32_t count,
		int *out) MUST_USE;

/*
 * audit_read(fd, digest, rule_count, bits):
 * Set the bit of each rule in the list: ${bits} has (rule_count + 63) / 64 words, zeroed by the
 * caller.  0; -EINVAL, with no bit set, where it is not a list for this pack; -errno.
 */
int audit_read(int fd, struct text digest, uint32_t rule_count, uint64_t *bits) MUST_USE;
