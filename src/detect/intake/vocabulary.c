// SPDX-License-Identifier: Apache-2.0
// The names that foreign logs use, and what Sigma calls the same things.
#include "detect/intake/vocabulary.h"

#include "model/field.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct word {
	const char *name;
	const char *sigma; /* NULL: as the log says it */
	uint8_t role, rank;
	uint16_t tells;
};

/*
 * NXLog: https://docs.nxlog.co/refman/current/im/msvistalog.html; winlogbeat 6 has the names
 * with an underscore.  A rank above 0: Sigma's own name is used only where the log lacks it.
 */
static const struct word flat[] = {
	{ "Event", NULL, 0, 0, TELL_EVENT | TELL_IF_HOLDS },
	{ "System", NULL, 0, 0, TELL_SYSTEM | TELL_IF_HOLDS },
	{ "Channel", NULL, ROLE_CHANNEL, 0, TELL_CHANNEL },
	{ "channel", "Channel", ROLE_CHANNEL, 0, TELL_CHANNEL },
	{ "log_name", "Channel", ROLE_CHANNEL, 0, TELL_CHANNEL },
	{ "EventID", NULL, ROLE_EVENT_ID, 0, TELL_EVENT_ID },
	{ "EventId", "EventID", ROLE_EVENT_ID, 0, TELL_EVENT_ID },
	{ "event_id", "EventID", ROLE_EVENT_ID, 0, TELL_EVENT_ID },
	{ "Provider_Name", NULL, ROLE_PROVIDER, 0, 0 },
	{ "SourceName", NULL, ROLE_PROVIDER, 1, 0 },
	{ "source_name", "Provider_Name", ROLE_PROVIDER, 0, 0 },
	{ "provider_name", "Provider_Name", ROLE_PROVIDER, 0, 0 },
	{ "Computer", NULL, ROLE_COMPUTER, 0, 0 },
	{ "Hostname", NULL, ROLE_COMPUTER, 1, 0 },
	{ "computer_name", "Computer", ROLE_COMPUTER, 0, 0 },
	{ "Execution_ProcessID", NULL, ROLE_PROCESS, 0, 0 },
	{ "ExecutionProcessID", NULL, ROLE_PROCESS, 1, 0 },
	{ "ProcessID", NULL, ROLE_PROCESS, 2, 0 },
	{ "process_id", NULL, ROLE_PROCESS, 1, 0 },
	{ "Execution_ThreadID", NULL, ROLE_THREAD, 0, 0 },
	{ "ExecutionThreadID", NULL, ROLE_THREAD, 1, 0 },
	{ "ThreadID", NULL, ROLE_THREAD, 2, 0 },
	{ "thread_id", NULL, ROLE_THREAD, 1, 0 },
	{ "Security_UserID", NULL, ROLE_USER, 0, 0 },
	{ "UserID", NULL, ROLE_USER, 1, 0 },
	{ "EventRecordID", NULL, ROLE_RECORD, 0, 0 },
	{ "RecordNumber", NULL, ROLE_RECORD, 1, 0 },
	{ "record_number", NULL, ROLE_RECORD, 1, 0 },
	{ "Correlation_ActivityID", NULL, ROLE_ACTIVITY, 0, 0 },
	{ "ActivityID", NULL, ROLE_ACTIVITY, 1, 0 },
	{ "TimeCreated_SystemTime", NULL, ROLE_TIME, 0, 0 },
	{ "TimeCreated", NULL, ROLE_TIME, 1, 0 },
	{ "@timestamp", NULL, ROLE_TIME, 2, 0 },
	{ "EventTime", NULL, ROLE_TIME, 3, 0 },
	{ "UtcTime", NULL, ROLE_TIME, 4, 0 },
	{ "timestamp", NULL, ROLE_TIME, 5, 0 },
	{ "Timestamp", NULL, ROLE_TIME, 5, 0 },
	{ "time", NULL, ROLE_TIME, 6, 0 },
	{ "EventReceivedTime", NULL, ROLE_TIME, 7, 0 },
	{ "winlog", NULL, 0, 0, TELL_WINLOG | TELL_IF_HOLDS },
	{ "event", NULL, 0, 0, TELL_ECS | TELL_IF_HOLDS },
	{ "process", NULL, 0, 0, TELL_ECS | TELL_IF_HOLDS },
	{ "ecs", NULL, 0, 0, TELL_ECS | TELL_IF_HOLDS },
	{ "agent", NULL, 0, 0, TELL_ECS | TELL_IF_HOLDS },
	{ "windhover", NULL, 0, 0, TELL_ECS | TELL_IF_HOLDS },
	{ "_source", NULL, 0, 0, TELL_SOURCE | TELL_IF_HOLDS },
	{ "__REALTIME_TIMESTAMP", NULL, ROLE_TIME, 0, TELL_JOURNAL },
	{ "ID", NULL, 0, 0, TELL_AUDIT_STAMP },
	{ "msg", NULL, 0, 0, TELL_AUDIT_STAMP },
	{ "type", NULL, 0, 0, TELL_AUDIT_TYPE },
	{ "program", NULL, 0, 0, TELL_PROGRAM },
	{ "message", NULL, 0, 0, TELL_MESSAGE },
	{ "cs-uri-stem", NULL, 0, 0, TELL_REQUEST },
	{ "sc-status", NULL, 0, 0, TELL_STATUS },
};

