// SPDX-License-Identifier: Apache-2.0
// From the process connector's messages to records that the sensor's ring reader reads.
#include "detect/collector/record_read.h"
#include "detect/collector/ring.h"
#include "detect/connector/connector.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define RING_SIZE 65536u
#define SEEN_MAX  4096

/* A connector over a /proc of our own, with this test as the kernel; and who reads its ring. */
struct flow {
	char root[40];
	struct connector connector;
	struct ring *ring;
	uint32_t sequence, sequences[4];
	uint64_t now_ns;
	struct record_exec seen[SEEN_MAX]; /* of short records the head alone */
	char image[SEEN_MAX][32];
	unsigned count;
};

static void path_of(const struct flow *flow, uint32_t pid, const char *name,
		    char out[128])
{
	(void)snprintf(out, 128, "%s/proc/%u%s%s", flow->root, pid, *name ? "/" : "",
		       name);
}

static void put(const struct flow *flow, uint32_t pid, const char *name,
		const char *content)
{
	char path[128];
	FILE *file;

	path_of(flow, pid, name, path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Process ${pid}, started at ${tick}, child of 1, runs /bin/${image}. */
static void come(const struct flow *flow, uint32_t pid, uint64_t tick, uint32_t threads,
		 const char *image)
{
	char path[128], stat[256], target[64];

	path_of(flow, pid, "", path);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(stat, sizeof(stat),
		       "%u (x) S 1 5 6 0 -1 0 1 0 0 0 1 2 0 0 20 0 %u 0 %llu 1 2\n", pid,
		       threads, (unsigned long long)tick);
	put(flow, pid, "stat", stat);
	put(flow, pid, "status", "Name:\tx\nUid:\t5\t6\t7\t8\nGid:\t9\t10\t11\t12\n");
	put(flow, pid, "cmdline", "line");
	path_of(flow, pid, "exe", path);
	(void)snprintf(target, sizeof(target), "/bin/%s", image);
	assert_int_equal(symlink(target, path), 0);
}

static void go(const struct flow *flow, uint32_t pid)
{
	static const char *const names[] = { "stat", "status", "cmdline", "exe", "" };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		path_of(flow, pid, names[i], path);
		(void)remove(path);
	}
}

/* The reader's side: what it maps is what it would map of the kernel's. */
static void *map(int fd, size_t size, size_t offset)
{
	void *at =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

	assert_true(at != MAP_FAILED);
	return at;
}

static void take(void *user, struct text record)
{
	struct flow *flow = user;
	struct record_parts parts;
	size_t size =
		record.size < sizeof(*flow->seen) ? record.size : sizeof(*flow->seen);

	assert_int_equal(record_read(record, &parts), RECORD_READ);
	assert_true(flow->count < SEEN_MAX);
	memcpy(&flow->seen[flow->count], record.at, size);
	flow->image[flow->count][0] = '\0';
	if (parts.head.kind == RECORD_EXEC && parts.texts[RECORD_IMAGE].size) {
		char *image = flow->image[flow->count];

		image[record_path(parts.texts[RECORD_IMAGE], image, 31)] = '\0';
	}
	flow->count++;
}

static void drain(struct flow *flow)
{
	while (ring_drain(flow->ring, 256, UINT64_MAX, take, flow))
		;
}

static const struct record_counters *counters(const struct flow *flow)
{
	return map(ring_writer_counters_fd(flow->connector.ring), 4096, 0);
}

static struct record_doorbell *doorbell(const struct flow *flow)
{
	return map(ring_writer_doorbell_fd(flow->connector.ring), 4096, 0);
}

static int begin(void **state)
{
	struct flow *flow = calloc(1, sizeof(*flow));
	struct connector *c;
	char path[64];

	assert_non_null(flow);
	c = &flow->connector;
	(void)snprintf(flow->root, sizeof(flow->root), "/tmp/windhover-flow-XXXXXX");
	assert_non_null(mkdtemp(flow->root));
	(void)snprintf(path, sizeof(path), "%s/proc", flow->root);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(proc_open(flow->root, &c->proc), 0);
	assert_int_equal(ring_writer_open(RING_SIZE, &c->ring), 0);
	c->lives = lives_create();
	c->cpu_count = 4;
	c->next_sequence = calloc(4, sizeof(uint32_t));
	assert_true(c->lives && c->next_sequence);
	buffer_init(&c->record, 1 << 20);
	flow->now_ns = 1000 * proc_tick_ns();
	assert_int_equal(ring_open(ring_writer_ring_fd(c->ring), RING_SIZE, &flow->ring),
			 0);
	*state = flow;
	return 0;
}

static int end(void **state)
{
	struct flow *flow = *state;
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/proc", flow->root);
	for (uint32_t pid = 1; pid < 100; pid++)
		go(flow, pid);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(flow->root), 0);
	ring_close(flow->ring);
	proc_done(&flow->connector.proc);
	lives_free(flow->connector.lives);
	ring_writer_close(flow->connector.ring);
	buffer_done(&flow->connector.record);
	free(flow->connector.next_sequence);
	free(flow);
	return 0;
}

