// SPDX-License-Identifier: Apache-2.0
// A detection as a datagram of journald's native protocol.
#include "detect/sink/journal.h"

#include "detect/sink/threat.h"

/* https://systemd.io/JOURNAL_NATIVE_PROTOCOL: sizes are 64-bit little-endian. */
void journal_field(struct buffer *out, const char *name, struct text value)
{
	if (value.size == 0)
		return;
	value = text_part(value, 0, JOURNAL_VALUE_MAX);
	buffer_string(out, name);
	if (memchr(value.at, '\n', value.size)) {
		uint64_t size = value.size;

		buffer_char(out, '\n');
		for (int i = 0; i < 8; i++)
			buffer_char(out, (char)(size >> 8 * i & 0xff));
	} else {
		buffer_char(out, '=');
	}
	buffer_text(out, value);
	buffer_char(out, '\n');
}

static struct text value_of(const struct sensed *sensed, enum field field)
{
	for (uint32_t i = 0; i < sensed->event.count; i++)
		if (sensed->fields[i] == field)
			return event_text(&sensed->event, &sensed->event.values[i]);
	return (struct text){ 0 };
}

/* syslog's priorities: informational 6, low 5, medium 4, high 3, critical 2. */
static struct text priority(unsigned level)
{
	static const char digits[] = "65432";

	return (struct text){ .at = digits + (level > 4 ? 4 : level), .size = 1 };
}

void journal_alert(const struct pack *pack, const struct detection *detection,
		   const struct sensed *sensed, struct buffer *out)
{
	struct text user = value_of(sensed, FIELD_USER);
	struct text line = value_of(sensed, FIELD_COMMAND_LINE);
	struct pack_rule rule;
	char technique[16];

	pack_rule(pack, detection->rule, &rule);
	/* A newline in the message would need the other frame: its size is not known yet. */
	buffer_string(out, "MESSAGE=");
	for (size_t i = 0; i < rule.title.size && i < 256; i++)
		buffer_char(out, rule.title.at[i] == '\n' ? ' ' : rule.title.at[i]);
	buffer_string(out, ": ");
	for (size_t i = 0; i < line.size && i < 512; i++)
		buffer_char(out, line.at[i] == '\n' ? ' ' : line.at[i]);
	buffer_char(out, '\n');
	journal_field(out, "PRIORITY", priority(rule.level));
	journal_field(out, "SYSLOG_IDENTIFIER", TEXT("windhover"));
	journal_field(out, "WINDHOVER_RULE_ID", rule.id);
	journal_field(out, "WINDHOVER_RULE", rule.title);
	journal_field(out, "WINDHOVER_LEVEL", text_of(level_name(rule.level)));
	for (uint32_t i = 0; i < rule.tag_count; i++)
		if (threat_technique(pack_rule_tag(pack, detection->rule, i), technique))
			journal_field(out, "WINDHOVER_TECHNIQUE", text_of(technique));
	journal_field(out, "WINDHOVER_PROCESS_ID", value_of(sensed, FIELD_PROCESS_ID));
	journal_field(out, "WINDHOVER_PROCESS_GUID",
		      value_of(sensed, FIELD_PROCESS_GUID));
	journal_field(out, "WINDHOVER_IMAGE", value_of(sensed, FIELD_IMAGE));
	journal_field(out, "WINDHOVER_COMMAND_LINE", line);
	journal_field(out, "WINDHOVER_USER", user);
}
