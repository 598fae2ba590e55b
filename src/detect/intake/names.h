/* SPDX-License-Identifier: Apache-2.0 */
/* What a log's name for a value means: the pack's field, and the facts that the intake needs. */
#pragma once

#include "detect/intake/mapping.h"
#include "model/event.h"
#include "model/pack.h"

/* The same name means different things in different places. */
enum name_space {
	NAMES_FLAT,   /* top-level names, and flat Windows events */
	NAMES_SYSTEM, /* Event/System, joined by '_' */
	NAMES_DATA,   /* EventData, UserData, and what is unknown: as written */
	NAMES_ECS,    /* Elastic Common Schema, winlogbeat, auditbeat, the sensor's own */
	NAMES_AUDIT,  /* fields of audit records */
	NAMES_JOURNAL,
	NAMES_SYSLOG, /* a line of a text log */
	NAMES_WEB,    /* a line of a web server's access log */
	NAMES_MAPPED, /* + the number of the mapping */
};

/* Facts of an event that several names can give. */
enum role {
	ROLE_NONE,
	ROLE_CHANNEL,
	ROLE_EVENT_ID,
	ROLE_PROVIDER,
	ROLE_COMPUTER,
	ROLE_PROCESS, /* that wrote the event: Execution_ProcessID */
	ROLE_THREAD,
	ROLE_USER,     /* Security_UserID */
	ROLE_RECORD,   /* EventRecordID */
	ROLE_ACTIVITY, /* Correlation_ActivityID */
	ROLE_UNIT,     /* who writes to the journal */
	ROLE_FACILITY, /* syslog's */
	ROLE_MESSAGE,
	ROLE_TIME,
	ROLE_MARK,    /* its value says what kind of event an ECS document is */
	ROLE_DATASET, /* the same, and it may be the sensor's own */
	ROLE_COUNT
};

/* What the presence of a top-level name says of a document's shape. */
enum tell {
	TELL_EVENT = 1 << 0,
	TELL_SYSTEM = 1 << 1,
	TELL_CHANNEL = 1 << 2,
	TELL_EVENT_ID = 1 << 3,
	TELL_WINLOG = 1 << 4,
	TELL_ECS = 1 << 5,
	TELL_AUDIT_RECORD = 1 << 6, /* laurel: the record's type is the name */
	TELL_AUDIT_TYPE = 1 << 7,
	TELL_AUDIT_STAMP = 1 << 8,
	TELL_JOURNAL = 1 << 9,
	TELL_SOURCE = 1 << 10,  /* Elasticsearch's wrapping of a document */
	TELL_PROGRAM = 1 << 11, /* with the next: a syslog line */
	TELL_MESSAGE = 1 << 12,
	TELL_REQUEST = 1 << 13, /* with the next: a line of an access log */
	TELL_STATUS = 1 << 14,
	TELL_IF_HOLDS = 1 << 15, /* only where the value is an object or an array */
};

struct name {
	/* what it is the meaning of: its first and last eight bytes, all of them, and where */
	uint64_t first, last;
	uint64_t mask; /* of what counts in these; fewer bytes than eight are in both */
	const char *at;
	uint32_t size; /* 0: of no name */
	uint32_t space;
	struct name *next; /* the one that stood behind it the last time, or NULL */
	uint16_t field;    /* the pack's number of its Sigma name, or EVENT_FIELD_NONE */
	uint16_t also;     /* where rules use the log's own name too: that one's number */
	uint16_t tells;    /* enum tell */
	uint8_t role;      /* enum role */
	uint8_t rank; /* of those that give a role the lowest counts; 0: its own name */
};

/* Its value is of use neither to rules nor to the intake. */
static inline bool name_says_nothing(const struct name *name)
{
	return name->field == EVENT_FIELD_NONE && !name->role;
}

struct names;

/* 0 or -ENOMEM.  ${mappings} may be NULL; both must outlive the names. */
int names_create(const struct pack *pack, const struct mappings *mappings,
		 struct names **out) MUST_USE;
void names_free(struct names *names);

/* Bytes that must be readable at and behind a name that is looked up. */
#define NAMES_PADDING 8

/*
 * names_find(names, space, name):
 * What ${name} means in ${space}; never NULL.  ${name} has NAMES_PADDING bytes behind it.  The
 * answer is kept for good up to a bound on how many there are; ${*lasting} is false
 * where it is valid only until the next call.
 */
struct name *names_find(struct names *names, unsigned space, struct text name,
			bool *lasting);

static inline uint64_t names_word(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Is ${known} the meaning of ${name}, with NAMES_PADDING bytes behind it, in ${space}? */
static inline bool names_is(const struct name *known, unsigned space, struct text name)
{
	const char *last = name.at + (name.size < 8 ? 0 : name.size - 8);

	if (known->size != name.size || known->space != space ||
	    ((names_word(name.at) ^ known->first) | (names_word(last) ^ known->last)) &
		    known->mask)
		return false;
	for (size_t at = 8; at + 8 < name.size; at += 8)
		if (names_word(name.at + at) != names_word(known->at + at))
			return false;
	return true;
}

/*
 * names_find_behind(names, space, name, before, lasting):
 * The same for the name that stands behind ${before} in a log, and faster where that was so the
 * last time too: names come in the same order in all events of a kind.
 */
static inline struct name *names_find_behind(struct names *names, unsigned space,
					     struct text name, struct name *before,
					     bool *lasting)
{
	struct name *found = before->next;

	*lasting = true;
	if (found && names_is(found, space, name))
		return found;
	found = names_find(names, space, name, lasting);
	if (*lasting)
		before->next = found;
	return found;
}

/* The pack's field for the Sigma name of ${role}, or EVENT_FIELD_NONE. */
uint16_t names_of_role(const struct names *names, enum role role);