/* The kernel's side */

static void send_from(struct flow *flow, uint32_t cpu, struct proc_event *event)
{
	struct {
		struct nlmsghdr header;
		struct { /* a struct cn_msg but for the data that follow it */
			struct cb_id id;
			uint32_t seq, ack;
			uint16_t len, flags;
		} connector;
		struct proc_event event;
	} __attribute__((packed)) datagram = {
		.header = { .nlmsg_len = sizeof(datagram), .nlmsg_type = NLMSG_DONE },
		.connector = { .id = { CN_IDX_PROC, CN_VAL_PROC },
			       .seq = ++flow->sequences[cpu],
			       .len = sizeof(*event) },
	};

	event->cpu = cpu;
	event->timestamp_ns = flow->now_ns;
	datagram.event = *event;
	connector_take(&flow->connector, (struct text){ .at = (const char *)&datagram,
							.size = sizeof(datagram) });
	drain(flow);
}

static void forks(struct flow *flow, uint32_t parent, uint32_t child, uint32_t thread)
{
	struct proc_event event = { .what = PROC_EVENT_FORK };

	event.event_data.fork.parent_tgid = (pid_t)parent;
	event.event_data.fork.child_tgid = (pid_t)child;
	event.event_data.fork.child_pid = (pid_t)thread;
	send_from(flow, 0, &event);
}

static void execs(struct flow *flow, uint32_t pid)
{
	struct proc_event event = { .what = PROC_EVENT_EXEC };

	event.event_data.exec.process_pid = event.event_data.exec.process_tgid =
		(pid_t)pid;
	send_from(flow, 0, &event);
}

static void ends(struct flow *flow, uint32_t pid, uint32_t thread, uint32_t status)
{
	struct proc_event event = { .what = PROC_EVENT_EXIT };

	event.event_data.exit.process_tgid = (pid_t)pid;
	event.event_data.exit.process_pid = (pid_t)thread;
	event.event_data.exit.exit_code = status;
	send_from(flow, 0, &event);
}

static const struct record_exec *last(const struct flow *flow)
{
	assert_true(flow->count > 0);
	return &flow->seen[flow->count - 1];
}

static void a_life_is_told_from_fork_to_exit_by_one_identity(void **state)
{
	struct flow *flow = *state;
	uint64_t tick = proc_tick_ns(), start = flow->now_ns;

	come(flow, 10, 500, 1, "shell");
	connector_meet(&flow->connector, 10);
	flow->now_ns += 12345; /* the kernel's start is exact, /proc's is not */
	forks(flow, 10, 20, 20);
	come(flow, 20, start / tick, 1, "true");
	execs(flow, 20);
	assert_string_equal(flow->image[1], "/bin/true");
	ends(flow, 20, 20, 7 << 8);
	assert_int_equal(flow->count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct record *head = &flow->seen[i].head;

		assert_int_equal(head->kind, RECORD_FORK + i);
		assert_int_equal(head->pid, 20);
		assert_int_equal(head->start_ns, start);
		assert_int_equal(head->time_ns, flow->now_ns);
		assert_int_equal(head->parent_pid, 10);
		assert_int_equal(head->parent_start_ns, 500 * tick);
		assert_int_equal(head->uid, 5);
		assert_int_equal(head->egid, 10);
		assert_true(head->flags & RECORD_COARSE_START);
	}
	assert_int_equal(last(flow)->head.exit_status, 7 << 8);
	assert_int_equal(lives_count(flow->connector.lives), 1);
}