static const struct word system_words[] = {
	{ "Channel", NULL, ROLE_CHANNEL, 0, 0 },
	{ "EventID", NULL, ROLE_EVENT_ID, 0, 0 },
	{ "Provider_Name", NULL, ROLE_PROVIDER, 0, 0 },
	{ "Computer", NULL, ROLE_COMPUTER, 0, 0 },
	{ "TimeCreated_SystemTime", NULL, ROLE_TIME, 0, 0 },
	{ "TimeCreated", NULL, ROLE_TIME, 1, 0 },
};

static const struct word data[] = {
	{ "UtcTime", NULL, ROLE_TIME, 8, 0 },
};

/* What field.def does not say: winlogbeat's names, and ECS for what Sysmon logs. */
static const struct word ecs[] = {
	{ "@timestamp", "UtcTime", ROLE_TIME, 0, 0 },
	{ "event.created", NULL, ROLE_TIME, 3, 0 },
	{ "event.category", NULL, ROLE_MARK, 0, 0 },
	{ "event.type", NULL, ROLE_MARK, 0, 0 },
	{ "event.action", "EventAction", ROLE_MARK, 0, 0 },
	{ "event.module", NULL, ROLE_MARK, 0, 0 },
	{ "event.dataset", NULL, ROLE_DATASET, 0, 0 },
	{ "host.os.type", NULL, ROLE_MARK, 0, 0 },
	{ "host.os.family", NULL, ROLE_MARK, 0, 0 },
	{ "host.os.platform", NULL, ROLE_MARK, 0, 0 },
	{ "event.code", NULL, ROLE_EVENT_ID, 1, 0 },
	{ "host.name", NULL, ROLE_COMPUTER, 1, 0 },
	{ "host.hostname", NULL, ROLE_COMPUTER, 2, 0 },
	{ "message", "Message", 0, 0, 0 },
	{ "winlog.channel", "Channel", ROLE_CHANNEL, 0, 0 },
	{ "winlog.event_id", "EventID", ROLE_EVENT_ID, 0, 0 },
	{ "winlog.provider_name", "Provider_Name", ROLE_PROVIDER, 0, 0 },
	{ "winlog.provider_guid", "Provider_Guid", 0, 0, 0 },
	{ "winlog.computer_name", "Computer", ROLE_COMPUTER, 0, 0 },
	{ "winlog.record_id", "EventRecordID", ROLE_RECORD, 0, 0 },
	{ "winlog.process.pid", "Execution_ProcessID", ROLE_PROCESS, 0, 0 },
	{ "winlog.process.thread.id", "Execution_ThreadID", ROLE_THREAD, 0, 0 },
	{ "winlog.user.identifier", "Security_UserID", ROLE_USER, 0, 0 },
	{ "winlog.activity_id", "Correlation_ActivityID", ROLE_ACTIVITY, 0, 0 },
	{ "winlog.keywords", "Keywords", 0, 0, 0 },
	{ "winlog.opcode", "Opcode", 0, 0, 0 },
	{ "winlog.task", "Task", 0, 0, 0 },
	{ "winlog.version", "Version", 0, 0, 0 },
	{ "auditd.message_type", "type", 0, 0, 0 },
	{ "source.ip", "SourceIp", 0, 0, 0 },
	{ "source.port", "SourcePort", 0, 0, 0 },
	{ "source.domain", "SourceHostname", 0, 0, 0 },
	{ "destination.ip", "DestinationIp", 0, 0, 0 },
	{ "destination.port", "DestinationPort", 0, 0, 0 },
	{ "destination.domain", "DestinationHostname", 0, 0, 0 },
	{ "network.transport", "Protocol", 0, 0, 0 },
	{ "file.path", "TargetFilename", 0, 0, 0 },
	{ "registry.path", "TargetObject", 0, 0, 0 },
	{ "registry.data.strings", "Details", 0, 0, 0 },
	{ "dns.question.name", "QueryName", 0, 0, 0 },
	{ "dll.path", "ImageLoaded", 0, 0, 0 },
	{ "process.pe.original_file_name", "OriginalFileName", 0, 0, 0 },
	{ "process.pe.company", "Company", 0, 0, 0 },
	{ "process.pe.description", "Description", 0, 0, 0 },
	{ "process.pe.product", "Product", 0, 0, 0 },
	{ "process.pe.file_version", "FileVersion", 0, 0, 0 },
};

