/* SPDX-License-Identifier: Apache-2.0 */
/* The event that is being made of a document; shared by the files that know the shapes. */
#pragma once

#include "detect/intake/intake.h"
#include "detect/intake/names.h"
#include "detect/intake/service.h"
#include "detect/intake/vocabulary.h"

#define SOURCE_SIZE 256  /* bytes of an event's source; a longer channel is cut */
#define PATH_SIZE   1024 /* bytes of a joined name; a longer one has no field */
#define TOP_MAX     256  /* top-level members that are kept while the shape is told */

/* What is known so far of one role. */
struct fact {
	struct text text; /* NULL: nothing */
	uint8_t rank;
	uint32_t value; /* its place in the event's values; UINT32_MAX: it was dropped */
};

struct top {
	const struct name *name; /* NULL: look it up again */
	uint32_t node;
};

struct intake {
	const struct pack *pack;
	const struct mappings *mappings;
	struct names *names;

	/* the event at hand */
	const struct json_document *document;
	struct event *event;
	struct fact facts[ROLE_COUNT];
	unsigned time_rank; /* of what event->time_ns is from */
	uint32_t marks;     /* enum mark */
	bool unread;        /* some values are */
	bool left_out;      /* windows_flat left some out of the object ... */
	uint32_t flat_root; /* ... at this node */
	/* top-level members but values without a field, found while the shape was told */
	struct top top[TOP_MAX];
	uint32_t top_count;
	bool top_rest;      /* others are there, values without a field */
	uint32_t top_end;   /* the first node that there was no room for */
	struct name outset; /* what stands before the first name */
	char *room;         /* where values can be made, in the event's record */
	size_t room_size;
	bool made; /* some value stands in the room, and nowhere else */
	struct json_node
		*xml_nodes; /* of an event in a message; INTAKE_XML_NODES of them */
	struct service_cache services;
	/* the source, by where it stands, and id whose class was looked up last; NULL: none */
	const char *class_source;
	uint32_t class_id, class_number;
	char source[SOURCE_SIZE];
	/* the last channel, and its source */
	char channel[SOURCE_SIZE];
	size_t channel_size; /* 0: intake->source is of something else */
	struct text last_source;
	char path[PATH_SIZE + NAMES_PADDING];
};

#define INTAKE_XML_NODES 4096

/* A name of our own, with the padding that looking it up takes. */
#define STATE_NAME(literal)                                                              \
	((struct text){ .at = literal "\0\0\0\0\0\0\0", .size = sizeof(literal) - 1 })

/* How names grow on the way down to a value. */
struct walk {
	unsigned space;
	char joint;  /* between the names of objects inside one another */
	bool is_xml; /* #attributes, #text, @name and name_attributes are no elements */
};

/*
 * walk_node(intake, walk, prefix, node):
 * Add node ${node} and all below it; its own name is appended to ${prefix}, which must not lie in
 * intake->path.  Nothing recurses: the depth is bounded by the document's.
 */
void walk_node(struct intake *intake, const struct walk *walk, struct text prefix,
	       uint32_t node);

/* The same for each member of ${node}, without ${node}'s own name. */
void walk_members(struct intake *intake, const struct walk *walk, struct text prefix,
		  uint32_t node);

/* Add the value of ${node}, which is no container, under ${name}. */
void walk_add(struct intake *intake, const struct name *name,
	      const struct json_node *node);

/* Begin with ${event}, which is cleared already; ${document} may be NULL. */
void state_begin(struct intake *intake, const struct json_document *document,
		 struct event *event);

/*
 * state_add(intake, name, type, at, text):
 * Add the value ${text}, which is at ${at} in the event's record, under ${name}, and remember what
 * it says of the event as a whole.
 */
void state_add(struct intake *intake, const struct name *name, enum value_type type,
	       size_t at, struct text text);

/* Add ${text}, which lies in the event's record, under a STATE_NAME of ${space}. */
void state_add_text(struct intake *intake, enum name_space space, struct text name,
		    struct text text);

/* Append ${text} to the room, which becomes part of the record; false where it is full. */
bool state_room(struct intake *intake, struct text text);

/* The class of the event, whose source and id are known: mostly that of the one before. */
void state_class(struct intake *intake);

/*
 * state_settle(intake):
 * When source and id are known: read those unread values that rules of the event's class want, and
 * leave word of how to read the others.
 */
void state_settle(struct intake *intake);

/* What is decided only when all values have been seen. */
void state_finish(struct intake *intake);

/* The event's source from parts; what does not fit is cut. */
void state_source(struct intake *intake, struct text prefix, struct text name);

/* The event's source from its channel. */
void windows_source(struct intake *intake);

/* The shapes: each makes the event of the document's node ${root}. */
void windows_nested(struct intake *intake, uint32_t root);
void windows_flat(struct intake *intake, uint32_t root);

/* Add what windows_flat left out: values without a field, which no rule can ask for. */
void windows_flat_rest(struct intake *intake);

enum intake_shape ecs_document(struct intake *intake, uint32_t root);
void audit_document(struct intake *intake, uint32_t root, uint32_t tells);
enum intake_shape journal_document(struct intake *intake, uint32_t root);
void syslog_document(struct intake *intake, uint32_t root);
void web_document(struct intake *intake, uint32_t root);
void mapped_document(struct intake *intake, const struct mapping *mapping, uint32_t root,
		     unsigned number);

/* Does ${mapping} hold for the object ${root}? */
bool mapped_matches(const struct json_document *document, const struct mapping *mapping,
		    uint32_t root);
