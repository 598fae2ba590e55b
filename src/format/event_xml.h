/* SPDX-License-Identifier: Apache-2.0 */
/* An event as XML, as Sysmon for Linux writes it into the system's log -> a document. */
#pragma once

#include "format/json.h"

#define EVENT_XML_DEPTH_MAX 32 /* elements inside one another */

/* Whether a message begins as such an event does. */
static inline bool event_xml_tell(struct text message)
{
	return text_starts(message, TEXT("<Event>")) ||
	       text_starts(message, TEXT("<Event "));
}

/*
 * event_xml_parse(xml, document):
 * Read ${xml}, one element, into the document's nodes as evtx_json gives an event: attributes
 * below "#attributes", an element's text beside them as "#text", named Data elements by their
 * names.  The caller has filled in the document's base, which lies at or before ${xml} in the
 * same allocation, its nodes and their capacity, and its room.  False where it is no XML of this
 * kind, or does not fit.  What follows the element is not looked at.
 */
bool event_xml_parse(struct text xml, struct json_document *document);