static void who_is_gone_before_it_is_looked_at_is_told_and_marked(void **state)
{
	struct flow *flow = *state;

	come(flow, 10, 500, 1, "shell");
	forks(flow, 10, 20, 20);
	execs(flow, 20);
	assert_int_equal(last(flow)->head.pid, 20);
	assert_int_equal(last(flow)->head.parent_pid, 10);
	assert_int_equal(last(flow)->head.uid, 5);
	assert_int_equal(last(flow)->head.flags, RECORD_COARSE_START | RECORD_IMAGE_CUT |
							 RECORD_ARGUMENTS_LOST |
							 RECORD_DIRECTORY_CUT);
	ends(flow, 20, 20, 0);
	assert_int_equal(last(flow)->head.kind, RECORD_EXIT);
}

static void
another_process_under_the_same_pid_is_not_taken_for_the_one_that_is_gone(void **state)
{
	struct flow *flow = *state;

	forks(flow, 10, 20, 20);
	come(flow, 20, flow->now_ns / proc_tick_ns() + 2, 1, "other");
	execs(flow, 20);
	assert_string_equal(flow->image[flow->count - 1], "");
	assert_true(last(flow)->head.flags & RECORD_IMAGE_CUT);
}

static void a_process_ends_with_its_last_thread_and_once(void **state)
{
	struct flow *flow = *state;

	forks(flow, 1, 20, 20);
	forks(flow, 20, 20, 21);
	forks(flow, 20, 20, 22);
	assert_int_equal(flow->count, 1);
	ends(flow, 20, 20, 0);
	ends(flow, 20, 21, 0);
	assert_int_equal(flow->count, 1);
	ends(flow, 20, 22, 9);
	assert_int_equal(flow->count, 2);
	assert_int_equal(last(flow)->head.exit_status, 9);
	ends(flow, 20, 20, 0);
	assert_int_equal(flow->count, 2);
}

static void threads_that_were_counted_already_are_not_counted_again(void **state)
{
	struct flow *flow = *state;

	/* Two threads by /proc, which was read after both of these were told. */
	come(flow, 30, 500, 2, "shell");
	connector_meet(&flow->connector, 30);
	flow->now_ns = lives_find(flow->connector.lives, 30)->counted_ns - 1;
	forks(flow, 30, 30, 31);
	flow->now_ns += 2;
	ends(flow, 30, 31, 0);
	assert_int_equal(flow->count, 0);
	ends(flow, 30, 30, 0);
	assert_int_equal(last(flow)->head.kind, RECORD_EXIT);
}

static void an_exec_leaves_one_thread(void **state)
{
	struct flow *flow = *state;

	forks(flow, 1, 20, 20);
	forks(flow, 20, 20, 21);
	ends(flow, 20, 20, 0); /* thread 21 execs, and takes the first one's place */
	execs(flow, 20);
	ends(flow, 20, 20, 0);
	assert_int_equal(last(flow)->head.kind, RECORD_EXIT);
	assert_int_equal(flow->count, 3);
}

static void users_that_change_are_those_of_the_records_that_follow(void **state)
{
	struct flow *flow = *state;
	struct proc_event event = { .what = PROC_EVENT_UID };

	forks(flow, 1, 20, 20);
	event.event_data.id.process_pid = event.event_data.id.process_tgid = 20;
	event.event_data.id.r.ruid = 100;
	event.event_data.id.e.euid = 101;
	send_from(flow, 0, &event);
	event.what = PROC_EVENT_GID;
	event.event_data.id.r.rgid = 200;
	event.event_data.id.e.egid = 201;
	send_from(flow, 0, &event);
	forks(flow, 20, 21, 21);
	assert_int_equal(last(flow)->head.uid, 100);
	assert_int_equal(last(flow)->head.euid, 101);
	assert_int_equal(last(flow)->head.gid, 200);
	assert_int_equal(last(flow)->head.egid, 201);
}

