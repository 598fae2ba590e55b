// SPDX-License-Identifier: Apache-2.0
// windhover-recorder: events from the sensor's channel to the flight recorder's segments.
#include "base/jail.h"
#include "base/message.h"
#include "detect/recorder/channel.h"
#include "role_record.h"
#include "sync_child.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define BATCH       256                 /* events between two looks at the clock */
#define WAIT_MS     100                 /* while events wait to be written or synced */
#define IDLE_MS     60000               /* between two looks at ages */
#define MEMORY_SIZE (UINT64_C(1) << 28) /* address space */

struct process {
	struct role_record start;
	int fds[ROLE_RECORD_FDS]; /* the segments first */
	struct channel *channel;
	struct recorder *recorder;
	struct sync_child sync;
	uint64_t lost_before;     /* by those who ran before, as the channel says */
	uint64_t lost_in_channel; /* which the sensor has counted itself */
	bool stopping;
};

static struct recorder_now now(void)
{
	struct timespec day = { 0 }, steady = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &day);
	(void)clock_gettime(CLOCK_BOOTTIME, &steady);
	return (struct recorder_now){
		.time_ns = (int64_t)day.tv_sec * 1000000000 + day.tv_nsec,
		.steady_ns = (int64_t)steady.tv_sec * 1000000000 + steady.tv_nsec,
	};
}

static void take_lost(struct process *p)
{
	uint64_t lost = channel_take_lost(p->channel);

	p->lost_in_channel += lost;
	recorder_lost(p->recorder, lost);
}

/* At most a batch.  Whether there may be more. */
static bool take_events(struct process *p)
{
	struct recorder_now at = now();
	const struct sensed *sensed;
	uint64_t position;
	unsigned count = 0;

	while (count < BATCH && (sensed = channel_take(p->channel, &position))) {
		recorder_put(p->recorder, sensed, position, at);
		count++;
	}
	take_lost(p);
	recorder_tick(p->recorder, at);
	channel_kept(p->channel, recorder_position(p->recorder));
	return count == BATCH;
}

static void tell_health(struct process *p)
{
	struct recorder_counters counters;
	struct channel_health health;

	recorder_counters(p->recorder, &counters);
	health = (struct channel_health){
		.state = counters.error ? CHANNEL_PAUSED : CHANNEL_RECORDING,
		.error = counters.error,
		.written = counters.events,
		.lost = p->lost_before + counters.lost - p->lost_in_channel,
		.syncs_failed = counters.syncs_failed,
	};
	channel_tell_health(p->channel, &health);
}

static void wait_for_events(struct process *p)
{
	struct pollfd fds[] = {
		{ .fd = ROLE_SOCKET, .events = POLLIN },
		{ .fd = p->fds[ROLE_RECORD_BELL], .events = POLLIN },
	};
	bool is_idle = recorder_is_idle(p->recorder);

	if (!channel_sleep(p->channel, is_idle))
		return;
	(void)poll(fds, 2, is_idle ? IDLE_MS : WAIT_MS);
	/* Nothing is ever said here: it can only be the end. */
	p->stopping = fds[0].revents != 0;
}

static void run(struct process *p)
{
	while (!p->stopping) {
		bool more = take_events(p);

		tell_health(p);
		if (!more)
			wait_for_events(p);
	}
	while (take_events(p))
		;
	recorder_end(p->recorder, now());
	channel_kept(p->channel, recorder_position(p->recorder));
	tell_health(p);
}

/* Starting */

static int receive(struct process *p)
{
	unsigned count = ROLE_RECORD_FDS;
	size_t size = 0;
	int r = message_receive(ROLE_SOCKET, &p->start, sizeof(p->start), &size, p->fds,
				&count);

	if (r)
		return r;
	return size == sizeof(p->start) && p->start.kind == ROLE_RECORD &&
			       count == ROLE_RECORD_FDS
		       ? 0
		       : -EPROTO;
}

static int enter_jail(const struct process *p)
{
	struct jail_limits limits = {
		.memory_size = MEMORY_SIZE,
		.files = 32,
		.file_size = p->start.limits.size ? p->start.limits.size
						  : RECORDER_SIZE_DEFAULT,
	};
	int r;

	(void)prctl(PR_SET_DUMPABLE, 0);
	r = jail_drop_capabilities(0);
	if (r == 0)
		r = jail_resources(&limits);
	if (r)
		return r;
	r = jail_files();
	/* Without Landlock the system call filter alone keeps files out of reach. */
	return r == -EOPNOTSUPP ? 0 : r;
}

/* All memory is got before the first byte of a file or of the channel is looked at. */
static int start(struct process *p)
{
	struct recorder_disk disk;
	int r = receive(p);

	if (r == 0)
		r = sync_child_start(&p->sync, p->fds, &disk);
	if (r == 0)
		r = enter_jail(p);
	if (r == 0)
		r = channel_open(p->fds[ROLE_RECORD_CHANNEL], p->fds[ROLE_RECORD_BELL],
				 &p->channel);
	if (r == 0)
		r = recorder_create(&p->start.limits, &disk, &p->recorder);
	return r ? r : jail_calls(JAIL_RECORDING);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__has_feature)
/* Looking for leaks means tracing oneself, which the jail does not allow. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:handle_segv=0:allow_user_segv_handler=1";
}
#endif

int main(void)
{
	static struct process p;
	struct channel_health before;
	int r;

	(void)prctl(PR_SET_NAME, "windhover-recorder");
	r = start(&p);
	if (r) {
		(void)fprintf(stderr, "windhover-recorder: %s\n", strerror(-r));
		return 1;
	}
	channel_health(p.channel, &before);
	p.lost_before = before.lost;
	recorder_begin(p.recorder, channel_id(p.channel), now());
	channel_begin(p.channel, recorder_position(p.recorder));
	run(&p);
	return 0;
}
