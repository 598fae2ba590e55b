// SPDX-License-Identifier: Apache-2.0
// The recorder's process as windhoverd starts it: killed at random, read meanwhile, its disk full.
#include "base/jail.h"
#include "base/message.h"
#include "detect/recorder/channel.h"
#include "detect/recorder/folder.h"
#include "detect/recorder/recording.h"
#include "detect/recorder/testing.h"
#include "role_record.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#define KILLS    40
#define PATIENCE 20000 /* ms; then something is broken */

struct flow {
	char path[64];
	struct folder folder;
	int memory, bell, socket;
	struct channel *channel;
	pid_t pid;
	uint64_t sent;
};

static const char *program;
static struct testing_host host;
static struct flow flow;

static void nap(void)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	(void)nanosleep(&ms, NULL);
}

static void start(void)
{
	const struct role_record message = { .kind = ROLE_RECORD,
					     .limits = { .size = 64 << 20 } };
	int fds[ROLE_RECORD_FDS], theirs;

	memcpy(fds, flow.folder.segments, sizeof(flow.folder.segments));
	fds[ROLE_RECORD_CHANNEL] = flow.memory;
	fds[ROLE_RECORD_BELL] = flow.bell;
	fds[ROLE_RECORD_LOCK] = flow.folder.lock;
	assert_int_equal(message_pair(4096, &flow.socket, &theirs), 0);
	flow.pid = fork();
	if (flow.pid == 0) {
		if (dup2(theirs, ROLE_SOCKET) == ROLE_SOCKET)
			(void)execl(program, "windhover-recorder", (char *)NULL);
		_exit(127);
	}
	(void)close(theirs);
	assert_int_equal(message_send(flow.socket, &message, sizeof(message), fds,
				      ROLE_RECORD_FDS),
			 0);
}

/* How it ended. */
static int wait_for_end(void)
{
	int status = -1;

	(void)close(flow.socket);
	assert_int_equal(waitpid(flow.pid, &status, 0), flow.pid);
	flow.pid = 0;
	return status;
}

static int setup(void **state)
{
	(void)state;
	flow = (struct flow){ .path = "/tmp/windhover-recorder-XXXXXX" };
	if (!mkdtemp(flow.path) || folder_write(flow.path, &flow.folder) ||
	    channel_make(&flow.memory, &flow.bell) ||
	    channel_open(flow.memory, flow.bell, &flow.channel))
		return -1;
	return 0;
}

static int teardown(void **state)
{
	char name[128];

	(void)state;
	if (flow.pid > 0) {
		(void)kill(flow.pid, SIGKILL);
		(void)waitpid(flow.pid, NULL, 0);
	}
	channel_close(flow.channel);
	folder_close(&flow.folder);
	(void)close(flow.memory);
	(void)close(flow.bell);
	for (unsigned i = 0; i <= RECORDER_SEGMENTS; i++) {
		(void)snprintf(name, sizeof(name), "%s/segment-%u", flow.path, i);
		if (i == RECORDER_SEGMENTS)
			(void)snprintf(name, sizeof(name), "%s/lock", flow.path);
		(void)unlink(name);
	}
	return rmdir(flow.path);
}

/* Whatever the machine's load: until it is in the channel, so that none is lost on the way. */
static void put(uint64_t count)
{
	for (; count; count--, flow.sent++) {
		unsigned waited = 0;

		while (!channel_put(flow.channel, testing_event(&host, flow.sent))) {
			assert_true(waited++ < PATIENCE);
			nap();
		}
	}
}

/* Read all there is from the folder, as another process would; events are whole and in order. */
static uint64_t read_all(struct recording_counters *counters)
{
	AUTO(folder) struct folder folder;
	AUTO(recording) struct recording *recording = NULL;
	const struct sensed *sensed;
	uint64_t read = 0;

	folder_init(&folder);
	assert_int_equal(folder_read(flow.path, &folder), 0);
	assert_int_equal(recording_open(folder.segments, RECORDER_SEGMENTS, &recording),
			 0);
	while ((sensed = recording_next(recording))) {
		assert_int_equal(testing_number(sensed), read);
		read++;
	}
	recording_counters(recording, counters);
	return read;
}

static void killed_at_any_moment_it_loses_nothing_and_repeats_nothing(void **state)
{
	struct recording_counters counters;
	uint64_t seed = 1, lost;

	(void)state;
	for (unsigned i = 0; i < KILLS; i++) {
		start();
		put(200);
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		for (uint64_t ms = seed >> 33 & 0x7f; ms; ms--) {
			put(5);
			nap();
		}
		assert_int_equal(kill(flow.pid, SIGKILL), 0);
		assert_int_equal(wait_for_end(), SIGKILL);
	}
	start();
	put(100);
	assert_int_equal(wait_for_end(), 0);
	lost = channel_lost(flow.channel);
	assert_int_equal(read_all(&counters), flow.sent);
	assert_int_equal(counters.blocks_damaged, 0);
	assert_int_equal(counters.breaks, 0);
	/* Each time there was no room it was put again: those count as lost on the way. */
	assert_true(counters.events_lost <= lost);
}