static void what_the_kernel_could_not_send_is_counted_to_the_last(void **state)
{
	struct flow *flow = *state;
	struct proc_event event = { .what = PROC_EVENT_SID };
	const struct record_counters *counted = counters(flow);

	send_from(flow, 0, &event);
	send_from(flow, 1, &event);
	assert_int_equal(counted->lost[0], 0);
	flow->sequences[0] += 5;
	flow->sequences[1] += 2;
	send_from(flow, 0, &event);
	send_from(flow, 1, &event);
	send_from(flow, 0, &event);
	assert_int_equal(counted->lost[0], 7);
	/* Somebody else counts anew: no loss of millions. */
	flow->sequences[0] = 1;
	send_from(flow, 0, &event);
	assert_int_equal(counted->lost[0], 7);
	assert_int_equal(counted->made[0], 7);
}

static void who_ended_unheard_of_is_found_and_told(void **state)
{
	struct flow *flow = *state;
	pid_t child = fork();
	struct life gone = { .threads = 2 }, here = { .threads = 1 };

	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	gone.pid = (uint32_t)child;
	here.pid = (uint32_t)getpid();
	assert_non_null(lives_put(flow->connector.lives, &gone));
	assert_non_null(lives_put(flow->connector.lives, &here));
	connector_sweep(&flow->connector);
	drain(flow);
	assert_int_equal(flow->count, 1);
	assert_int_equal(last(flow)->head.kind, RECORD_EXIT);
	assert_int_equal(last(flow)->head.pid, child);
	assert_non_null(lives_find(flow->connector.lives, here.pid));
}

static struct text short_record(struct record *head, uint32_t pid)
{
	*head = (struct record){ .size = sizeof(*head), .kind = RECORD_FORK, .pid = pid };
	return (struct text){ .at = (const char *)head, .size = sizeof(*head) };
}

static void what_does_not_fit_is_counted_and_the_rest_is_whole(void **state)
{
	struct flow *flow = *state;
	const struct record_counters *counted = counters(flow);
	struct record head;

	for (uint32_t round = 0; round < 5; round++) {
		for (uint32_t pid = 1; pid <= 1000; pid++)
			ring_writer_put(flow->connector.ring, short_record(&head, pid));
		flow->count = 0;
		drain(flow);
		assert_true(flow->count > 700);
		for (uint32_t i = 0; i < flow->count; i++)
			assert_int_equal(flow->seen[i].head.pid, i + 1);
		assert_int_equal(counted->made[RECORD_FORK], (round + 1) * 1000);
		assert_int_equal(counted->lost[RECORD_FORK],
				 (round + 1) * (1000 - flow->count));
	}
	assert_int_equal(ring_malformed(flow->ring), 0);
}

static void a_reader_that_lies_about_what_it_read_harms_only_itself(void **state)
{
	struct flow *flow = *state;
	struct ring_writer *writer = flow->connector.ring;
	_Atomic uint64_t *pages = map(ring_writer_ring_fd(writer), 8192, 0);
	struct record head;

	for (uint64_t lie = 1; lie; lie <<= 1) {
		pages[0] = lie - 1 ? lie : UINT64_MAX;
		pages[512] = lie; /* the producer's page: the writer does not ask it */
		for (uint32_t pid = 1; pid < 2000; pid++)
			ring_writer_put(writer, short_record(&head, pid));
	}
	assert_true(counters(flow)->made[RECORD_FORK] == 64 * 1999);
}

static void a_sleeper_is_woken_by_an_exec_or_a_quarter_and_only_when_it_asks(void **state)
{
	struct flow *flow = *state;
	struct ring_writer *writer = flow->connector.ring;
	struct pollfd wake = { .fd = ring_writer_wake_fd(writer), .events = POLLIN };
	struct record_doorbell *bell = doorbell(flow);
	struct record head;
	struct record_exec exec = { .head = { .size = sizeof(exec),
					      .kind = RECORD_EXEC } };
	uint64_t count;

	ring_writer_put(writer,
			(struct text){ .at = (const char *)&exec, .size = sizeof(exec) });
	assert_int_equal(poll(&wake, 1, 0), 0);
	bell->armed = 1;
	ring_writer_put(writer, short_record(&head, 1));
	assert_int_equal(poll(&wake, 1, 0), 0);
	ring_writer_put(writer,
			(struct text){ .at = (const char *)&exec, .size = sizeof(exec) });
	assert_int_equal(poll(&wake, 1, 0), 1);
	assert_int_equal(bell->armed, 0);
	assert_int_equal(read(wake.fd, &count, sizeof(count)), sizeof(count));
	bell->armed = 1;
	for (uint32_t i = 0; i < RING_SIZE / 4 / 72; i++)
		ring_writer_put(writer, short_record(&head, 1));
	assert_int_equal(poll(&wake, 1, 0), 1);
}

