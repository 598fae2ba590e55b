// SPDX-License-Identifier: Apache-2.0
// Whether the sensor sees what the marker does: its part of the self-check.
#include "self_check.h"

#include <stdio.h>
#include <string.h>

#include "detect/collector/record_kind.h"

#define ARRIVAL_NS INT64_C(2000000000) /* for the last record, on a busy machine */

void self_check_begin(struct self_check *check, uint32_t pid)
{
	check->pid = pid;
	check->is_looking = false;
	check->deadline_ns = 0;
}

void self_check_done(struct self_check *check, uint64_t kinds, int64_t now_ns)
{
	if (!check->is_looking)
		return;
	check->done = kinds;
	check->deadline_ns = now_ns + ARRIVAL_NS;
}

/* The kinds for which every part is there that they need. */
static uint64_t attached(const struct kernel_program *programs)
{
	uint64_t there = 0, lacking = 0;

	for (int part = 0; part < KERNEL_PARTS; part++) {
		bool is_there = programs[part].state == KERNEL_ATTACHED ||
				programs[part].state == KERNEL_REPLACED;

		if (is_there)
			there |= programs[part].kinds;
		else
			lacking |= programs[part].kinds;
	}
	return there & ~lacking;
}

enum self_check_said self_check_see(struct self_check *check, struct collector *collector,
				    const struct kernel_program *programs, uint64_t asked,
				    int64_t now_ns)
{
	uint64_t expected, seen, deaf, before = check->deaf;

	if (check->pid && !check->is_looking) {
		/* Its start may still be in the ring. */
		check->is_looking = collector_mark(collector, check->pid);
		return check->is_looking ? SELF_CHECK_LOOKING : SELF_CHECK_NOTHING;
	}
	if (check->deadline_ns == 0)
		return SELF_CHECK_NOTHING;
	seen = collector_marked(collector);
	expected = check->done & asked & attached(programs);
	deaf = expected & ~seen;
	if (deaf && now_ns < check->deadline_ns)
		return SELF_CHECK_NOTHING;
	check->pid = 0;
	check->deadline_ns = 0;
	check->is_looking = false;
	check->heard |= seen;
	check->deaf = deaf;
	check->checks++;
	if (deaf & ~before)
		return SELF_CHECK_DEAF;
	return before & ~deaf ? SELF_CHECK_BETTER : SELF_CHECK_SAME;
}

void self_check_sentence(const struct self_check *check, char *out, size_t room,
			 bool *lost)
{
	size_t at = (size_t)snprintf(out, room, "%s",
				     check->deaf ? "deaf to" : "all is heard again");

	*lost = check->deaf & check->heard;
	for (int kind = 0; kind < RECORD_KINDS && at < room; kind++)
		if (check->deaf & RECORD_BIT(kind))
			at += (size_t)snprintf(out + at, room - at, " %s",
					       record_kind_info(kind)->name.at);
	if (check->deaf && at < room)
		(void)snprintf(out + at, room - at,
			       ": what a process of ours did was not seen");
}
