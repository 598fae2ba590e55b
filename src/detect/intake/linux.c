// SPDX-License-Identifier: Apache-2.0
// Linux logs as JSON: audit records and the journal.
#include "detect/intake/state.h"

#include <stdio.h>

#include "base/moment.h"

static const struct walk audit_walk = { .space = NAMES_AUDIT, .joint = '.' };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* An audit event's stamp, seconds.milliseconds:serial, at the start or as in audit(...). */
static void stamp(struct intake *intake, struct text text)
{
	size_t size = 0;

	if (text_starts(text, TEXT("audit(")))
		text = text_part(text, 6, SIZE_MAX);
	while (size < text.size && (is_digit(text.at[size]) || text.at[size] == '.'))
		size++;
	(void)moment_parse(text_part(text, 0, size), &intake->event->time_ns);
}

/* A program's arguments: a0, a1 ... as the kernel's own record names them. */
static void arguments(struct intake *intake, uint32_t array)
{
	const struct json_document *d = intake->document;
	unsigned number = 0;
	bool lasting;

	for (uint32_t i = array + 1; i < d->nodes[array].end;
	     i = d->nodes[i].end, number++) {
		char name[16 + NAMES_PADDING];
		int size = snprintf(name, 16, "a%u", number);

		if (d->nodes[i].end != i + 1)
			continue;
		walk_add(intake,
			 names_find(intake->names, NAMES_AUDIT,
				    (struct text){ .at = name, .size = (size_t)size },
				    &lasting),
			 &d->nodes[i]);
	}
}

/* One record of laurel's: its type is its name, its fields are its members. */
static void record(struct intake *intake, uint32_t node)
{
	static const char type[4 + NAMES_PADDING] = "type";
	const struct json_document *d = intake->document;
	struct json_node name = d->nodes[node];
	bool is_execve = text_is(json_key(d, &name), TEXT("EXECVE"));
	uint32_t first = name.type == JSON_ARRAY ? node + 1 : node;
	bool lasting;

	name.type = JSON_TEXT;
	name.at = name.key_at;
	name.size = name.key_size;
	walk_add(intake,
		 names_find(intake->names, NAMES_AUDIT,
			    (struct text){ .at = type, .size = 4 }, &lasting),
		 &name);
	for (uint32_t one = first; one < d->nodes[node].end; one = d->nodes[one].end) {
		if (d->nodes[one].type != JSON_OBJECT) {
			walk_node(intake, &audit_walk, (struct text){ 0 }, one);
			continue;
		}
		for (uint32_t i = one + 1; i < d->nodes[one].end; i = d->nodes[i].end)
			if (is_execve && d->nodes[i].type == JSON_ARRAY &&
			    text_is(json_key(d, &d->nodes[i]), TEXT("ARGV")))
				arguments(intake, i);
			else
				walk_node(intake, &audit_walk, (struct text){ 0 }, i);
	}
}

void auditd_document(struct intake *intake, uint32_t root, uint32_t tells)
{
	const struct json_document *d = intake->document;

	for (uint32_t i = root + 1; i < d->nodes[root].end; i = d->nodes[i].end) {
		const struct json_node *node = &d->nodes[i];

		if (tells & TELL_AUDIT_RECORD &&
		    (node->type == JSON_OBJECT || node->type == JSON_ARRAY))
			record(intake, i);
		else
			walk_node(intake, &audit_walk, (struct text){ 0 }, i);
		if (text_is(json_key(d, node), TEXT("ID")) ||
		    text_is(json_key(d, node), TEXT("msg")))
			stamp(intake, json_text(d, node));
	}
	state_source(intake, TEXT("linux:auditd"), (struct text){ 0 });
}

/* Which of Sigma's Linux services writes under a syslog identifier. */
static const struct {
	const char *identifier, *service;
} services[] = {
	{ "sshd", "sshd" },        { "sshd-session", "sshd" }, { "sudo", "sudo" },
	{ "CRON", "cron" },        { "cron", "cron" },         { "crond", "cron" },
	{ "vsftpd", "vsftpd" },    { "guacd", "guacamole" },   { "clamd", "clamav" },
	{ "freshclam", "clamav" },
};

void journal_document(struct intake *intake, uint32_t root)
{
	static const struct walk walk = { .space = NAMES_JOURNAL, .joint = '.' };
	struct text facility, identifier;
	const char *service = "syslog";

	walk_members(intake, &walk, (struct text){ 0 }, root);
	facility = intake->facts[ROLE_FACILITY].text;
	identifier = intake->facts[ROLE_UNIT].text;
	/* syslog(3): 4 is LOG_AUTH, 10 LOG_AUTHPRIV */
	if (text_is(facility, TEXT("4")) || text_is(facility, TEXT("10")))
		service = "auth";
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (text_is(identifier, text_of(services[i].identifier)))
			service = services[i].service;
	state_source(intake, TEXT("linux:"), text_of(service));
}
