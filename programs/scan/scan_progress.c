// SPDX-License-Identifier: Apache-2.0
// The line on standard error that tells how far a scan is, how fast, and for how long yet.
#include "scan.h"

#include <sys/ioctl.h>

#define BAR         20        /* columns of the bar */
#define STEP_EVENTS 512       /* between looks at the clock */
#define STEP_NS     100000000 /* between two drawings */
#define PACE_NS     500000000 /* until the pace is told; before, it would be a guess */
#define COLUMNS     80        /* where the terminal does not say */

static int64_t ns_between(const struct timespec *from, const struct timespec *to)
{
	return (to->tv_sec - from->tv_sec) * 1000000000L + to->tv_nsec - from->tv_nsec;
}

void scan_progress_init(struct scan_progress *progress, uint64_t size)
{
	const char *terminal = getenv("TERM");
	struct winsize window = { 0 };

	*progress = (struct scan_progress){
		.is_shown = size && isatty(STDERR_FILENO) &&
			    !(terminal && strcmp(terminal, "dumb") == 0),
		.columns = COLUMNS,
	};
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col)
		progress->columns = window.ws_col;
	(void)clock_gettime(CLOCK_MONOTONIC, &progress->start);
}

void scan_progress_clear(struct scan_progress *progress)
{
	if (progress->is_drawn)
		fputs("\r\x1b[K", stderr);
	progress->is_drawn = false;
}

/* ", 123 MB/s, 1:02:03 left" */
static void show_pace(uint64_t done, uint64_t size, int64_t elapsed_ns,
		      struct buffer *out)
{
	double seconds = (double)elapsed_ns / 1e9, rate = (double)done / seconds;
	uint64_t left;

	if (rate < 1)
		return;
	if (rate < 1e6)
		buffer_format(out, ", %.0f kB/s", rate / 1e3);
	else
		buffer_format(out, ", %.0f MB/s", rate / 1e6);
	left = done < size ? (uint64_t)((double)(size - done) / rate + 0.5) : 0;
	if (left < 3600)
		buffer_format(out, ", %u:%02u left", (unsigned)(left / 60),
			      (unsigned)(left % 60));
	else
		buffer_format(out, ", %llu:%02u:%02u left",
			      (unsigned long long)left / 3600, (unsigned)(left / 60 % 60),
			      (unsigned)(left % 60));
}

void scan_progress_line(uint64_t done, uint64_t size, int64_t elapsed_ns,
			const struct scan_counts *counts, struct buffer *out)
{
	static const char full[] = "====================";
	char events[SCAN_NUMBER_SIZE], detections[SCAN_NUMBER_SIZE];
	double part = size && done < size ? (double)done / (double)size : 1;
	int bar = (int)(part * BAR);

	buffer_format(out, "[%.*s%*s] %3u%%  %s events", bar, full, BAR - bar, "",
		      (unsigned)(part * 100), scan_number(counts->read, events));
	if (!counts->has_no_rules)
		buffer_format(out, ", %s detections",
			      scan_number(scan_detections(counts), detections));
	if (elapsed_ns >= PACE_NS)
		show_pace(done, size, elapsed_ns, out);
}

void scan_progress_step(struct scan_progress *progress, uint64_t done, uint64_t size,
			const struct scan_counts *counts)
{
	AUTO(buffer) struct buffer line = { 0 };
	struct timespec now;
	size_t shown;

	if (!progress->is_shown || progress->skip--)
		return;
	progress->skip = STEP_EVENTS;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (ns_between(&progress->last, &now) < STEP_NS)
		return;
	progress->last = now;
	buffer_init(&line, 1024);
	scan_progress_line(done, size, ns_between(&progress->start, &now), counts, &line);
	/* A line that wraps could not be taken off the screen again. */
	shown = line.size < progress->columns ? line.size : progress->columns - 1;
	if (!line.failed)
		fprintf(stderr, "\r\x1b[K%.*s", (int)shown, line.at);
	fflush(stderr);
	progress->is_drawn = true;
}
