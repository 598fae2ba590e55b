// SPDX-License-Identifier: Apache-2.0
// windhover-keeper: owns the content folder; orders proofs, moves the slots, answers operators.
#include "keeper/keeper_inside.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/message.h"
#include "keeper/keeper_jail.h"
#include "update/slot/guard.h"

#define LOOK_MS  50   /* at a proof, for its deadlines */
#define RETRY_MS 1000 /* between two tries to write a ledger */

int64_t keeper_time(void)
{
	return (int64_t)time(NULL);
}

/* windhoverd */

static void hear_daemon(struct keeper *keeper)
{
	union {
		uint32_t kind;
		struct role_run run;
		struct role_report report;
	} message;
	int fds[MESSAGE_FDS_MAX];
	unsigned count = MESSAGE_FDS_MAX;
	size_t size = 0;
	int r = message_receive(ROLE_SOCKET, &message, sizeof(message), &size, fds,
				&count);

	if (r == -EMSGSIZE)
		return;
	if (r) {
		keeper->ends = true;
		return;
	}
	if (message.kind == ROLE_REPORT && size == sizeof(message.report)) {
		message.report.sentence[sizeof(message.report.sentence) - 1] = '\0';
		keeper_hear(keeper, &message.report);
	} else if (message.kind == ROLE_PAST && size == sizeof(message.run)) {
		keeper_past(keeper, fds, count);
	} else if (message.kind == ROLE_ALIVE && size == sizeof(message.run)) {
		r = message_send(ROLE_SOCKET, &message.run, size, NULL, 0);
		keeper->ends = r == -EPIPE;
	} else if (message.kind == ROLE_ENDED_WELL) {
		keeper->ends = true;
	}
	while (count)
		(void)close(fds[--count]);
}

/* Starting */

static int receive_keep(struct keeper *keeper, int *folder)
{
	struct role_keep *asked = &keeper->asked;
	int fds[ROLE_KEEP_FDS] = { -1, -1, -1 };
	unsigned count = ROLE_KEEP_FDS;
	size_t size = 0;
	int r = message_receive(ROLE_SOCKET, asked, sizeof(*asked), &size, fds, &count);

	if (r)
		return r;
	if (size != sizeof(*asked) || asked->kind != ROLE_KEEP ||
	    count != ROLE_KEEP_FDS - !(asked->flags & ROLE_KEEP_HAS_PROVER))
		return -EPROTO;
	*folder = fds[ROLE_KEEP_FOLDER];
	keeper->listen = fds[ROLE_KEEP_LISTEN];
	keeper->prover_program = fds[ROLE_KEEP_PROVER];
	return 0;
}

static void read_budget(struct keeper *keeper)
{
	const struct role_keep *asked = &keeper->asked;
	struct probation_budget *budget = &keeper->budget;

	probation_budget_default(budget);
	budget->events = asked->probation_events;
	if (asked->memory_mib)
		budget->memory_size = (uint64_t)asked->memory_mib << 20;
	if (asked->cpu_permille)
		budget->cpu_permille = asked->cpu_permille;
	if (asked->detections)
		budget->detections = asked->detections;
}

/* Was it the pack that runs by our books that the machine went down with? */
static enum slot_event how_it_was(const struct keeper *keeper)
{
	const struct slot *slot = &keeper->store.ledger.slot;

	return keeper->asked.is_crash && guard_hash(text_of(slot->run.hex)) ==
						 keeper->asked.crashed_pack
		       ? SLOT_CRASHED
		       : SLOT_STARTED;
}

static int start(struct keeper *keeper)
{
	char sentence[KEEPER_SENTENCE];
	struct why why = { 0 };
	int folder = -1;
	int r = receive_keep(keeper, &folder);

	if (r == 0)
		r = keeper_jail(folder, keeper->prover_program);
	if (r)
		return r;
	read_budget(keeper);
	r = store_open(folder, &keeper->store, &why);
	if (r)
		return r;
	if (why.reason[0])
		(void)fprintf(stderr, "windhover-keeper: %s\n", why.reason);
	keeper->is_novel = keeper_is_novel(keeper);
	keeper_begin_probation(keeper);
	(void)keeper_tell(keeper, how_it_was(keeper), NULL, "keeper",
			  keeper->asked.is_crash
				  ? "the machine went down while this pack ran"
				  : "a proof was cut off",
			  sentence);
	return 0;
}

static int patience_of(const struct keeper *keeper)
{
	if (keeper->proof)
		return LOOK_MS;
	return keeper->store.is_unsaved || keeper->waits_for_past ? RETRY_MS : -1;
}

static void run(struct keeper *keeper)
{
	while (!keeper->ends) {
		struct pollfd fds[3 + KEEPER_CLIENTS_MAX] = {
			{ .fd = ROLE_SOCKET, .events = POLLIN },
			{ .fd = keeper->listen, .events = POLLIN },
			{ .fd = keeper->proof ? prover_fd(keeper->proof) : -1,
			  .events = POLLIN },
		};

		for (size_t i = 0; i < KEEPER_CLIENTS_MAX; i++)
			fds[3 + i] = (struct pollfd){ .fd = keeper->clients[i].fd,
						      .events = POLLIN };
		if (poll(fds, 3 + KEEPER_CLIENTS_MAX, patience_of(keeper)) < 0 &&
		    errno != EINTR)
			return;
		if (fds[0].revents)
			hear_daemon(keeper);
		keeper_watch_proof(keeper);
		for (size_t i = 0; i < KEEPER_CLIENTS_MAX; i++)
			if (fds[3 + i].revents && fds[3 + i].fd == keeper->clients[i].fd)
				keeper_serve(keeper, &keeper->clients[i]);
		if (fds[1].revents)
			keeper_accept(keeper);
		keeper_catch_up(keeper);
	}
}

#if defined(__SANITIZE_ADDRESS__) || defined(__has_feature)
/* Looking for leaks means tracing oneself, which the jail does not allow. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

int main(void)
{
	static struct keeper keeper = { .listen = -1,
					.prover_program = -1,
					.candidate = -1,
					.tests = -1,
					.store = { .folder = -1, .packs = -1 } };
	int r;

	(void)prctl(PR_SET_NAME, "windhover-keepe");
	for (size_t i = 0; i < KEEPER_CLIENTS_MAX; i++)
		keeper.clients[i].fd = -1;
	r = start(&keeper);
	if (r) {
		(void)fprintf(stderr, "windhover-keeper: %s\n", strerror(-r));
		return 1;
	}
	run(&keeper);
	keeper_end_proof(&keeper);
	/* A last try for what could not be written. */
	keeper_catch_up(&keeper);
	store_close(&keeper.store);
	return 0;
}