static const struct word audit[] = {
	{ "node", NULL, ROLE_COMPUTER, 1, 0 },
	{ "NODE", NULL, ROLE_COMPUTER, 1, 0 },
};

/* systemd.journal-fields(7) */
static const struct word journal[] = {
	{ "__REALTIME_TIMESTAMP", NULL, ROLE_TIME, 1, 0 },
	{ "_SOURCE_REALTIME_TIMESTAMP", NULL, ROLE_TIME, 0, 0 },
	{ "_HOSTNAME", NULL, ROLE_COMPUTER, 1, 0 },
	{ "SYSLOG_IDENTIFIER", NULL, ROLE_UNIT, 0, 0 },
	{ "_COMM", NULL, ROLE_UNIT, 1, 0 },
	{ "SYSLOG_FACILITY", NULL, ROLE_FACILITY, 0, 0 },
	{ "MESSAGE", "message", ROLE_MESSAGE, 0, 0 },
};

/* As windhover scan --dump writes a line of a text log: docs/formats/text.md. */
static const struct word syslog_words[] = {
	{ "hostname", NULL, ROLE_COMPUTER, 1, 0 },
	{ "program", NULL, ROLE_UNIT, 0, 0 },
	{ "facility", NULL, ROLE_FACILITY, 0, 0 },
	{ "message", NULL, ROLE_MESSAGE, 0, 0 },
};

/* The W3C's names, as Sigma's taxonomy has them. */
static const struct word web[] = {
	{ "s-computername", NULL, ROLE_COMPUTER, 1, 0 },
};

static const struct {
	const struct word *words;
	size_t count;
} spaces[] = {
	[NAMES_FLAT] = { flat, COUNT(flat) },
	[NAMES_SYSTEM] = { system_words, COUNT(system_words) },
	[NAMES_DATA] = { data, COUNT(data) },
	[NAMES_ECS] = { ecs, COUNT(ecs) },
	[NAMES_AUDIT] = { audit, COUNT(audit) },
	[NAMES_JOURNAL] = { journal, COUNT(journal) },
	[NAMES_SYSLOG] = { syslog_words, COUNT(syslog_words) },
	[NAMES_WEB] = { web, COUNT(web) },
};

static bool strip(const char *prefix, struct text name, struct meaning *meaning)
{
	size_t size = strlen(prefix);

	if (!text_starts(name, text_of(prefix)) || name.size == size)
		return false;
	meaning->sigma = text_part(name, size, SIZE_MAX);
	return true;
}

