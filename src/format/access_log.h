/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a web server's access log -> its parts. */
#pragma once

#include "format/stamp.h"

/* All texts point into the line; empty: not there, or "-".  Escapes are left as written. */
struct access_line {
	int64_t time_ns;
	struct text server; /* the virtual host in front, with its port */
	struct text client, user;
	struct text request; /* all that was between the quotes */
	struct text method, target, path, query, version;
	struct text status, size, referer, agent;
};

/*
 * access_read(line, clock, out):
 * Read Apache's common and combined formats (also with the virtual host in front) and nginx's
 * combined, with whatever else may follow; false where the line is none of these.
 * https://httpd.apache.org/docs/2.4/logs.html#accesslog
 */
bool access_read(struct text line, struct stamp_clock *clock, struct access_line *out);
