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
	ROLE_MARK, /* its value says what kind of event an ECS document is */
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
	const char *at;
	uint32_t size; /* 0: of no name */
	uint32_t space;
	uint16_t field; /* the pack's number of its Sigma name, or EVENT_FIELD_NONE */
	uint16_t also;  /* where rules use the log's own name too: that one's number */
	uint16_t tells; /* enum tell */
	uint8_t role;   /* enum role */
	uint8_t rank;   /* of those that give a role the lowest counts; 0: its own name */
};

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
const struct name *names_find(struct names *names, unsigned space, struct text name,
			      bool *lasting);

/* The bytes of a name, up to 16 of them, as two words that tell it from all others as long. */
static inline void names_words(struct text name, uint64_t *first, uint64_t *last)
{
	memcpy(first, name.at, 8);
	if (name.size < 8) {
		*first &= ((uint64_t)1 << (8 * name.size)) - 1;
		*last = 0;
	} else {
		memcpy(last, name.at + name.size - 8, 8);
	}
}

/*
 * names_find_near(names, space, name, guess, lasting):
 * The same, and faster where ${guess}, an earlier lasting answer or NULL, is right: a log's events
 * have their names in the same places.
 */
static inline const struct name *names_find_near(struct names *names, unsigned space,
						 struct text name,
						 const struct name *guess, bool *lasting)
{
	uint64_t first, last;

	names_words(name, &first, &last);
	if (!guess || guess->size != name.size || guess->first != first ||
	    guess->last != last || guess->space != space ||
	    (name.size > 16 && memcmp(guess->at, name.at, name.size) != 0))
		return names_find(names, space, name, lasting);
	*lasting = true;
	return guess;
}

/* The pack's field for the Sigma name of ${role}, or EVENT_FIELD_NONE. */
uint16_t names_of_role(const struct names *names, enum role role);
