// SPDX-License-Identifier: Apache-2.0
// windhoverd's care for windhover-keeper: its folder, its socket, and what it wants to run.
#include "keeper_child.h"

#include "base/message.h"
#include "detect/recorder/folder.h"
#include "keeper_folder.h"
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define SECOND_NS INT64_C(1000000000)
#define CALM_NS   (10 * SECOND_NS) /* who lived longer is started again at once */
#define WAIT_NS   (SECOND_NS / 4)  /* doubles with each quick end ... */
#define DOUBLINGS 2                /* ... so often */
#define ASK_NS    (4 * SECOND_NS)  /* between two questions whether it is alive */
#define END_NS    (2 * SECOND_NS)
#define ANSWER_NS SECOND_NS /* for the keeper's answer to a failure */
#define ROOM      65536

static void complain(const char *what, int error)
{
	(void)fprintf(stderr, "windhoverd: keeper: %s: %s\n", what, strerror(-error));
}

static void close_fd(int *fd)
{
	auto_close(fd);
	*fd = -1;
}

/* Only root may connect: the socket's mode says so, and the keeper asks again. */
static int open_socket(struct keeper_child *child)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = child->options.socket;
	char folder[sizeof(address.sun_path)];
	char *slash;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	memcpy(folder, path, strlen(path) + 1);
	slash = strrchr(folder, '/');
	if (slash && slash > folder) {
		*slash = '\0';
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	child->listen = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (child->listen < 0)
		return -errno;
	(void)unlink(path);
	if (fchmod(child->listen, 0600) < 0 ||
	    bind(child->listen, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, 0600) < 0 || listen(child->listen, 16) < 0)
		return -errno;
	return 0;
}

int keeper_child_open(struct keeper_child *child,
		      const struct keeper_child_options *options)
{
	int r;

	*child = (struct keeper_child){ .options = *options,
					.program = -1,
					.prover = -1,
					.folder = -1,
					.listen = -1,
					.socket = -1,
					.pack = -1,
					.audit = -1 };
	if (!options->folder)
		return 0;
	r = spawn_find("windhover-keeper", &child->program);
	if (r) {
		complain("windhover-keeper", r);
		return r;
	}
	/* Without it nothing can be installed; what runs runs.  A fault is none of its absence. */
	r = spawn_find("windhover-prover", &child->prover);
	if (r)
		complain("windhover-prover", r);
	if (r && r != -ENOENT)
		return r;
	spawn_user(ROLE_KEEPER_USER, ROLE_KEEPER_UID, &child->uid, &child->gid);
	r = keeper_folder_open(options->folder, child->uid, child->gid, &child->folder);
	if (r) {
		complain(options->folder, r);
		return r;
	}
	r = open_socket(child);
	if (r)
		complain(options->socket, r);
	return r;
}

static int send_keep(struct keeper_child *child)
{
	struct role_keep keep = child->options.keep;
	int fds[ROLE_KEEP_FDS] = {
		[ROLE_KEEP_FOLDER] = child->folder,
		[ROLE_KEEP_LISTEN] = child->listen,
		[ROLE_KEEP_PROVER] = child->prover,
	};

	keep.kind = ROLE_KEEP;
	if (child->prover >= 0)
		keep.flags |= ROLE_KEEP_HAS_PROVER;
	/* A crash is told once: the next keeper of this run has read the answer's note. */
	if (child->has_run)
		keep.is_crash = 0;
	return message_send(child->socket, &keep, sizeof(keep), fds,
			    ROLE_KEEP_FDS - (child->prover < 0));
}

