// SPDX-License-Identifier: Apache-2.0
// A stream that is a text log -> its events.
#include "detect/intake/text_log.h"

#include <errno.h>

#include "detect/intake/text_log_json.h"
#include "format/event_xml.h"
#include "format/lines.h"

#define CUT_TRIES      256  /* lines that are looked at for a place to cut */
#define TOLD_LINES_MAX 64   /* that a log is told by */
#define HELD_MAX       512  /* bytes of a line's head, for those that go on with it */
#define XML_NODES      4096 /* of an event in a message */

enum kind { KIND_AUDIT, KIND_SYSLOG, KIND_ACCESS, KIND_SERVER, KIND_NONE };

/* What a line says. */
struct reading {
	enum kind kind;
	struct auditd_head head;   /* its texts lie in the whole line */
	struct syslog_line syslog; /* also of a server's own log */
	struct access_line access;
};

struct text_log {
	struct intake *intake;
	struct lines lines;
	struct stamp_clock clock;
	enum kind last; /* what the line before was is tried first */
	struct auditd_events *audits;
	bool ended;
	bool is_line; /* the event is of the line at hand, not of audit records */

	/* the event at hand */
	enum intake_shape shape;
	struct reading reading;
	bool is_xml;
	const struct auditd_event *audit;
	struct json_document xml;
	struct json_node *nodes;

	/* of the last line of a syslog, for those right behind that go on with it */
	uint64_t held_number;
	struct syslog_line held; /* its texts lie in the next */
	char held_bytes[HELD_MAX];
};

static bool read_audit(struct text line, struct stamp_clock *clock, struct reading *out)
{
	(void)clock;
	if (!text_starts(line, TEXT("type=")) && !text_starts(line, TEXT("node=")))
		return false;
	out->kind = KIND_AUDIT;
	return auditd_head_read(line, &out->head);
}

/* auditd's plugin writes its records into the system's log, too. */
static bool is_audit_message(const struct syslog_line *line)
{
	return (text_starts(line->program, TEXT("audis")) ||
		text_starts(line->program, TEXT("auditd"))) &&
	       (text_starts(line->message, TEXT("type=")) ||
		text_starts(line->message, TEXT("node=")));
}

static bool read_syslog(struct text line, struct stamp_clock *clock, struct reading *out)
{
	struct syslog_line *read = &out->syslog;

	if (!syslog_read(line, clock, read))
		return false;
	out->kind = KIND_SYSLOG;
	if (is_audit_message(read) && auditd_head_read(read->message, &out->head)) {
		out->kind = KIND_AUDIT;
		out->head.size += (size_t)(read->message.at - line.at);
		if (!out->head.node.size)
			out->head.node = read->host;
	} else if ((text_is(read->program, TEXT("nginx")) ||
		    text_is(read->program, TEXT("httpd")) ||
		    text_is(read->program, TEXT("apache2"))) &&
		   access_read(read->message, clock, &out->access)) {
		out->kind = KIND_ACCESS;
	}
	return true;
}

static bool read_access(struct text line, struct stamp_clock *clock, struct reading *out)
{
	out->kind = KIND_ACCESS;
	return access_read(line, clock, &out->access);
}

static bool read_server(struct text line, struct stamp_clock *clock, struct reading *out)
{
	out->kind = KIND_SERVER;
	return syslog_read_nginx(line, clock, &out->syslog) ||
	       syslog_read_apache(line, clock, &out->syslog) ||
	       syslog_read_vsftpd(line, clock, &out->syslog) ||
	       syslog_read_clamav(line, clock, &out->syslog);
}

/* What ${line} is; ${last} is tried first. */
static bool read_line(struct text line, enum kind last, struct stamp_clock *clock,
		      struct reading *out)
{
	static bool (*const readers[])(struct text, struct stamp_clock *,
				       struct reading *) = {
		[KIND_AUDIT] = read_audit,
		[KIND_SYSLOG] = read_syslog,
		[KIND_ACCESS] = read_access,
		[KIND_SERVER] = read_server,
	};

	if (last != KIND_NONE && readers[last](line, clock, out))
		return true;
	for (unsigned kind = 0; kind < KIND_NONE; kind++)
		if (kind != (unsigned)last && readers[kind](line, clock, out))
			return true;
	return false;
}

/* A power cut leaves zero bytes where the blocks of a log were never written. */
static struct text skip_zeroes(struct text line)
{
	while (line.size && !line.at[0])
		line = text_part(line, 1, SIZE_MAX);
	return line;
}

/* What journalctl says of the journal itself. */
static bool is_remark(struct text line)
{
	return text_starts(line, TEXT("-- "));
}

static bool goes_on(struct text line)
{
	return line.size && (line.at[0] == ' ' || line.at[0] == '\t');
}