/* The kernel itself */

static struct connector *open_or_skip(void)
{
	struct connector *connector = NULL;
	int r = geteuid() ? -EPERM : connector_open(RING_SIZE, &connector);

	if (r == 0)
		return connector;
	print_message("skipped: no process connector here: %s\n", strerror(-r));
	skip();
	return NULL;
}

/* A child that reads the connector until its end of the socket is closed. */
static pid_t run_apart(struct connector *connector, int sockets[2])
{
	pid_t child;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	child = fork();
	if (child == 0) {
		(void)close(sockets[0]);
		_exit(connector_run(connector, sockets[1]) ? 1 : 0);
	}
	(void)close(sockets[1]);
	return child;
}

static void what_the_kernel_tells_of_a_process_is_what_it_was(void **state)
{
	AUTO(connector) struct connector *connector = open_or_skip();
	struct flow *flow = calloc(1, sizeof(*flow));
	int sockets[2], status, pipe_ends[2];
	pid_t reader = run_apart(connector, sockets), child;
	unsigned found = 0;

	(void)state;
	assert_non_null(flow);
	assert_int_equal(pipe(pipe_ends), 0);
	assert_int_equal(
		ring_open(ring_writer_ring_fd(connector->ring), RING_SIZE, &flow->ring),
		0);
	child = fork();
	if (child == 0) {
		/* cat lives until the pipe is closed: there is time to look at it. */
		(void)dup2(pipe_ends[0], STDIN_FILENO);
		(void)close(pipe_ends[1]);
		(void)execl("/bin/cat", "cat", "-", NULL);
		_exit(127);
	}
	for (int i = 0; i < 3000 && found < 2; i++) {
		(void)usleep(10000);
		flow->count = 0;
		drain(flow);
		for (unsigned seen = 0; seen < flow->count; seen++) {
			const struct record_exec *exec = &flow->seen[seen];

			if (exec->head.pid != (uint32_t)child)
				continue;
			found++;
			assert_int_equal(exec->head.parent_pid, getpid());
			assert_int_equal(exec->head.uid, getuid());
			assert_true(exec->head.start_ns <= exec->head.time_ns);
			if (exec->head.kind == RECORD_EXEC)
				assert_non_null(strstr(flow->image[seen], "/cat"));
		}
	}
	assert_int_equal(found, 2);
	(void)close(pipe_ends[0]);
	(void)close(pipe_ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	(void)close(sockets[0]);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
	ring_close(flow->ring);
	free(flow);
}

#define WITH_FLOW(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FLOW(a_life_is_told_from_fork_to_exit_by_one_identity),
		WITH_FLOW(who_is_gone_before_it_is_looked_at_is_told_and_marked),
		WITH_FLOW(
			another_process_under_the_same_pid_is_not_taken_for_the_one_that_is_gone),
		WITH_FLOW(a_process_ends_with_its_last_thread_and_once),
		WITH_FLOW(threads_that_were_counted_already_are_not_counted_again),
		WITH_FLOW(an_exec_leaves_one_thread),
		WITH_FLOW(users_that_change_are_those_of_the_records_that_follow),
		WITH_FLOW(what_the_kernel_could_not_send_is_counted_to_the_last),
		WITH_FLOW(who_ended_unheard_of_is_found_and_told),
		WITH_FLOW(what_does_not_fit_is_counted_and_the_rest_is_whole),
		WITH_FLOW(a_reader_that_lies_about_what_it_read_harms_only_itself),
		WITH_FLOW(
			a_sleeper_is_woken_by_an_exec_or_a_quarter_and_only_when_it_asks),
		cmocka_unit_test(what_the_kernel_tells_of_a_process_is_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
