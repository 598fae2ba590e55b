// SPDX-License-Identifier: Apache-2.0
// The events of text logs as JSON on one line each.
#include "detect/intake/text_log_json.h"

#include "base/moment.h"
#include "format/json_unescape.h"

static void name(struct buffer *out, struct text name)
{
	char before = out->size ? out->at[out->size - 1] : 0;

	if (before != '{' && before != '[')
		buffer_char(out, ',');
	json_quote(out, name);
	buffer_char(out, ':');
}

static void member(struct buffer *out, const char *key, struct text value)
{
	name(out, text_of(key));
	json_quote(out, value);
}

static void member_if(struct buffer *out, const char *key, struct text value)
{
	if (value.size)
		member(out, key, value);
}

static void open_line(struct buffer *out, int64_t time_ns)
{
	char time[MOMENT_SIZE];

	buffer_char(out, '{');
	if (!time_ns)
		return;
	moment_format(time_ns, time);
	member(out, "@timestamp", text_of(time));
}

static void member_number(struct buffer *out, const char *key, unsigned number)
{
	if (number == SYSLOG_NONE)
		return;
	name(out, text_of(key));
	buffer_format(out, "\"%u\"", number);
}

void text_log_json_syslog(const struct syslog_line *line, struct buffer *out)
{
	open_line(out, line->time_ns);
	member(out, "program", line->program);
	member_if(out, "hostname", line->host);
	member_if(out, "pid", line->pid);
	member_if(out, "msgid", line->message_id);
	member_if(out, "structured_data", line->structured);
	member_number(out, "facility", line->facility);
	member_number(out, "severity", line->severity);
	member(out, "message", line->message);
	buffer_char(out, '}');
}

void text_log_json_access(const struct access_line *line, struct buffer *out)
{
	open_line(out, line->time_ns);
	member_if(out, "s-computername", line->server);
	member_if(out, "c-ip", line->client);
	member_if(out, "cs-username", line->user);
	member_if(out, "cs-method", line->method);
	member(out, "cs-uri-stem", line->path);
	if (line->query.size) {
		name(out, TEXT("cs-uri-query"));
		buffer_char(out, '[');
		json_quote(out, line->target);
		buffer_char(out, ',');
		json_quote(out, line->query);
		buffer_char(out, ']');
	} else {
		member_if(out, "cs-uri-query", line->target);
	}
	member_if(out, "cs-version", line->version);
	member(out, "sc-status", line->status);
	member_if(out, "sc-bytes", line->size);
	member_if(out, "cs-referer", line->referer);
	member_if(out, "cs-user-agent", line->agent);
	buffer_char(out, '}');
}

static bool is_argument(struct text name)
{
	for (size_t i = 1; i < name.size; i++)
		if (name.at[i] < '0' || name.at[i] > '9')
			return false;
	return name.size > 1 && name.at[0] == 'a';
}

static void value(struct buffer *out, const struct auditd_field *field)
{
	if (field->kind == AUDITD_NULL)
		buffer_string(out, "null");
	else
		json_quote(out, field->value);
}

/* Values of fields of one name, from ${i} on, which is its first, are one array. */
static void values_of(struct buffer *out, const struct auditd_field *fields,
		      uint32_t count, uint32_t i)
{
	bool several = false;

	for (uint32_t k = i + 1; k < count; k++)
		several |= text_is(fields[k].name, fields[i].name);
	if (!several) {
		value(out, &fields[i]);
		return;
	}
	buffer_char(out, '[');
	for (uint32_t k = i; k < count; k++) {
		if (!text_is(fields[k].name, fields[i].name))
			continue;
		if (k > i)
			buffer_char(out, ',');
		value(out, &fields[k]);
	}
	buffer_char(out, ']');
}

static bool is_first(const struct auditd_field *fields, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (text_is(fields[k].name, fields[i].name))
			return false;
	return true;
}

/* The fields of one record, as an object. */
static void record_of(struct buffer *out, const struct auditd_event *audit,
		      const struct auditd_record *record)
{
	const struct auditd_field *fields = audit->fields + record->first;
	bool is_execve = text_is(record->type, TEXT("EXECVE"));

	buffer_char(out, '{');
	for (uint32_t i = 0; i < record->count; i++) {
		if ((is_execve && is_argument(fields[i].name)) || !is_first(fields, i))
			continue;
		name(out, fields[i].name.size ? fields[i].name : TEXT("text"));
		values_of(out, fields, record->count, i);
	}
	buffer_char(out, '}');
}

/* The arguments of all EXECVE records: as laurel has them. */
static void arguments(struct buffer *out, const struct auditd_event *audit)
{
	bool any = false;

	for (uint32_t r = 0; r < audit->record_count; r++) {
		const struct auditd_record *record = &audit->records[r];

		if (!text_is(record->type, TEXT("EXECVE")))
			continue;
		for (uint32_t i = 0; i < record->count; i++) {
			const struct auditd_field *field =
				&audit->fields[record->first + i];

			if (!is_argument(field->name))
				continue;
			if (!any)
				name(out, TEXT("ARGV"));
			buffer_char(out, any ? ',' : '[');
			value(out, field);
			any = true;
		}
	}
	if (any)
		buffer_char(out, ']');
}

void text_log_json_audit(const struct auditd_event *audit, struct buffer *out)
{
	buffer_char(out, '{');
	member(out, "ID", audit->stamp);
	member_if(out, "NODE", audit->node);
	for (uint32_t r = 0; r < audit->record_count; r++) {
		const struct auditd_record *record = &audit->records[r];
		bool seen = false, several = false;

		for (uint32_t k = 0; k < audit->record_count; k++)
			if (k != r && text_is(audit->records[k].type, record->type)) {
				seen |= k < r;
				several = true;
			}
		if (seen)
			continue;
		name(out, record->type);
		if (text_is(record->type, TEXT("EXECVE"))) {
			record_of(out, audit, record);
			out->size -= out->size != 0;
			arguments(out, audit);
			buffer_char(out, '}');
			continue;
		}
		if (several)
			buffer_char(out, '[');
		for (uint32_t k = r; k < audit->record_count; k++) {
			if (!text_is(audit->records[k].type, record->type))
				continue;
			if (k > r)
				buffer_char(out, ',');
			record_of(out, audit, &audit->records[k]);
		}
		if (several)
			buffer_char(out, ']');
	}
	buffer_char(out, '}');
}

void text_log_json_document(const struct json_document *document, struct buffer *out)
{
	uint32_t ends[JSON_DEPTH_MAX + 1];
	unsigned depth = 0;

	for (uint32_t i = 0; i < document->count; i++) {
		const struct json_node *node = &document->nodes[i];

		while (depth && i >= ends[depth - 1]) {
			buffer_char(out, '}');
			depth--;
		}
		if (i)
			name(out, json_key(document, node));
		if (node->type != JSON_OBJECT) {
			json_quote(out, json_text(document, node));
		} else if (depth <= JSON_DEPTH_MAX) {
			buffer_char(out, '{');
			ends[depth++] = node->end;
		}
	}
	while (depth--)
		buffer_char(out, '}');
}
