/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scan as one page that needs nothing else: windhover scan --html.
 *
 * The page is programs/report, put into the program by tools/embed-page, and between its two
 * halves what the scan found, as JSON: docs/formats/report.md.
 */
#pragma once

#include "scan.h"

#define SCAN_HTML_DETECTIONS_MAX  250000       /* further ones are counted, not listed */
#define SCAN_HTML_TEXTS_SIZE_MAX  (256u << 20) /* bytes of all texts, each once */
#define SCAN_HTML_EVENTS_SIZE_MAX (128u << 20)
#define SCAN_HTML_FAULTS_MAX      500 /* messages shown; further ones are counted */
#define SCAN_HTML_MATCHED_MAX     16  /* values that matched, of one detection */

struct scan_html;

/*
 * scan_html_create(path, pack, out):
 * Begin a page of detections of ${pack} that shall be written to ${path}; both must outlive it.
 * 0; -ENOMEM; or -EINVAL where nothing can be written there: it has been said why.
 */
int scan_html_create(const char *path, const struct pack *pack,
		     struct scan_html **out) MUST_USE;
void scan_html_free(struct scan_html *html);

/*
 * scan_html_report(html):
 * What lists each detection in the page; those that do not fit are counted.
 */
struct scan_report scan_html_report(struct scan_html *html);

/* Show a message on something that could not be read. */
void scan_html_fault(struct scan_html *html, const char *message);

/* What the page says of the scan as a whole. */
struct scan_html_about {
	const struct scan_counts *counts;
	const struct engine_counters *engine;
	double seconds;
	bool interrupted;
};

/*
 * scan_html_write(html, about):
 * Put the page in the place of what is at its path, as a whole or not at all.  0; or negative
 * errno: it has been said why; also where the page is there, but not all found room in it.
 */
int scan_html_write(struct scan_html *html, const struct scan_html_about *about) MUST_USE;