/* A type of audit record: upper case, as in SYSCALL. */
static bool is_record_type(struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		if ((name.at[i] < 'A' || name.at[i] > 'Z') && name.at[i] != '_' &&
		    (i == 0 || name.at[i] < '0' || name.at[i] > '9'))
			return false;
	return name.size > 2;
}

static void look_up_flat(struct text name, struct meaning *meaning)
{
	static const char *const ecs_prefixes[] = { "event.", "process.", "ecs.",
						    "agent.", "windhover." };

	if (strip("event_data.", name, meaning) || strip("user_data.", name, meaning))
		return;
	if (text_starts(name, TEXT("winlog.")))
		meaning->tells = TELL_WINLOG;
	for (size_t i = 0; i < COUNT(ecs_prefixes); i++)
		if (text_starts(name, text_of(ecs_prefixes[i])))
			meaning->tells = TELL_ECS;
	if (is_record_type(name))
		meaning->tells = TELL_AUDIT_RECORD | TELL_IF_HOLDS;
}

static void look_up_ecs(struct text name, struct meaning *meaning)
{
	if (strip("winlog.event_data.", name, meaning)) {
		if (text_is(meaning->sigma, TEXT("UtcTime"))) {
			meaning->role = ROLE_TIME;
			meaning->rank = 8;
		}
		return;
	}
	if (strip("winlog.user_data.", name, meaning) ||
	    strip("auditd.data.", name, meaning))
		return;
	for (unsigned field = 0; field < FIELD_COUNT; field++)
		if (text_is(field_info((enum field)field)->ecs, name))
			meaning->sigma = field_info((enum field)field)->sigma;
}

void vocabulary_look_up(enum name_space space, struct text name, struct meaning *meaning)
{
	for (size_t i = 0; i < spaces[space].count; i++) {
		const struct word *word = &spaces[space].words[i];

		if (!text_is(text_of(word->name), name))
			continue;
		if (word->sigma)
			meaning->sigma = text_of(word->sigma);
		meaning->role = word->role;
		meaning->rank = word->rank;
		meaning->tells = word->tells;
		return;
	}
	if (space == NAMES_FLAT)
		look_up_flat(name, meaning);
	else if (space == NAMES_ECS)
		look_up_ecs(name, meaning);
}

struct text vocabulary_of_role(enum role role)
{
	static const char *const names[ROLE_COUNT] = {
		[ROLE_CHANNEL] = "Channel",
		[ROLE_EVENT_ID] = "EventID",
		[ROLE_PROVIDER] = "Provider_Name",
		[ROLE_COMPUTER] = "Computer",
		[ROLE_PROCESS] = "Execution_ProcessID",
		[ROLE_THREAD] = "Execution_ThreadID",
		[ROLE_USER] = "Security_UserID",
		[ROLE_RECORD] = "EventRecordID",
		[ROLE_ACTIVITY] = "Correlation_ActivityID",
	};

	return text_of(names[role]);
}

uint32_t vocabulary_mark(struct text text)
{
	static const struct {
		const char *text;
		uint32_t mark;
	} marks[] = {
		{ "process", MARK_PROCESS },   { "network", MARK_NETWORK },
		{ "file", MARK_FILE },         { "dns", MARK_DNS },
		{ "registry", MARK_REGISTRY }, { "library", MARK_LIBRARY },
		{ "driver", MARK_DRIVER },     { "start", MARK_START },
		{ "connection", MARK_START },  { "end", MARK_END },
		{ "creation", MARK_CREATION }, { "deletion", MARK_DELETION },
		{ "change", MARK_CHANGE },     { "fork", MARK_FORK },
		{ "windows", MARK_WINDOWS },   { "linux", MARK_LINUX },
		{ "macos", MARK_MACOS },       { "darwin", MARK_MACOS },
		{ "auditd", MARK_AUDITD },     { "windhover.health", MARK_HEALTH },
	};

	for (size_t i = 0; i < COUNT(marks); i++)
		if (text_is(text_of(marks[i].text), text))
			return marks[i].mark;
	return 0;
}
