// SPDX-License-Identifier: Apache-2.0
// Elastic Common Schema: winlogbeat, auditbeat, other agents, and the sensor's own events.
#include "detect/intake/state.h"

#define SYSMON "windows:microsoft-windows-sysmon/operational"

/*
 * What an ECS document without a channel is, by its marks: rows from the narrowest to the
 * widest.  On Windows it is judged as the Sysmon event of the same meaning would be.
 */
static const struct {
	uint32_t all, none;
	const char *category; /* on Linux and macOS; NULL: not told there */
	uint32_t sysmon;      /* event id; 0: Sysmon has none */
} kinds[] = {
	{ MARK_PROCESS | MARK_FORK, 0, "process_fork", 0 },
	{ MARK_PROCESS | MARK_START, 0, "process_creation", 1 },
	{ MARK_PROCESS | MARK_END, 0, "process_termination", 5 },
	{ MARK_DNS, 0, "dns_query", 22 },
	{ MARK_NETWORK | MARK_START, 0, "network_connection", 3 },
	{ MARK_FILE | MARK_DELETION, 0, "file_delete", 23 },
	{ MARK_FILE | MARK_CREATION, 0, "file_event", 11 },
	{ MARK_FILE | MARK_CHANGE, MARK_WINDOWS, "file_event", 0 },
	{ MARK_REGISTRY, 0, NULL, 13 },
	{ MARK_LIBRARY | MARK_START, 0, NULL, 7 },
	{ MARK_DRIVER | MARK_START, 0, NULL, 6 },
};

static enum intake_shape by_marks(struct intake *intake)
{
	uint32_t marks = intake->marks;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((marks & kinds[i].all) != kinds[i].all || marks & kinds[i].none)
			continue;
		if (marks & MARK_WINDOWS && kinds[i].sysmon) {
			state_source(intake, TEXT(SYSMON), (struct text){ 0 });
			intake->event->id = kinds[i].sysmon;
			return SHAPE_ECS;
		}
		if (!(marks & MARK_WINDOWS) && kinds[i].category) {
			state_source(intake,
				     marks & MARK_MACOS ? TEXT("macos:") : TEXT("linux:"),
				     text_of(kinds[i].category));
			return SHAPE_ECS;
		}
	}
	return SHAPE_UNKNOWN;
}

/* The sensor's own events name their category: "windhover.dns_query". */
static bool by_dataset(struct intake *intake)
{
	const struct text own = TEXT("windhover.");
	struct text dataset = intake->facts[ROLE_DATASET].text;

	/* Fork, start and end of a process are told apart by their marks. */
	if (!text_starts(dataset, own) || text_is(dataset, TEXT("windhover.process")))
		return false;
	state_source(intake, TEXT("linux:"), text_part(dataset, own.size, SIZE_MAX));
	return true;
}

enum intake_shape ecs_document(struct intake *intake, uint32_t root)
{
	static const struct walk walk = { .space = NAMES_ECS, .joint = '.' };
	struct text channel;

	walk_members(intake, &walk, (struct text){ 0 }, root);
	channel = intake->facts[ROLE_CHANNEL].text;
	if (channel.size) {
		state_source(intake, TEXT("windows:"), channel);
		return SHAPE_WINLOG;
	}
	/* event.code is an event id only where there is a channel. */
	intake->facts[ROLE_EVENT_ID] = (struct fact){ 0 };
	if (intake->marks & MARK_AUDITD) {
		state_source(intake, TEXT("linux:auditd"), (struct text){ 0 });
		return SHAPE_AUDITD;
	}
	if (intake->marks & MARK_HEALTH) {
		state_source(intake, TEXT("windhover:health"), (struct text){ 0 });
		return SHAPE_ECS;
	}
	return by_dataset(intake) ? SHAPE_ECS : by_marks(intake);
}