bool text_log_tell(struct text head, bool at_end)
{
	/* Any day is in the past. */
	struct stamp_clock clock = { .reference_ns = INT64_C(4102444800000000000) };
	struct reading reading;
	enum kind last = KIND_NONE;
	unsigned told = 0, all = 0;

	if (text_starts(head, TEXT("\xef\xbb\xbf")))
		head = text_part(head, 3, SIZE_MAX);
	while (head.size && all < TOLD_LINES_MAX) {
		const char *newline = memchr(head.at, '\n', head.size);
		size_t size = newline ? (size_t)(newline - head.at) : head.size;
		struct text line = skip_zeroes(text_part(head, 0, size));

		head = text_part(head, size + 1, SIZE_MAX);
		/* A line that is cut may be anything, unless there is no other. */
		if (!newline && !at_end && all)
			break;
		if (text_ends(line, TEXT("\r")))
			line.size--;
		if (!line.size || is_remark(line) || (told && goes_on(line)))
			continue;
		all++;
		if (read_line(line, last, &clock, &reading)) {
			last = reading.kind;
			told++;
		}
	}
	return told && 2 * told >= all;
}

int text_log_create(struct intake *intake, struct text_log **out)
{
	struct text_log *log = calloc(1, sizeof(*log));
	int r;

	if (!log)
		return -ENOMEM;
	log->intake = intake;
	log->nodes = malloc(XML_NODES * sizeof(*log->nodes));
	r = log->nodes ? auditd_events_create(&log->audits) : -ENOMEM;
	if (r) {
		text_log_free(log);
		return r;
	}
	*out = log;
	return 0;
}

void text_log_free(struct text_log *log)
{
	if (!log)
		return;
	lines_done(&log->lines);
	auditd_events_free(log->audits);
	free(log->nodes);
	free(log);
}

void text_log_start(struct text_log *log, window_read *read, void *user,
		    int64_t written_ns)
{
	const struct text_log_place start = { .line = 1 };

	text_log_resume(log, &start, read, user, written_ns);
}

void text_log_resume(struct text_log *log, const struct text_log_place *place,
		     window_read *read, void *user, int64_t written_ns)
{
	lines_resume(&log->lines, place->line, place->offset, read, user);
	auditd_events_clear(log->audits);
	log->clock = (struct stamp_clock){ .reference_ns = written_ns };
	log->last = KIND_NONE;
	log->ended = log->is_line = false;
	log->audit = NULL;
	log->held = (struct syslog_line){ 0 };
	log->held_number = 0;
}

/* Is this the last record of an audit event, or no record? */
static bool ends_event(struct text line)
{
	struct auditd_head head;

	return !auditd_head_read(line, &head) ||
	       auditd_type_ends(auditd_type_number(head.type));
}

size_t text_log_cut(struct text bytes)
{
	const char *newline = memrchr(bytes.at, '\n', bytes.size);
	size_t found = 0;

	for (unsigned tries = 0; newline && tries < CUT_TRIES; tries++) {
		size_t end = (size_t)(newline - bytes.at);
		const char *before = memrchr(bytes.at, '\n', end);
		size_t from = before ? (size_t)(before - bytes.at) + 1 : 0;
		struct text next = text_part(bytes, end + 1, 1);

		/* A line that goes on with the one before must not begin a part. */
		if (next.size && !goes_on(next) && next.at[0]) {
			found = found ? found : end + 1;
			if (ends_event(text_part(bytes, from, end - from)))
				return end + 1;
		}
		newline = before;
	}
	return found;
}

bool text_log_rests(const struct text_log *log)
{
	return log->lines.rests && auditd_events_is_empty(log->audits);
}

static struct text hold_text(struct text_log *log, size_t *used, struct text text)
{
	struct text copy = { .at = log->held_bytes + *used, .size = text.size };

	if (text.size > HELD_MAX - *used)
		return (struct text){ 0 };
	if (text.size)
		memcpy(log->held_bytes + *used, text.at, text.size);
	*used += text.size;
	return copy;
}

/* Remember whose line it was. */
static void hold(struct text_log *log, const struct syslog_line *line)
{
	size_t used = 0;

	log->held_number = log->lines.number;
	log->held = (struct syslog_line){ .time_ns = line->time_ns,
					  .facility = line->facility,
					  .severity = line->severity };
	log->held.program = hold_text(log, &used, line->program);
	log->held.host = hold_text(log, &used, line->host);
	log->held.pid = hold_text(log, &used, line->pid);
}

static struct text to_room(struct intake_bytes *bytes, struct text text)
{
	struct text copy = { .at = bytes->room, .size = text.size };

	if (text.size > bytes->room_size)
		return (struct text){ 0 };
	if (text.size)
		memcpy(bytes->room, text.at, text.size);
	bytes->room += text.size;
	bytes->room_size -= text.size;
	return copy;
}

/* A line that goes on with the one before: the same head, another message. */
static void take_held(struct text_log *log, struct intake_bytes *bytes)
{
	struct syslog_line *line = &log->reading.syslog;
	struct text message = log->lines.line;

	while (goes_on(message))
		message = text_part(message, 1, SIZE_MAX);
	bytes->whole = (struct text){ 0 };
	*line = log->held;
	line->program = to_room(bytes, line->program);
	line->host = to_room(bytes, line->host);
	line->pid = to_room(bytes, line->pid);
	line->message = message;
	log->reading.kind = KIND_SYSLOG;
}