static int start(struct keeper_child *child)
{
	static const char *const arguments[] = { "windhover-keeper", NULL };
	AUTO(close) int theirs = -1;
	struct spawn what = { .program = child->program,
			      .arguments = arguments,
			      .drop = true,
			      .uid = child->uid,
			      .gid = child->gid };
	int r = keeper_folder_give(child->folder, child->uid, child->gid);

	/* It may do all the same; and if not, it says why. */
	if (r)
		complain(child->options.folder, r);
	r = message_pair(ROOM, &child->socket, &theirs);
	if (r)
		return r;
	/* A keeper that does not read must not hold windhoverd up. */
	if (fcntl(child->socket, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	what.fd = theirs;
	r = spawn(&what, &child->pid);
	if (r == 0) {
		child->starts++;
		r = send_keep(child);
	}
	return r;
}

static void reap(struct keeper_child *child, int64_t now_ns)
{
	int status;

	if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return;
	child->pid = 0;
	if (child->socket >= 0)
		(void)fprintf(stderr, "windhoverd: windhover-keeper ended %s %d\n",
			      WIFSIGNALED(status) ? "by signal" : "with status",
			      WIFSIGNALED(status) ? WTERMSIG(status)
						  : WEXITSTATUS(status));
	close_fd(&child->socket);
	child->due_ns = now_ns;
	if (now_ns - child->started_ns > CALM_NS) {
		child->quick_ends = 0;
		return;
	}
	child->due_ns += WAIT_NS << child->quick_ends;
	if (child->quick_ends < DOUBLINGS)
		child->quick_ends++;
}

static bool waits_for_disk(pid_t pid)
{
	char path[64], line[512];
	const char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	AUTO(fclose) FILE *stat = fopen(path, "re");

	return stat && fgets(line, sizeof(line), stat) && (at = strrchr(line, ')')) &&
	       strncmp(at, ") D", 3) == 0;
}

/* One that hangs answers no operator and keeps a bad pack: the next one reads what is on disk. */
static void watch(struct keeper_child *child, int64_t now_ns)
{
	const struct role_run alive = { .kind = ROLE_ALIVE };

	/* Who was away itself can't say that another one was. */
	if (now_ns - child->looked_ns > 2 * SECOND_NS)
		child->heard_ns = now_ns;
	child->looked_ns = now_ns;
	if (child->pid == 0)
		return;
	if (child->socket >= 0 && now_ns - child->asked_alive_ns >= ASK_NS) {
		child->asked_alive_ns = now_ns;
		/* One that does not read has enough to read. */
		(void)!message_send(child->socket, &alive, sizeof(alive), NULL, 0);
	}
	if (now_ns - child->heard_ns < KEEPER_CHILD_HUNG_NS)
		return;
	child->heard_ns += SECOND_NS;
	if (waits_for_disk(child->pid))
		return;
	(void)fprintf(stderr, "windhoverd: windhover-keeper hangs\n");
	(void)kill(child->pid, SIGKILL);
}

void keeper_child_see(struct keeper_child *child, int64_t now_ns)
{
	int r;

	reap(child, now_ns);
	watch(child, now_ns);
	/* While a failure waits for its answer there is less patience. */
	if (child->failure.kind && child->pid && now_ns >= child->answer_ns &&
	    child->started_ns < child->answer_ns - ANSWER_NS) {
		(void)fprintf(stderr, "windhoverd: windhover-keeper does not answer\n");
		(void)kill(child->pid, SIGKILL);
		child->answer_ns = now_ns + ANSWER_NS;
	}
	if (!child->options.folder || child->pid || now_ns < child->due_ns)
		return;
	child->started_ns = child->heard_ns = child->asked_alive_ns = now_ns;
	child->due_ns = now_ns + WAIT_NS;
	r = start(child);
	if (r) {
		complain("windhover-keeper", r);
		close_fd(&child->socket);
	}
}

bool keeper_child_is_gone(const struct keeper_child *child)
{
	return child->pid == 0;
}

void keeper_child_end(struct keeper_child *child, int64_t now_ns)
{
	if (child->socket >= 0)
		child->deadline_ns = now_ns + END_NS;
	close_fd(&child->socket);
	/* Nobody is to wait for one that does not come any more. */
	close_fd(&child->listen);
	reap(child, now_ns);
	if (child->pid && now_ns >= child->deadline_ns)
		(void)kill(child->pid, SIGKILL);
}

/* Words */

static void tell(struct keeper_child *child, struct role_report *report)
{
	if (child->socket < 0)
		return;
	report->kind = ROLE_REPORT;
	report->serial = child->run.serial;
	if (message_send(child->socket, report, sizeof(*report), NULL, 0) == -EPIPE)
		close_fd(&child->socket);
}

static void tell_failure(struct keeper_child *child)
{
	/* It is about this pack and no other. */
	if (child->failure.kind && strcmp(child->failed, child->run.digest) == 0)
		tell(child, &child->failure);
}

void keeper_child_tell_failed(struct keeper_child *child, const char *sentence,
			      int64_t now_ns)
{
	child->failure = (struct role_report){ .kind = ROLE_REPORT, .what = ROLE_FAILED };
	(void)snprintf(child->failure.sentence, sizeof(child->failure.sentence), "%s",
		       sentence);
	memcpy(child->failed, child->run.digest, sizeof(child->failed));
	child->answer_ns = now_ns + ANSWER_NS;
	tell_failure(child);
}

void keeper_child_tell_ready(struct keeper_child *child, int64_t now_ns)
{
	struct role_report report = { .what = ROLE_RUNS };

	if (!child->has_run || child->is_told)
		return;
	child->is_told = true;
	report.took_us = (uint64_t)(now_ns - child->asked_ns) / 1000;
	tell(child, &report);
}

void keeper_child_tell_state(struct keeper_child *child, uint32_t rung,
			     const char *sentence)
{
	struct role_report report = { .what = ROLE_STATE, .rung = rung };

	(void)snprintf(report.sentence, sizeof(report.sentence), "%s", sentence);
	tell(child, &report);
}

/* From outside: what a sensor says of itself a broken one may say wrong. */
static void look_at(pid_t pid, struct role_report *report)
{
	char path[64], line[512];
	unsigned long user = 0, kernel = 0, resident = 0;
	long tick = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE);
	const char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	AUTO(fclose) FILE *stat = fopen(path, "re");

	/* The name, in brackets, may hold anything; after it come fields 3, 4, ... */
	if (stat && fgets(line, sizeof(line), stat) && (at = strrchr(line, ')')) &&
	    sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		   &kernel) == 2)
		report->cpu_ns = (user + kernel) * (uint64_t)(SECOND_NS / tick);
	(void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	AUTO(fclose) FILE *statm = fopen(path, "re");

	if (statm && fscanf(statm, "%*u %lu", &resident) == 1)
		report->memory_size = resident * (uint64_t)page;
}

void keeper_child_tell_sample(struct keeper_child *child, pid_t sensor,
			      const struct role_word *word, int64_t now_ns)
{
	struct role_report report = { .what = ROLE_SAMPLE,
				      .now_ns = (uint64_t)now_ns,
				      .events = word->events,
				      .lost = word->lost,
				      .alerts = word->alerts };

	if (child->socket < 0 || !child->is_told)
		return;
	look_at(sensor, &report);
	tell(child, &report);
}

static void send_past(struct keeper_child *child)
{
	struct role_run answer = { .kind = ROLE_PAST };
	AUTO(folder) struct folder past;
	int fds[RECORDER_SEGMENTS], r;

	folder_init(&past);
	r = child->options.recorder ? folder_read(child->options.recorder, &past) : 0;
	/* A proof without a past is a weaker one: that it is so has to be seen. */
	if (r)
		complain(child->options.recorder, r);
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		if (past.segments[i] >= 0)
			fds[answer.count++] = past.segments[i];
	r = message_send(child->socket, &answer, sizeof(answer), fds, answer.count);
	if (r)
		complain("past", r);
}

static enum keeper_word take_run(struct keeper_child *child, const struct role_run *run,
				 int *fds, unsigned count, int64_t now_ns)
{
	bool has_pack = run->flags & ROLE_RUN_HAS_PACK;
	bool has_audit = run->flags & ROLE_RUN_HAS_AUDIT;
	bool same = child->has_run && strcmp(child->run.digest, run->digest) == 0;

	if (count != (unsigned)has_pack + has_audit || (has_audit && !has_pack))
		return KEEPER_SAID_NOTHING;
	close_fd(&child->pack);
	close_fd(&child->audit);
	child->pack = has_pack ? fds[0] : -1;
	child->audit = has_audit ? fds[1] : -1;
	memset(fds, -1, count * sizeof(*fds));
	child->run = *run;
	child->has_run = true;
	child->asked_ns = now_ns;
	child->is_told = false;
	/* Another pack is the answer to a failure; the same one is of a keeper that is new. */
	if (same)
		tell_failure(child);
	else
		child->failure.kind = 0;
	return same ? KEEPER_SAID_SAME : KEEPER_SAID_RUN;
}

enum keeper_word keeper_child_hear(struct keeper_child *child, int64_t now_ns)
{
	enum keeper_word word = KEEPER_SAID_NOTHING;
	unsigned count = MESSAGE_FDS_MAX;
	int fds[MESSAGE_FDS_MAX];
	struct role_run run;
	size_t size = 0;
	int r = message_receive(child->socket, &run, sizeof(run), &size, fds, &count);

	if (r) {
		if (r == -EPIPE)
			close_fd(&child->socket);
		return KEEPER_SAID_NOTHING;
	}
	child->heard_ns = now_ns;
	run.digest[sizeof(run.digest) - 1] = '\0';
	if (size != sizeof(run))
		word = KEEPER_SAID_NOTHING;
	else if (run.kind == ROLE_RUN)
		word = take_run(child, &run, fds, count, now_ns);
	else if (run.kind == ROLE_PAST)
		send_past(child);
	else if (run.kind == ROLE_FORGIVE)
		word = KEEPER_SAID_FORGIVE;
	while (count--)
		if (fds[count] >= 0)
			(void)close(fds[count]);
	return word;
}
