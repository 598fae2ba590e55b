/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of foreign logs -> events: what shape they have is told by what they say. */
#pragma once

#include "detect/intake/mapping.h"
#include "format/access_log.h"
#include "format/auditd_event.h"
#include "format/json.h"
#include "format/syslog.h"
#include "model/event.h"
#include "model/pack.h"

struct intake;

enum intake_shape {
	SHAPE_UNKNOWN,        /* unrecognised: the event has values but no source */
	SHAPE_WINDOWS_NESTED, /* Event/System/EventData|UserData, as EVTX tools write it */
	SHAPE_WINDOWS_FLAT, /* Channel and EventID beside the data: NXLog, winlogbeat 6, OTRF */
	SHAPE_WINLOG,       /* winlogbeat: winlog.channel, winlog.event_data */
	SHAPE_ECS,          /* Elastic Common Schema, the sensor's own events among it */
	SHAPE_AUDITD, /* Linux audit records: laurel, auditbeat, or the fields of one record */
	SHAPE_JOURNAL, /* journalctl -o json, -o export */
	SHAPE_SYSLOG,  /* a line of a text log: syslog's, or a server's own */
	SHAPE_WEB,     /* a line of a web server's access log */
	SHAPE_MAPPED,  /* a mapping file says what it is */
	SHAPE_COUNT
};

/*
 * intake_create(pack, mappings, out):
 * An intake that numbers fields as ${pack} does.  ${mappings} may be NULL; both must outlive it.
 * Returns 0 or -ENOMEM.  Its memory does not grow with the input.
 */
int intake_create(const struct pack *pack, const struct mappings *mappings,
		  struct intake **out) MUST_USE;
void intake_free(struct intake *intake);

/*
 * intake_json(intake, document, event):
 * Make ${event} of ${document}.  Its record is the document's text and room; its source lives in
 * the intake until the next call.  Every value of the document becomes a value of the event,
 * with EVENT_FIELD_NONE where no rule names it, since keywords search them all.
 */
enum intake_shape intake_json(struct intake *intake, const struct json_document *document,
			      struct event *event);

/* The same of a line of text that the text mapping ${mapping} is for; its field is "message". */
enum intake_shape intake_line(struct intake *intake, const struct mapping *mapping,
			      struct text line, struct event *event);

/* Where the line at hand lies, and the room for values that are made of it: in one allocation,
   the room behind the line. */
struct intake_bytes {
	const char *at;
	struct text whole; /* the line, where all texts lie in it; else empty */
	char *room;
	size_t room_size;
};

/*
 * intake_syslog, intake_access, intake_audit(intake, what was read, event):
 * Make ${event} of a line of a text log, or of audit records; as of the JSON that
 * docs/formats/text.md says such an event is written as.  What the texts point at is the
 * event's record.
 */
enum intake_shape intake_syslog(struct intake *intake, const struct syslog_line *line,
				const struct intake_bytes *bytes, struct event *event);
enum intake_shape intake_access(struct intake *intake, const struct access_line *line,
				const struct intake_bytes *bytes, struct event *event);
enum intake_shape intake_audit(struct intake *intake, const struct auditd_event *audit,
			       struct event *event);

/* The host of the last event, as its log names it; empty where it does not. */
struct text intake_host(const struct intake *intake);

/* Its channel and its provider, likewise. */
struct text intake_channel(const struct intake *intake);
struct text intake_provider(const struct intake *intake);

/* A few words for people. */
const char *intake_shape_name(enum intake_shape shape);
