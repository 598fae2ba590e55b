/* SPDX-License-Identifier: Apache-2.0 */
/* A pack: rules compiled into one immutable, verified file; the unit of content. */
#pragma once

#include "base/auto.h"
#include "base/text.h"
#include "base/why.h"

#define PACK_SIZE_MAX (256u << 20) /* bytes */

struct pack;

/*
 * pack_open(path, out, why):
 * Map the file read-only and verify it.  Returns 0; -errno where it can't be read; -EINVAL with
 * the reason in ${why} where it is not a pack, is damaged, or is not for this engine.
 */
int pack_open(const char *path, struct pack **out, struct why *why) MUST_USE;

/* The same from a descriptor, which stays the caller's. */
int pack_open_fd(int fd, struct pack **out, struct why *why) MUST_USE;

/* The same from memory (8-byte aligned), which stays the caller's and must outlive the pack. */
int pack_open_bytes(struct text bytes, struct pack **out, struct why *why) MUST_USE;

void pack_close(struct pack *pack);

static inline void auto_pack(struct pack **pack)
{
	pack_close(*pack);
}

/* How many fields the pack's rules name, and each one's name. */
uint32_t pack_field_count(const struct pack *pack);
struct text pack_field_name(const struct pack *pack, uint16_t field);

/* The number of the field with exactly this name, or EVENT_FIELD_NONE. */
uint16_t pack_field(const struct pack *pack, struct text name);

/*
 * pack_class_of(pack, source, id):
 * The class for events of this source and id, or UINT32_MAX where no rule is for them.
 */
uint32_t pack_class_of(const struct pack *pack, struct text source, uint32_t id);

/* Whether rules of ${class} read ${field}; keywords, which read every value, aside. */
bool pack_wants(const struct pack *pack, uint32_t class, uint16_t field);

/* What the pack says of a rule or correlation; texts are empty where the rule gives none. */
struct pack_rule {
	struct text id, title, name, status, description, author, license, date, modified,
		file;
	struct text logsource; /* "windows/process_creation/" */
	uint8_t level;         /* 0 informational .. 4 critical */
	bool is_correlation;
	bool silent; /* serves correlations only */
	uint32_t tag_count;
	uint64_t meaning; /* equal numbers: the rules detect the same */
};

/* Rules first, then correlations; in a stable order. */
uint32_t pack_rule_count(const struct pack *pack);
void pack_rule(const struct pack *pack, uint32_t number, struct pack_rule *out);
struct text pack_rule_tag(const struct pack *pack, uint32_t number, uint32_t tag);

/* XXH3-128 of the whole file's content after its header, in lower-case hex: the pack's digest. */
struct text pack_digest(const struct pack *pack);
struct text pack_bytes(const struct pack *pack);

/* The hash of the event schema that it was built for, and how many event classes it has. */
uint64_t pack_schema(const struct pack *pack);
uint32_t pack_class_count(const struct pack *pack);

/* "informational" .. "critical" for 0..4. */
const char *level_name(unsigned level);
