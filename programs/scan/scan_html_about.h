/* SPDX-License-Identifier: Apache-2.0 */
/* What a page says of the scan as a whole, and of its rules, as JSON. */
#pragma once

#include "scan_html.h"

/* The rules that a page speaks of: the page's numbers of them are those of this list. */
struct scan_html_rules {
	const uint32_t *rules; /* numbers in the pack */
	uint32_t count;
};

/* Append the object "about", with ${faults} messages: docs/formats/report.md. */
void scan_html_about_write(const struct scan_html_about *about, const struct pack *pack,
			   uint64_t faults, struct buffer *out);

/* Append the rules with commas between them, each with how many detections of it there are. */
void scan_html_rules_write(const struct scan_html_rules *rules, const struct pack *pack,
			   const struct scan_counts *counts, struct buffer *out);
