/* SPDX-License-Identifier: Apache-2.0 */
/* A DNS message: what is asked, and what the answer says; every byte of it is a stranger's. */
#pragma once

#include "base/text.h"

#define DNS_RESULTS_MAX 32          /* records of an answer that are kept */
#define DNS_TEXTS_SIZE  (16u << 10) /* bytes of all texts of one message */
#define DNS_NAME_SIZE   1020        /* bytes of a name: 255, each perhaps as \DDD */

enum dns_header {
	DNS_IS_ANSWER = 0x8000,
	DNS_IS_CUT = 0x0200, /* by its sender: the rest is to be had over TCP */
	DNS_STATUS = 0x000f,
};

struct dns_message {
	uint16_t id;
	uint16_t header; /* the bits of enum dns_header, and others of RFC 1035, 4.1.1 */
	uint16_t type;   /* of the first question; 0: there is none */
	/*
	 * Of the first question, without the dot at its end, in the letters that it was asked
	 * in.  A dot or backslash within a label and what is no printable ASCII stand as in
	 * RFC 1035, 5.1 (\., \000): a name is always plain text.  Empty: the root, or none.
	 */
	struct text name;
	/* Addresses, names or texts of the answer's records; "TYPE64" for one of another kind. */
	struct text results[DNS_RESULTS_MAX];
	uint32_t result_count;
	uint32_t left_out; /* results for which there was no room */
	bool is_broken; /* it ended too early or made no sense: what stands here came before */
	size_t used;
	char texts[DNS_TEXTS_SIZE];
};

/*
 * dns_read(bytes, out):
 * Read the message ${bytes} (RFC 1035) as far as it makes sense.  Anything may be in it.  Texts
 * of ${out} are in ${out} itself: it must not be moved.  Takes time linear in the size of
 * ${bytes} and of ${out}.
 */
void dns_read(struct text bytes, struct dns_message *out);

/* "AAAA"; empty for a type without a name that is known here. */
struct text dns_type_name(uint16_t type);

/* "NXDOMAIN"; empty for a status without a name. */
struct text dns_status_name(unsigned status);
