// SPDX-License-Identifier: Apache-2.0
// The kernel's messages about processes, completed from /proc, as records in a ring.
#include "detect/connector/connector.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#define SWEEP_LIVES 4096       /* looked at in one step of the search for the dead */
#define GAP_MAX     (1u << 24) /* of messages; beyond it somebody counts anew */

/* Who a process is */

static void set_users(struct life *life, const struct record *head)
{
	life->uid = head->uid;
	life->euid = head->euid;
	life->gid = head->gid;
	life->egid = head->egid;
}

static uint64_t start_of(struct connector *c, uint32_t pid)
{
	const struct life *life = lives_find(c->lives, pid);

	return life ? life->start_ns : 0;
}

/* Get to know from /proc who is there already.  NULL: it is gone. */
static struct life *learn(struct connector *c, uint32_t pid, struct life *room)
{
	struct proc_facts facts;
	struct record head;
	struct life *life;

	if (proc_head(&c->proc, pid, &head, &facts))
		return NULL;
	*room = (struct life){ .pid = pid,
			       .threads = facts.threads ? facts.threads : 1,
			       .start_ns = head.start_ns,
			       .parent_start_ns = start_of(c, head.parent_pid),
			       .counted_ns = head.time_ns,
			       .parent = head.parent_pid };
	set_users(room, &head);
	life = lives_put(c->lives, room);
	/* Where too many live to remember, it is known for now. */
	return life ? life : room;
}

static struct life *know(struct connector *c, uint32_t pid, struct life *room)
{
	struct life *life = lives_find(c->lives, pid);

	return life ? life : learn(c, pid, room);
}

void connector_meet(struct connector *c, uint32_t pid)
{
	struct life room;

	(void)learn(c, pid, &room);
}

/* What a record says of ${life}. */
static void fill_head(struct record *head, enum record_kind kind, const struct life *life,
		      uint64_t time_ns)
{
	head->kind = (uint16_t)kind;
	head->flags |= RECORD_COARSE_START;
	head->time_ns = time_ns;
	head->pid = life->pid;
	head->start_ns = life->start_ns;
	head->parent_pid = life->parent;
	head->parent_start_ns = life->parent_start_ns;
	head->uid = life->uid;
	head->euid = life->euid;
	head->gid = life->gid;
	head->egid = life->egid;
}

static void put_short(struct connector *c, enum record_kind kind, const struct life *life,
		      uint64_t time_ns, int32_t status)
{
	struct record head = { .size = sizeof(head), .exit_status = status };

	fill_head(&head, kind, life, time_ns);
	ring_writer_put(c->ring,
			(struct text){ .at = (const char *)&head, .size = sizeof(head) });
}

/* What happened */

static void take_fork(struct connector *c, const struct message *message,
		      uint64_t time_ns)
{
	struct life room, *life,
		child = { .pid = message->process,
			  .threads = 1,
			  .parent = message->parent };

	if (message->thread != message->process) {
		life = lives_find(c->lives, message->process);
		if (life && time_ns > life->counted_ns)
			life->threads++;
		else if (!life)
			(void)learn(c, message->process, &room);
		return;
	}
	/* The message follows the start within microseconds; /proc has it as ticks, too. */
	child.start_ns = time_ns - time_ns % proc_tick_ns();
	life = know(c, message->parent, &room);
	if (life) {
		child.parent_start_ns = life->start_ns;
		child.uid = life->uid;
		child.euid = life->euid;
		child.gid = life->gid;
		child.egid = life->egid;
	}
	(void)lives_put(c->lives, &child);
	put_short(c, RECORD_FORK, &child, time_ns, 0);
}

/*
 * Whether what /proc says now is about the same process: a pid is used again, a start is not.
 * Who ended while it was asked has none, but was there when the first of it was read.
 */
static bool is_same(const struct life *life, const struct record *head)
{
	uint64_t tick = proc_tick_ns();

	return head->start_ns == 0 || (head->start_ns + tick >= life->start_ns &&
				       head->start_ns <= life->start_ns + tick);
}