static void it_is_read_while_it_is_written(void **state)
{
	struct recording_counters counters;
	uint64_t read = 0, waited = 0;

	(void)state;
	start();
	for (unsigned i = 0; i < 20; i++) {
		uint64_t now;

		put(100);
		now = read_all(&counters);
		assert_true(now >= read && now <= flow.sent);
		assert_int_equal(counters.blocks_damaged, 0);
		read = now;
	}
	/* What was sent last is there without anything more being sent. */
	while (read_all(&counters) < flow.sent) {
		assert_true(waited++ < PATIENCE);
		nap();
	}
	assert_int_equal(wait_for_end(), 0);
}

static struct channel_health health_once_it_is(uint32_t state)
{
	struct channel_health health;
	uint64_t waited = 0;

	for (;;) {
		channel_health(flow.channel, &health);
		if (health.state == state)
			return health;
		put(10);
		assert_true(waited++ < PATIENCE);
		nap();
	}
}

static void fill(const char *path, off_t size)
{
	AUTO(close) int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(posix_fallocate(fd, 0, size), 0);
}

static void a_full_disk_pauses_it_and_the_events_lost_are_counted(void **state)
{
	struct recording_counters counters;
	struct channel_health health;
	char filler[128];

	(void)state;
	folder_close(&flow.folder);
	/* In a mount namespace of our own: it goes when this test ends. */
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", flow.path, "tmpfs", 0, "size=12m,mode=700") < 0) {
		print_message("skipped: can't mount a small disk: %s\n", strerror(errno));
		skip();
	}
	(void)snprintf(filler, sizeof(filler), "%s/filler", flow.path);
	fill(filler, 8 << 20);
	assert_int_equal(folder_write(flow.path, &flow.folder), 0);
	start();
	/* A segment of 8 MiB has no place. */
	health = health_once_it_is(CHANNEL_PAUSED);
	assert_int_equal(health.error, ENOSPC);
	put(1000);
	assert_int_equal(unlink(filler), 0);
	/* It tries again after RECORDER_FULL_NS. */
	(void)health_once_it_is(CHANNEL_RECORDING);
	assert_int_equal(wait_for_end(), 0);
	channel_health(flow.channel, &health);
	assert_true(health.lost >= 1000);
	{
		AUTO(recording) struct recording *recording = NULL;

		assert_int_equal(recording_open(flow.folder.segments, RECORDER_SEGMENTS,
						&recording),
				 0);
		while (recording_next(recording))
			;
		recording_counters(recording, &counters);
	}
	assert_int_equal(counters.events + health.lost, flow.sent);
	assert_int_equal(counters.events_lost, health.lost + channel_lost(flow.channel));
	folder_close(&flow.folder);
	assert_int_equal(umount2(flow.path, MNT_DETACH), 0);
}

static void only_one_may_write_and_only_its_owner(void **state)
{
	struct folder second;

	(void)state;
	folder_init(&second);
	assert_int_equal(folder_write(flow.path, &second), -EBUSY);
	start();
	folder_close(&flow.folder);
	/* The lock is the process's, too: whoever started it may be gone. */
	assert_int_equal(folder_write(flow.path, &second), -EBUSY);
	assert_int_equal(wait_for_end(), 0);
	assert_int_equal(chmod(flow.path, 0755), 0);
	assert_int_equal(folder_write(flow.path, &second), -EPERM);
	assert_int_equal(chmod(flow.path, 0700), 0);
	assert_int_equal(folder_write(flow.path, &second), 0);
	folder_close(&second);
	assert_int_equal(folder_read("/tmp/windhover-not-there", &second), -ENOENT);
}

static void what_is_no_plain_file_is_not_written_to(void **state)
{
	struct folder second;
	char name[128];

	(void)state;
	folder_init(&second);
	folder_close(&flow.folder);
	(void)snprintf(name, sizeof(name), "%s/segment-3", flow.path);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(symlink("/etc/passwd", name), 0);
	assert_int_equal(folder_write(flow.path, &second), -ELOOP);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(mkfifo(name, 0600), 0);
	assert_int_not_equal(folder_write(flow.path, &second), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(killed_at_any_moment_it_loses_nothing_and_repeats_nothing),
		TEST(it_is_read_while_it_is_written),
		TEST(only_one_may_write_and_only_its_owner),
		TEST(what_is_no_plain_file_is_not_written_to),
		TEST(a_full_disk_pauses_it_and_the_events_lost_are_counted),
	};

	if (argc != 2)
		return 1;
	if (geteuid() != 0) {
		(void)puts("skipped: the recorder gives up rights that only root has");
		return 77;
	}
	program = argv[1];
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
