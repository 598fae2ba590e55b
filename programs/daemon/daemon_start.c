// SPDX-License-Identifier: Apache-2.0
// What windhoverd knows, and how it starts the others.
#include "daemon.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/message.h"
#include "role_start.h"

int64_t daemon_clock_ns(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t daemon_now_ns(void)
{
	return daemon_clock_ns(CLOCK_MONOTONIC);
}

void daemon_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void daemon_complain(const char *what, int error)
{
	(void)fprintf(stderr, "windhoverd: %s: %s\n", what, strerror(-error));
}

bool daemon_is_without_bpf(const struct daemon *d)
{
	return d->has_no_bpf || d->guard.rung == GUARD_NO_BPF;
}

struct loaded_wish daemon_wish(const struct daemon *d)
{
	return (struct loaded_wish){ .ring_size = d->options.ring_size,
				     .refuse = d->options.refuse,
				     .back_ends = d->options.back_ends,
				     .is_essential = d->guard.rung == GUARD_ESSENTIAL,
				     .connector = daemon_is_without_bpf(d),
				     .kinds = d->more.wanted };
}

void daemon_start_loader(struct daemon *d)
{
	struct loaded_wish wish = daemon_wish(d);
	struct loaded_arguments arguments;
	AUTO(close) int theirs = -1;
	struct spawn what = { .program = d->loader_program, .arguments = arguments.all };
	int r = message_pair(65536, &d->loader.socket, &theirs);

	if (r) {
		daemon_complain("socket", r);
		return;
	}
	/* Else what the last sensor's pack asked for; the first one has yet to say. */
	if (d->options.flags & (ROLE_EVERY_EVENT | ROLE_FOLLOWED_EVENT))
		wish.kinds = KERNEL_KINDS_ALL;
	loaded_arguments(&wish, &arguments);
	what.fd = theirs;
	if (child_start(&d->loader, &what, daemon_now_ns()) < 0)
		daemon_close(&d->loader.socket);
}

void daemon_start_census(struct daemon *d)
{
	const char *arguments[] = { "windhover-loader", "--census", NULL };
	struct spawn what = { .program = d->loader_program, .arguments = arguments };

	daemon_close(&d->census_fd);
	d->have_census = false;
	d->census_fd = memfd_create("windhover-census", MFD_CLOEXEC);
	if (d->census_fd < 0) {
		daemon_complain("memfd_create", -errno);
		return;
	}
	what.fd = d->census_fd;
	(void)child_start(&d->census, &what, daemon_now_ns());
}

static int send_start(struct daemon *d, int output)
{
	struct role_start start = {
		.kind = ROLE_START,
		.flags = d->options.flags,
		.cpu_count = d->loaded.what.cpu_count,
		.follow_pid = d->options.follow_pid,
		.metrics_s = d->options.metrics_s,
		.loader_starts = d->loader.starts,
		.sensor_starts = d->sensor.starts,
		.rule_alerts = d->options.rule_alerts,
		.rule_rest_s = d->options.rule_rest_s,
		.begun_ns = (uint64_t)d->begun_ns,
	};
	int all[ROLE_FDS] = {
		[ROLE_COUNTERS] = d->loaded.fds[ROLE_LOADED_COUNTERS],
		[ROLE_DOORBELL] = d->loaded.fds[ROLE_LOADED_DOORBELL],
		[ROLE_CENSUS] = d->census_fd,
		[ROLE_OUTPUT] = output,
		[ROLE_PACK] = d->options.state ? d->keeper.pack : d->pack_fd,
		[ROLE_AUDIT] = d->options.state ? d->keeper.audit : -1,
		[ROLE_CHANNEL] = d->recorder.channel,
		[ROLE_BELL] = d->recorder.bell,
		[ROLE_WAKE] = d->loaded.fds[ROLE_LOADED_WAKE],
	};

	memcpy(all + ROLE_RING, d->loaded.fds + ROLE_LOADED_RING,
	       RECORD_CLASSES * sizeof(*all));
	memcpy(start.ring_size, d->loaded.what.ring_size, sizeof(start.ring_size));
	memcpy(start.reason, d->reason, sizeof(start.reason));
	memcpy(start.programs, d->loaded.what.programs, sizeof(start.programs));
	return role_start_send(d->sensor.socket, &start, all);
}

void daemon_start_sensor(struct daemon *d)
{
	const char *arguments[] = { "windhover-sensor", NULL };
	const struct timeval patience = { .tv_usec = 200000 };
	AUTO(close) int theirs = -1;
	AUTO(close) int output = -1;
	int from = -1;
	struct spawn what = { .program = d->sensor_program,
			      .arguments = arguments,
			      .drop = true,
			      .uid = d->uid,
			      .gid = d->gid };
	int r = message_pair(65536, &d->sensor.socket, &theirs);

	if (r == 0)
		r = message_pair(16 * ROLE_OUTPUT_SIZE, &from, &output);
	if (r) {
		daemon_complain("socket", r);
		daemon_close(&d->sensor.socket);
		return;
	}
	/* What the one before has said is not taken yet where whoever reads us is slow. */
	if (!carry_from(&d->carry, from))
		daemon_complain("the rest of an ended sensor's output", -ENOBUFS);
	(void)setsockopt(output, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	what.fd = theirs;
	if (child_start(&d->sensor, &what, daemon_now_ns()) < 0) {
		daemon_close(&d->sensor.socket);
		return;
	}
	(void)resource_limits_apply(&d->options.limits, &RESOURCE_LIMITS_ROOTS,
				    d->sensor.pid);
	d->last_beat_ns = daemon_now_ns();
	d->is_ready = d->is_leaving = d->is_hung = false;
	r = send_start(d, output);
	if (r)
		daemon_complain("start of the sensor", r);
	d->reason[0] = '\0';
}
