/* SPDX-License-Identifier: Apache-2.0 */
/* Which events a Sigma log source means: sources, event ids, extra conditions, field names. */
#pragma once

#include "update/rule/rule.h"

#define LOGSOURCE_TARGETS_MAX 64

struct logsource_rename {
	const char *from, *to; /* the rule says "from", the event has "to" */
};

/* One event source that a rule with this log source applies to. */
struct logsource_target {
	/* As in struct event: "windows:microsoft-windows-sysmon/operational".  A trailing '*'
	   means every source with that beginning. */
	struct text source;
	const uint32_t *ids; /* event ids, or NULL: all */
	uint32_t id_count;
	const char *field; /* one further condition: field is exactly value; or NULL */
	const char *value;
	const struct logsource_rename *renames; /* ends with from == NULL; or NULL */
	bool has_intake; /* some intake here produces such events without --mapping */
};

/*
 * logsource_resolve(logsource, arena, out, count):
 * Write the targets (at most LOGSOURCE_TARGETS_MAX) to ${out}.  Every log source has at least
 * one: one that the table does not know becomes the source "product/category/service" (as
 * "aws//cloudtrail"), which --mapping can produce.  Returns 0 or -ENOMEM.
 */
int logsource_resolve(const struct logsource *logsource, struct arena *arena,
		      struct logsource_target *out, uint32_t *count) MUST_USE;
