/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a text log that a syslog daemon, the journal or a server wrote -> its parts. */
#pragma once

#include "format/stamp.h"

#define SYSLOG_NONE 255 /* no facility, no severity */

/* All texts point into the line; empty: the line does not say. */
struct syslog_line {
	int64_t time_ns; /* 0: not known */
	struct text host, program, pid, message_id, structured, message;
	uint8_t facility, severity; /* RFC 5424, 6.2.1; or SYSLOG_NONE */
};

/*
 * syslog_read(line, clock, out):
 * Read a line as RFC 3164 and RFC 5424 have it, with the variations that daemons make of them: a
 * priority or none, stamps with or without year and fraction or as ISO 8601, no host, BusyBox's
 * facility.severity behind the host, journalctl's short forms.  False where it is none of these.
 */
bool syslog_read(struct text line, struct stamp_clock *clock, struct syslog_line *out);

/*
 * The logs that servers write themselves, told by their own shapes; ${program} is set to
 * vsftpd, clamd, nginx or apache2, in bytes that live as long as the program.
 */
bool syslog_read_vsftpd(struct text line, struct stamp_clock *clock,
			struct syslog_line *out);
bool syslog_read_clamav(struct text line, struct stamp_clock *clock,
			struct syslog_line *out);
bool syslog_read_nginx(struct text line, struct stamp_clock *clock,
		       struct syslog_line *out);
bool syslog_read_apache(struct text line, struct stamp_clock *clock,
			struct syslog_line *out);