/* The whole record of a program that began, or what is known of it where nobody is there to ask. */
static void make_exec(struct connector *c, struct life *life, uint64_t time_ns)
{
	struct record_exec exec = { .login_uid = ~0u };

	buffer_clear(&c->record);
	if (proc_add(&c->proc, life->pid, RECORD_EXEC, &c->record) == 0) {
		memcpy(&exec, c->record.at, sizeof(exec));
		if (is_same(life, &exec.head)) {
			if (exec.head.start_ns)
				set_users(life, &exec.head);
			fill_head(&exec.head, RECORD_EXEC, life, time_ns);
			memcpy(c->record.at, &exec, sizeof(exec));
			return;
		}
		exec = (struct record_exec){ .login_uid = ~0u };
	}
	exec.head.size = sizeof(exec);
	exec.head.flags = RECORD_IMAGE_CUT | RECORD_ARGUMENTS_LOST | RECORD_DIRECTORY_CUT;
	fill_head(&exec.head, RECORD_EXEC, life, time_ns);
	buffer_clear(&c->record);
	buffer_add(&c->record, &exec, sizeof(exec));
}

static void take_exec(struct connector *c, const struct message *message,
		      uint64_t time_ns)
{
	struct life room, *life = know(c, message->process, &room);

	if (!life) {
		room = (struct life){ .pid = message->process,
				      .start_ns = time_ns - time_ns % proc_tick_ns() };
		life = &room;
	}
	/* The other threads are gone before the program begins. */
	life->threads = 1;
	make_exec(c, life, time_ns);
	if (c->record.failed)
		ring_writer_lost(c->ring, 1);
	else
		ring_writer_put(c->ring, buffer_view(&c->record));
}

static void take_exit(struct connector *c, const struct message *message,
		      uint64_t time_ns)
{
	struct life *life = lives_find(c->lives, message->process);

	/* Its other threads may live on, so nothing is to be said of one that nobody knows. */
	if (!life || (message->thread != life->pid && time_ns <= life->counted_ns))
		return;
	if (life->threads > 1) {
		life->threads--;
		return;
	}
	put_short(c, RECORD_EXIT, life, time_ns, message->status);
	lives_remove(c->lives, message->process);
}

static void take_users(struct connector *c, const struct message *message)
{
	struct life *life = lives_find(c->lives, message->process);

	/* A thread may have users of its own; a record is about the process. */
	if (!life || message->thread != message->process)
		return;
	if (message->what == MESSAGE_USERS) {
		life->uid = message->real;
		life->euid = message->effective;
	} else {
		life->gid = message->real;
		life->egid = message->effective;
	}
}

/* A gap in what a processor counts is how many messages were lost, of whatever kind. */
static void count_gap(struct connector *c, const struct message *message)
{
	uint32_t *next, gap;

	if (message->cpu >= c->cpu_count)
		return;
	next = &c->next_sequence[message->cpu];
	gap = message->sequence - *next;
	if (*next && gap < GAP_MAX)
		ring_writer_lost(c->ring, gap);
	*next = message->sequence + 1;
}

void connector_take(struct connector *c, struct text datagram)
{
	struct message message;
	uint64_t time_ns;

	while (message_next(&datagram, &message)) {
		count_gap(c, &message);
		time_ns = message.time_ns + c->to_boot_ns;
		switch (message.what) {
		case MESSAGE_FORK:
			take_fork(c, &message, time_ns);
			break;
		case MESSAGE_EXEC:
			take_exec(c, &message, time_ns);
			break;
		case MESSAGE_EXIT:
			take_exit(c, &message, time_ns);
			break;
		case MESSAGE_USERS:
		case MESSAGE_GROUPS:
			take_users(c, &message);
			break;
		case MESSAGE_OTHER:
		case MESSAGE_ANSWER:
			break;
		}
	}
}

void connector_sweep(struct connector *c)
{
	struct timespec now = { 0 };
	uint64_t now_ns;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	for (int i = 0; i < SWEEP_LIVES; i++) {
		const struct life *life = lives_next(c->lives, &c->swept);

		if (!life)
			return;
		if (kill((pid_t)life->pid, 0) == 0 || errno != ESRCH)
			continue;
		put_short(c, RECORD_EXIT, life, now_ns, 0);
		lives_remove(c->lives, life->pid);
	}
}
