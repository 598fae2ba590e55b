// SPDX-License-Identifier: Apache-2.0
// Loaders beside the first one, for parts of the kernel side that a pack asks for later.
#include "more_loaders.h"

#include "base/message.h"
#include "spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define MS         INT64_C(1000000)
#define IDLE_NS    (10000 * MS) /* packs come and go: what is attached may be wanted again */
#define CALM_NS    (10000 * MS)
#define END_NS     (2000 * MS)
#define RETRY_NS   (100 * MS) /* doubles with each death in quick succession */
#define DEATHS_MAX 3 /* of loaders in quick succession: then it is what they load */

void more_loaders_init(struct more_loaders *more)
{
	*more = (struct more_loaders){ 0 };
	for (int i = 0; i < MORE_LOADERS_MAX; i++)
		more->all[i].socket = -1;
}

static void hang_up(struct more_loader *one)
{
	auto_close(&one->socket);
	one->socket = -1;
}

static void set_parts(struct loaded *loaded, uint32_t parts, enum kernel_state state,
		      const char *why)
{
	for (int part = 0; part < KERNEL_PARTS; part++) {
		struct kernel_program *program = &loaded->what.programs[part];

		if (!(parts >> part & 1) ||
		    (state == KERNEL_UNWANTED && program->state == KERNEL_REFUSED))
			continue;
		program->state = state;
		(void)snprintf(program->why, sizeof(program->why), "%s", why);
	}
}

/* Its end is what it waits for. */
static void let_go(struct more_loader *one, int64_t now_ns)
{
	if (!one->is_ending)
		one->deadline_ns = now_ns + END_NS;
	one->is_ending = true;
	hang_up(one);
	if (now_ns >= one->deadline_ns)
		(void)kill(one->pid, SIGKILL);
}

/* What it held is attached no more: to be loaded again, unless it was let go. */
static unsigned bury(struct more_loaders *more, struct more_loader *one,
		     struct loaded *loaded, int status, int64_t now_ns)
{
	unsigned said = MORE_CHANGED;

	set_parts(loaded, one->parts, KERNEL_UNWANTED, "");
	if (!one->is_ending) {
		(void)fprintf(
			stderr, "windhoverd: a further windhover-loader ended %s %d\n",
			WIFSIGNALED(status) ? "by signal" : "with status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		if (now_ns - one->started_ns > CALM_NS)
			more->deaths = 0;
		more->due_ns = now_ns + (RETRY_NS << more->deaths);
		if (++more->deaths == DEATHS_MAX) {
			more->deaths = 0;
			set_parts(loaded, one->parts, KERNEL_REFUSED,
				  "its loader ended again and again");
		}
		if (!one->has_answered && WIFSIGNALED(status) &&
		    WTERMSIG(status) != SIGKILL)
			said |= MORE_OOPS;
	}
	hang_up(one);
	*one = (struct more_loader){ .socket = -1 };
	return said;
}

static bool is_wanted(const struct more_loaders *more, const struct more_loader *one,
		      const struct loaded *loaded)
{
	for (int part = 0; part < KERNEL_PARTS; part++)
		if (one->parts >> part & 1 &&
		    loaded->what.programs[part].kinds & more->wanted)
			return true;
	return false;
}

/* One that runs: is it still alive, and still wanted? */
static unsigned look_after(struct more_loaders *more, struct more_loader *one,
			   struct loaded *loaded, int64_t now_ns)
{
	int status;