/* The event in a message of Sysmon's; false where it is none. */
static bool take_xml(struct text_log *log, const struct intake_bytes *bytes,
		     struct event *event)
{
	struct text message = log->reading.syslog.message;
	size_t room_at = (size_t)(bytes->room - bytes->at);

	log->xml = (struct json_document){
		.base = bytes->at,
		.room_at = (uint32_t)room_at,
		.room_size = (uint32_t)bytes->room_size,
		.nodes = log->nodes,
		.capacity = XML_NODES,
	};
	if (!event_xml_parse(message, &log->xml))
		return false;
	log->is_xml = true;
	log->shape = intake_json(log->intake, &log->xml, event);
	if (!event->time_ns)
		event->time_ns = log->reading.syslog.time_ns;
	return true;
}

static void take_line(struct text_log *log, struct intake_bytes *bytes,
		      struct event *event)
{
	const struct reading *reading = &log->reading;

	log->is_line = true;
	log->is_xml = false;
	if (reading->kind == KIND_ACCESS) {
		log->shape = intake_access(log->intake, &reading->access, bytes, event);
		return;
	}
	if (event_xml_tell(reading->syslog.message) && take_xml(log, bytes, event))
		return;
	log->shape = intake_syslog(log->intake, &reading->syslog, bytes, event);
}

/* Say what is wrong with the line at hand. */
static int refuse(struct text_log *log, struct text line, struct why *why)
{
	const char *found =
		"found neither an audit record, nor a stamp and message, nor a "
		"web server's request";

	if (text_starts(line, TEXT("type=")) || text_starts(line, TEXT("node=")))
		found = "found an audit record, expected type=TYPE "
			"msg=audit(SECONDS.MILLISECONDS:SERIAL): behind each other";
	why_set(why, (unsigned)log->lines.number, 0, "%s", found);
	return TEXT_LOG_BAD;
}

/* The next complete audit event, as the event at hand. */
static bool take_audit(struct text_log *log, struct event *event)
{
	log->audit = auditd_events_next(log->audits, log->ended);
	if (!log->audit)
		return false;
	log->is_line = log->is_xml = false;
	log->shape = intake_audit(log->intake, log->audit, event);
	return true;
}

/* The line at hand: an event, nothing yet (END), BAD, or negative errno. */
static int take(struct text_log *log, struct event *event, struct why *why)
{
	struct reading *reading = &log->reading;
	struct text line = skip_zeroes(log->lines.line);
	struct intake_bytes bytes = { .at = log->lines.line.at,
				      .whole = log->lines.line,
				      .room = lines_room(&log->lines),
				      .room_size = log->lines.window.capacity };

	if (log->lines.number == 1 && text_starts(line, TEXT("\xef\xbb\xbf")))
		line = text_part(line, 3, SIZE_MAX);
	if (!line.size || is_remark(line))
		return TEXT_LOG_END;
	if (goes_on(line) && log->held_number &&
	    log->held_number == log->lines.number - 1) {
		log->held_number++;
		take_held(log, &bytes);
		take_line(log, &bytes, event);
		return TEXT_LOG_EVENT;
	}
	if (!read_line(line, log->last, &log->clock, reading))
		return refuse(log, line, why);
	log->last = reading->kind;
	if (reading->kind == KIND_AUDIT)
		return auditd_events_add(log->audits, line, &reading->head,
					 log->lines.number, log->lines.offset);
	if (reading->kind == KIND_SYSLOG)
		hold(log, &reading->syslog);
	take_line(log, &bytes, event);
	return TEXT_LOG_EVENT;
}

int text_log_next(struct text_log *log, struct event *event, struct why *why)
{
	int r;

	for (;;) {
		if (take_audit(log, event))
			return TEXT_LOG_EVENT;
		if (log->ended)
			return TEXT_LOG_END;
		r = lines_next(&log->lines);
		if (r < 0)
			return r;
		if (r == LINES_LONG) {
			why_set(why, (unsigned)log->lines.number, 0,
				"the line is longer than %u MiB", WINDOW_SIZE_MAX >> 20);
			return TEXT_LOG_BAD;
		}
		log->ended = r == LINES_END;
		if (log->ended)
			continue;
		r = take(log, event, why);
		if (r != TEXT_LOG_END)
			return r;
	}
}

enum intake_shape text_log_shape(const struct text_log *log)
{
	return log->shape;
}

uint64_t text_log_line(const struct text_log *log)
{
	return log->is_line || !log->audit ? log->lines.number : log->audit->line;
}

uint64_t text_log_offset(const struct text_log *log)
{
	return log->is_line || !log->audit ? log->lines.offset : log->audit->offset;
}

void text_log_json(const struct text_log *log, struct buffer *out)
{
	if (log->is_xml)
		text_log_json_document(&log->xml, out);
	else if (!log->is_line && log->audit)
		text_log_json_audit(log->audit, out);
	else if (log->reading.kind == KIND_ACCESS)
		text_log_json_access(&log->reading.access, out);
	else
		text_log_json_syslog(&log->reading.syslog, out);
}
