// SPDX-License-Identifier: Apache-2.0
// A rule's ATT&CK tags as ECS threat.*.
#include "detect/sink/threat.h"

#include "detect/sink/json_write.h"

/* ATT&CK for Enterprise; a tactic that was renamed or split keeps its old tag beside. */
static const struct {
	const char *tag, *id, *name;
} tactics[] = {
	{ "reconnaissance", "TA0043", "Reconnaissance" },
	{ "resource-development", "TA0042", "Resource Development" },
	{ "initial-access", "TA0001", "Initial Access" },
	{ "execution", "TA0002", "Execution" },
	{ "persistence", "TA0003", "Persistence" },
	{ "privilege-escalation", "TA0004", "Privilege Escalation" },
	{ "stealth", "TA0005", "Stealth" },
	{ "defense-evasion", "TA0005", "Defense Evasion" },
	{ "defense-impairment", "TA0112", "Defense Impairment" },
	{ "credential-access", "TA0006", "Credential Access" },
	{ "discovery", "TA0007", "Discovery" },
	{ "lateral-movement", "TA0008", "Lateral Movement" },
	{ "collection", "TA0009", "Collection" },
	{ "exfiltration", "TA0010", "Exfiltration" },
	{ "command-and-control", "TA0011", "Command and Control" },
	{ "impact", "TA0040", "Impact" },
};

#define TACTICS (sizeof(tactics) / sizeof(tactics[0]))
#define PREFIX  TEXT("attack.")

const char *threat_tactic(unsigned number)
{
	return number < TACTICS ? tactics[number].name : NULL;
}

/* Tags are written with dashes (Sigma 2) or underscores (Sigma 1). */
static bool is_tactic(struct text tag, const char *name)
{
	if (!text_starts(tag, PREFIX))
		return false;
	tag = text_part(tag, PREFIX.size, tag.size);
	if (tag.size != strlen(name))
		return false;
	for (size_t i = 0; i < tag.size; i++)
		if ((tag.at[i] == '_' ? '-' : tag.at[i]) != name[i])
			return false;
	return true;
}

bool threat_technique(struct text tag, char out[16])
{
	size_t size;

	if (!text_starts(tag, PREFIX))
		return false;
	tag = text_part(tag, PREFIX.size, tag.size);
	size = tag.size;
	if ((size != 5 && size != 9) || (tag.at[0] != 't' && tag.at[0] != 'T'))
		return false;
	for (size_t i = 1; i < size; i++)
		if (i == 5 ? tag.at[i] != '.' : tag.at[i] < '0' || tag.at[i] > '9')
			return false;
	memcpy(out, tag.at, size);
	out[0] = 'T';
	out[size] = '\0';
	return true;
}

/* What ${tag} is, as the id and name of an entry of one of the lists; false: none of it. */
enum list { TACTICS_LIST, TECHNIQUES_LIST, SUBTECHNIQUES_LIST, LISTS };

static bool entry_of(struct text tag, enum list list, char id[16], struct text *name)
{
	*name = (struct text){ 0 };
	if (list != TACTICS_LIST) {
		if (!threat_technique(tag, id))
			return false;
		if (list == TECHNIQUES_LIST)
			id[5] = '\0';
		return list == TECHNIQUES_LIST || strlen(id) > 5;
	}
	for (size_t t = 0; t < TACTICS; t++) {
		if (!is_tactic(tag, tactics[t].tag))
			continue;
		memcpy(id, tactics[t].id, strlen(tactics[t].id) + 1);
		*name = text_of(tactics[t].name);
		return true;
	}
	return false;
}

/* Append the ids (or the names) of one list's entries as an array. */
static void write_list(const struct pack *pack, uint32_t rule, uint32_t tag_count,
		       enum list list, bool names, struct buffer *out)
{
	bool more = false;
	struct text name;
	char id[16];

	json_write_name(out, names ? TEXT("name") : TEXT("id"));
	buffer_char(out, '[');
	for (uint32_t i = 0; i < tag_count; i++) {
		if (!entry_of(pack_rule_tag(pack, rule, i), list, id, &name))
			continue;
		if (more)
			buffer_char(out, ',');
		json_write_text(out, names ? name : text_of(id));
		more = true;
	}
	buffer_char(out, ']');
}

void threat_write(const struct pack *pack, uint32_t rule, uint32_t tag_count,
		  struct buffer *out)
{
	bool has[LISTS] = { false };
	struct text name;
	char id[16];

	for (uint32_t i = 0; i < tag_count; i++)
		for (unsigned list = 0; list < LISTS; list++)
			has[list] |=
				entry_of(pack_rule_tag(pack, rule, i), list, id, &name);
	if (!has[TACTICS_LIST] && !has[TECHNIQUES_LIST])
		return;
	json_write_open(out, "threat");
	json_write_member(out, "framework", TEXT("MITRE ATT&CK"));
	if (has[TACTICS_LIST]) {
		json_write_open(out, "tactic");
		write_list(pack, rule, tag_count, TACTICS_LIST, false, out);
		write_list(pack, rule, tag_count, TACTICS_LIST, true, out);
		json_write_close(out);
	}
	if (has[TECHNIQUES_LIST]) {
		json_write_open(out, "technique");
		write_list(pack, rule, tag_count, TECHNIQUES_LIST, false, out);
		if (has[SUBTECHNIQUES_LIST]) {
			json_write_open(out, "subtechnique");
			write_list(pack, rule, tag_count, SUBTECHNIQUES_LIST, false, out);
			json_write_close(out);
		}
		json_write_close(out);
	}
	json_write_close(out);
}
