// SPDX-License-Identifier: Apache-2.0
// The process connector's socket: opening it, and reading it until nobody wants to know.
#include "detect/connector/connector.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>

#define MS            INT64_C(1000000)
#define ROOM_SIZE     (16 << 20) /* for messages that wait to be read */
#define ANSWER_MS     2000       /* for the kernel to say that it will tell */
#define SWEEP_MS      1000       /* between two steps of the search for the dead */
#define BATCH         256        /* messages between two looks at the clock */
#define DATAGRAM_SIZE 2048       /* a message takes 76 bytes */

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* One datagram of the kernel's into ${bytes}.  0: nothing (yet), or from somebody else. */
static ssize_t receive(int socket, char *bytes, size_t room)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_size = sizeof(from);
	ssize_t got;

	got = recvfrom(socket, bytes, room, MSG_DONTWAIT, (struct sockaddr *)&from,
		       &from_size);
	/* Messages were lost: the gap in their numbers will tell how many. */
	if (got < 0 && errno == ENOBUFS)
		return 0;
	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	return from.nl_pid == 0 ? got : 0;
}

static int open_socket(void)
{
	const struct sockaddr_nl here = { .nl_family = AF_NETLINK,
					  .nl_groups = CN_IDX_PROC };
	const int room = ROOM_SIZE;
	AUTO(close)
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);

	if (fd < 0)
		return -errno;
	/* Without the right to more, as much as everybody gets. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (const struct sockaddr *)&here, sizeof(here)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* What came before the answer is forgotten: /proc will tell. */
static int await_answer(int socket, uint32_t number)
{
	int64_t end_ns = clock_ns(CLOCK_MONOTONIC) + ANSWER_MS * MS;
	struct pollfd fd = { .fd = socket, .events = POLLIN };
	char bytes[DATAGRAM_SIZE];
	struct message message;

	while (clock_ns(CLOCK_MONOTONIC) < end_ns) {
		ssize_t got = receive(socket, bytes, sizeof(bytes));
		struct text datagram = { .at = bytes };

		if (got < 0 && got != -EAGAIN)
			return (int)got;
		if (got == -EAGAIN)
			(void)poll(&fd, 1, 100);
		datagram.size = got > 0 ? (size_t)got : 0;
		while (message_next(&datagram, &message))
			if (message.what == MESSAGE_ANSWER &&
			    message.answer == number + 1)
				return -message.status;
	}
	return -ETIMEDOUT;
}

static int ask_to_hear(int socket)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	uint32_t number = (uint32_t)getpid();
	char wish[MESSAGE_WISH_SIZE];

	message_wish(true, number, wish);
	if (sendto(socket, wish, sizeof(wish), 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	return await_answer(socket, number);
}

/* The processes that are there: each exec of theirs finds them known. */
static int meet_everybody(struct connector *c)
{
	DIR *folder = fdopendir(dup(c->proc.folder));
	struct dirent *entry;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder)))
		if (isdigit((unsigned char)entry->d_name[0]))
			connector_meet(c, (uint32_t)strtoul(entry->d_name, NULL, 10));
	(void)closedir(folder);
	return 0;
}

static int open_all(struct connector *c, uint32_t ring_size)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int r = ring_writer_open(ring_size ? ring_size : CONNECTOR_RING_SIZE, &c->ring);

	if (r == 0)
		r = proc_open("", &c->proc);
	if (r)
		return r;
	c->cpu_count = cpus > 0 ? (uint32_t)cpus : 1;
	c->next_sequence = calloc(c->cpu_count, sizeof(*c->next_sequence));
	c->lives = lives_create();
	if (!c->next_sequence || !c->lives)
		return -ENOMEM;
	buffer_init(&c->record, sizeof(struct record_exec) + RECORD_TEXTS_SIZE);
	c->socket = open_socket();
	if (c->socket < 0)
		return c->socket;
	r = ask_to_hear(c->socket);
	return r ? r : meet_everybody(c);
}

/*
 * A process that lives for half a millisecond can be asked only by who comes at once: before all
 * that is not of real time.  But whoever is behind already has nothing of that, and takes no more
 * than its share.  Best effort: not everywhere may we.
 */
static void be_at_once(bool at_once)
{
	const struct sched_param first = { .sched_priority = 1 }, any = { 0 };

	if (at_once)
		(void)sched_setscheduler(0, SCHED_RR, &first);
	else
		(void)sched_setscheduler(0, SCHED_OTHER, &any);
}

int connector_open(uint32_t ring_size, struct connector **out)
{
	AUTO(connector) struct connector *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->socket = -1;
	r = open_all(c, ring_size);
	if (r)
		return r;
	be_at_once(true);
	*out = TAKE(c);
	return 0;
}

void connector_close(struct connector *c)
{
	if (!c)
		return;
	/* The kernel notices by itself that nobody listens any more. */
	if (c->socket >= 0)
		(void)close(c->socket);
	proc_done(&c->proc);
	lives_free(c->lives);
	ring_writer_close(c->ring);
	buffer_done(&c->record);
	free(c->next_sequence);
	free(c);
}

/* All that is there, up to a batch.  0; -EAGAIN: there was less; -errno. */
static int read_batch(struct connector *c)
{
	char bytes[DATAGRAM_SIZE];

	c->to_boot_ns = (uint64_t)(clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC));
	for (int i = 0; i < BATCH; i++) {
		ssize_t got = receive(c->socket, bytes, sizeof(bytes));

		if (got < 0)
			return (int)got;
		connector_take(c, (struct text){ .at = bytes, .size = (size_t)got });
	}
	return 0;
}

int connector_run(struct connector *c, int until)
{
	struct pollfd fds[] = { { .fd = c->socket, .events = POLLIN }, { .fd = until } };
	int64_t next_sweep_ns = 0, now_ns;
	bool is_behind = false;
	int r;

	for (;;) {
		r = read_batch(c);
		if (r && r != -EAGAIN)
			return r;
		if (is_behind != (r == 0))
			be_at_once(is_behind);
		is_behind = r == 0;
		now_ns = clock_ns(CLOCK_MONOTONIC);
		/* Only who has heard everything may say that somebody died unheard of. */
		if (r == -EAGAIN && now_ns >= next_sweep_ns) {
			connector_sweep(c);
			next_sweep_ns = now_ns + SWEEP_MS * MS;
		}
		if (poll(fds, 2, r ? SWEEP_MS : 0) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents & (POLLHUP | POLLERR | POLLNVAL))
			return 0;
	}
}