	if (waitpid(one->pid, &status, WNOHANG) == one->pid)
		return bury(more, one, loaded, status, now_ns);
	if (is_wanted(more, one, loaded))
		one->unwanted_ns = 0;
	else if (one->unwanted_ns == 0)
		one->unwanted_ns = now_ns;
	if (one->is_ending || (one->has_answered && one->unwanted_ns &&
			       now_ns - one->unwanted_ns > IDLE_NS))
		let_go(one, now_ns);
	return 0;
}

static int start_one(struct more_loader *one, struct loaded *loaded,
		     const struct more_start *start, uint32_t parts)
{
	struct loaded_wish wish = start->wish;
	struct loaded_arguments arguments;
	AUTO(close) int theirs = -1;
	struct spawn what = { .program = start->program, .arguments = arguments.all };
	int r = message_pair(65536, &one->socket, &theirs);

	if (r)
		return r;
	wish.parts = parts;
	loaded_arguments(&wish, &arguments);
	r = loaded_send(loaded, one->socket, ROLE_SHARE);
	what.fd = theirs;
	if (r == 0)
		r = spawn(&what, &one->pid);
	if (r)
		hang_up(one);
	return r;
}

/* Start one for all that lacks; where no more may run, say so of the parts. */
static unsigned load(struct more_loaders *more, struct loaded *loaded,
		     const struct more_start *start, uint32_t parts, int64_t now_ns)
{
	struct more_loader *one = more->all;
	int r;

	while (one < more->all + MORE_LOADERS_MAX && one->pid)
		one++;
	if (!start->is_allowed || one == more->all + MORE_LOADERS_MAX) {
		set_parts(loaded, parts, KERNEL_REFUSED,
			  start->is_allowed ? "as many loaders run as may"
					    : "left out by the boot guard");
		return MORE_CHANGED;
	}
	r = start_one(one, loaded, start, parts);
	if (r) {
		(void)fprintf(stderr, "windhoverd: windhover-loader: %s\n", strerror(-r));
		more->due_ns = now_ns + 1000 * MS;
		return 0;
	}
	one->parts = parts;
	one->started_ns = now_ns;
	more->starts++;
	return 0;
}

unsigned more_loaders_see(struct more_loaders *more, struct loaded *loaded,
			  const struct more_start *start, int64_t now_ns)
{
	uint32_t lacking;
	unsigned said = 0;

	for (int i = 0; i < MORE_LOADERS_MAX; i++)
		if (more->all[i].pid)
			said |= look_after(more, &more->all[i], loaded, now_ns);
	lacking = loaded_lacks(loaded->what.programs, more->wanted);
	if (lacking && more_loaders_socket(more) < 0 && now_ns >= more->due_ns)
		said |= load(more, loaded, start, lacking, now_ns);
	return said;
}

int more_loaders_socket(const struct more_loaders *more)
{
	for (int i = 0; i < MORE_LOADERS_MAX; i++)
		if (more->all[i].pid && !more->all[i].has_answered)
			return more->all[i].socket;
	return -1;
}

unsigned more_loaders_hear(struct more_loaders *more, struct loaded *loaded)
{
	struct more_loader *one = more->all;
	AUTO(free) struct loaded *answer = malloc(sizeof(*answer));
	int r;

	while (one < more->all + MORE_LOADERS_MAX &&
	       (!one->pid || one->has_answered || one->socket < 0))
		one++;
	if (one == more->all + MORE_LOADERS_MAX || !answer)
		return 0;
	loaded_init(answer);
	r = loaded_receive(answer, one->socket, ROLE_LOADED);
	if (r == 0) {
		loaded_add(loaded, answer, one->parts);
		one->has_answered = true;
	} else {
		hang_up(one); /* it ends, and then there will be another */
	}
	loaded_done(answer);
	return r ? 0 : MORE_CHANGED;
}

void more_loaders_tell(const struct loaded *loaded, int socket)
{
	AUTO(free) struct role_parts *parts = calloc(1, sizeof(*parts));
	int r = -ENOMEM;

	if (parts) {
		parts->kind = ROLE_PARTS;
		memcpy(parts->programs, loaded->what.programs, sizeof(parts->programs));
		r = message_send(socket, parts, sizeof(*parts), NULL, 0);
	}
	if (r)
		(void)fprintf(stderr, "windhoverd: parts for the sensor: %s\n",
			      strerror(-r));
}

void more_loaders_end(struct more_loaders *more, int64_t now_ns)
{
	for (int i = 0; i < MORE_LOADERS_MAX; i++) {
		struct more_loader *one = &more->all[i];

		if (!one->pid)
			continue;
		if (waitpid(one->pid, NULL, WNOHANG) == one->pid)
			*one = (struct more_loader){ .socket = -1 };
		else
			let_go(one, now_ns);
	}
}

bool more_loaders_are_gone(const struct more_loaders *more)
{
	for (int i = 0; i < MORE_LOADERS_MAX; i++)
		if (more->all[i].pid)
			return false;
	return true;
}
