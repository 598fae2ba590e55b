// SPDX-License-Identifier: Apache-2.0
// The text logs that servers write themselves: vsftpd, ClamAV, nginx, Apache.
#include "format/syslog.h"

/* The number behind ${before} in ${text}, up to one of ${ends}; empty where there is none. */
static struct text find_number(struct text text, struct text before, const char *ends)
{
	const char *at =
		text.size ? memmem(text.at, text.size, before.at, before.size) : NULL;
	size_t from = at ? (size_t)(at - text.at) + before.size : 0, size = 0;

	if (!at)
		return (struct text){ 0 };
	while (from + size < text.size && text.at[from + size] >= '0' &&
	       text.at[from + size] <= '9')
		size++;
	if (from + size >= text.size || !strchr(ends, text.at[from + size]))
		return (struct text){ 0 };
	return text_part(text, from, size);
}

static void begin(const char *program, int64_t time_ns, struct syslog_line *out)
{
	*out = (struct syslog_line){ .facility = SYSLOG_NONE,
				     .severity = SYSLOG_NONE,
				     .program = text_of(program),
				     .time_ns = time_ns };
}

/* Fri Jul 19 04:09:00 2024 [pid 77] [alice] FAIL LOGIN: Client "192.0.2.1" */
bool syslog_read_vsftpd(struct text line, struct stamp_clock *clock,
			struct syslog_line *out)
{
	struct text rest, pid;
	int64_t time_ns;
	size_t size;

	if (stamp_read(line, clock, &size, &time_ns) != STAMP_ASCTIME)
		return false;
	rest = text_part(line, size, SIZE_MAX);
	if (!text_starts(rest, TEXT(" [pid ")))
		return false;
	pid = find_number(rest, TEXT("[pid "), "]");
	if (!pid.size)
		return false;
	begin("vsftpd", time_ns, out);
	out->pid = pid;
	out->message = text_part(rest, 6 + pid.size + 2, SIZE_MAX);
	return true;
}

/* Fri Jul 19 04:09:00 2024 -> /tmp/x: Name FOUND; clamscan leaves out what is before the path. */
bool syslog_read_clamav(struct text line, struct stamp_clock *clock,
			struct syslog_line *out)
{
	int64_t time_ns = 0;
	size_t size;

	if (line.size && line.at[0] == '/') {
		if (!text_ends(line, TEXT(" FOUND")) && !text_ends(line, TEXT(": OK")))
			return false;
		begin("clamd", 0, out);
		out->message = line;
		return true;
	}
	if (stamp_read(line, clock, &size, &time_ns) != STAMP_ASCTIME ||
	    !text_starts(text_part(line, size, SIZE_MAX), TEXT(" -> ")))
		return false;
	begin("clamd", time_ns, out);
	out->message = text_part(line, size + 4, SIZE_MAX);
	return true;
}

/* 2024/07/19 04:09:00 [error] 77#0: *1 open() failed ..., client: 192.0.2.1 ... */
bool syslog_read_nginx(struct text line, struct stamp_clock *clock,
		       struct syslog_line *out)
{
	struct text rest;
	int64_t time_ns;
	size_t size;

	if (line.size < 20 || line.at[4] != '/' ||
	    stamp_read(line, clock, &size, &time_ns) != STAMP_PLAIN)
		return false;
	rest = text_part(line, size, SIZE_MAX);
	if (!text_starts(rest, TEXT(" [")))
		return false;
	begin("nginx", time_ns, out);
	out->pid = find_number(rest, TEXT("] "), "#");
	out->message = text_part(rest, 1, SIZE_MAX);
	return true;
}

/* [Fri Jul 19 04:09:00.123456 2024] [core:error] [pid 77:tid 78] [client 192.0.2.1:5] text */
bool syslog_read_apache(struct text line, struct stamp_clock *clock,
			struct syslog_line *out)
{
	struct text rest;
	int64_t time_ns;
	size_t size;

	if (line.size < 20 || line.at[0] != '[' ||
	    stamp_read(text_part(line, 1, SIZE_MAX), clock, &size, &time_ns) !=
		    STAMP_ASCTIME)
		return false;
	rest = text_part(line, 1 + size, SIZE_MAX);
	if (!text_starts(rest, TEXT("] [")))
		return false;
	begin("apache2", time_ns, out);
	out->pid = find_number(rest, TEXT("[pid "), ":]");
	out->message = text_part(rest, 2, SIZE_MAX);
	return true;
}
