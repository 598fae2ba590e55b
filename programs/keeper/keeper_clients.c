// SPDX-License-Identifier: Apache-2.0
// windhover-keeper: what operators ask, and what they are told.
#include "keeper_inside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/message.h"

#define PATIENCE_US 200000 /* with a client that does not read */

static void hang_up(struct keeper_client *client)
{
	if (client->fd >= 0)
		(void)close(client->fd);
	*client = (struct keeper_client){ .fd = -1 };
}

static void send_to(struct keeper_client *client, const struct keeper_answer *answer)
{
	if (client->fd >= 0 &&
	    message_send(client->fd, answer, keeper_answer_size(answer->kind), NULL, 0))
		hang_up(client);
}

void keeper_answer(struct keeper *keeper, const struct keeper_answer *answer)
{
	for (size_t i = 0; i < KEEPER_CLIENTS_MAX; i++)
		if (keeper->clients[i].waits)
			send_to(&keeper->clients[i], answer);
}

void keeper_say(struct keeper *keeper, const char *format, ...)
{
	struct keeper_answer *answer = &keeper->answer;
	va_list arguments;

	answer->kind = KEEPER_STEP;
	va_start(arguments, format);
	(void)vsnprintf(answer->is.sentence, sizeof(answer->is.sentence), format,
			arguments);
	va_end(arguments);
	keeper_answer(keeper, answer);
}

static int64_t probation_end(const struct keeper *keeper)
{
	if (keeper->store.ledger.slot.state != SLOT_PROBATION)
		return 0;
	return keeper_time() +
	       (int64_t)(probation_left(&keeper->probation, &keeper->budget) /
			 1000000000);
}

static void end_with(struct keeper *keeper, struct keeper_client *client,
		     enum keeper_outcome outcome, const char *sentence)
{
	const struct slot *slot = &keeper->store.ledger.slot;
	struct keeper_answer *answer = &keeper->answer;
	struct keeper_end *end = &answer->is.end;

	answer->kind = KEEPER_END;
	*end = (struct keeper_end){
		.outcome = outcome,
		.took_us = outcome == KEEPER_DONE ? keeper->took_us : 0,
		.probation_end_s = probation_end(keeper),
	};
	memcpy(end->digest, slot->run.hex, sizeof(slot->run.hex));
	(void)snprintf(end->sentence, sizeof(end->sentence), "%s", sentence);
	send_to(client, answer);
	hang_up(client);
}

void keeper_finish(struct keeper *keeper, enum keeper_outcome outcome,
		   const char *sentence)
{
	for (size_t i = 0; i < KEEPER_CLIENTS_MAX; i++)
		if (keeper->clients[i].waits)
			end_with(keeper, &keeper->clients[i], outcome, sentence);
}

/* Requests */

static void install(struct keeper *keeper, struct keeper_client *client,
		    const struct keeper_request *request, int pack, int tests)
{
	struct ledger *ledger = &keeper->store.ledger;
	char sentence[KEEPER_SENTENCE], told[KEEPER_SENTENCE];
	enum keeper_outcome outcome;
	struct slot_digest digest;
	struct why why = { 0 };
	uint32_t rules;
	int r = store_put(&keeper->store, pack, &digest, &rules, &why);

	if (r) {
		(void)snprintf(sentence, sizeof(sentence), "refused: %.200s",
			       why.reason[0] ? why.reason : strerror(-r));
		ledger_note(ledger, keeper_time(), "refused", NULL, client->who,
			    sentence);
		(void)store_save(&keeper->store);
		end_with(keeper, client, r == -EINVAL ? KEEPER_REFUSED : KEEPER_TROUBLE,
			 sentence);
		return;
	}
	outcome = keeper_tell(keeper, SLOT_OFFERED, &digest, client->who, request->reason,
			      told);
	if (outcome == KEEPER_DONE) {
		client->waits = true;
		(void)snprintf(keeper->candidate_who, sizeof(keeper->candidate_who), "%s",
			       client->who);
		keeper_say(keeper, "sound: %u rules, digest %s", rules, digest.hex);
		keeper->proof_flags = request->flags;
		keeper->tests = tests < 0 ? -1 : dup(tests);
		if (tests >= 0 && keeper->tests < 0) {
			(void)snprintf(told, sizeof(told), "its tests: %s",
				       strerror(errno));
			outcome = KEEPER_TROUBLE;
		} else {
			outcome = keeper_prove(keeper, told);
		}
		if (outcome == KEEPER_DONE)
			return;
		(void)keeper_tell(keeper, SLOT_REFUSED, NULL, client->who, told,
				  sentence);
		keeper_end_proof(keeper);
	} else {
		ledger_note(ledger, keeper_time(), "refused", &digest, client->who, told);
		(void)store_save(&keeper->store);
	}
	store_sweep(&keeper->store);
	(void)snprintf(sentence, sizeof(sentence), "refused: %.240s", told);
	end_with(keeper, client, outcome, sentence);
}

static void roll_back(struct keeper *keeper, struct keeper_client *client,
		      const struct keeper_request *request,
		      const struct slot_digest *digest)
{
	char sentence[KEEPER_SENTENCE];
	const char *reason =
		request->reason[0] ? request->reason : "an operator went back";
	enum keeper_outcome outcome =
		keeper_tell(keeper, SLOT_BACK, digest, client->who, reason, sentence);

	if (outcome == KEEPER_DONE) {
		keeper_finish(keeper, KEEPER_REFUSED,
			      "refused: an operator went back to an earlier pack");
		client->waits = true;
		return;
	}
	end_with(keeper, client, outcome, sentence);
}

static bool is_forward(const struct ledger_entry *entry)
{
	static const char *const forward[] = { "switch",   "passed",  "failed", "crashed",
					       "rollback", "running", "damaged" };

	for (size_t i = 0; i < sizeof(forward) / sizeof(forward[0]); i++)
		if (strcmp(entry->action, forward[i]) == 0)
			return true;
	return false;
}

static void list(struct keeper *keeper, struct keeper_client *client,
		 enum keeper_verb verb)
{
	const struct ledger *ledger = &keeper->store.ledger;
	struct keeper_answer *answer = &keeper->answer;

	answer->kind = KEEPER_ENTRY;
	for (uint32_t i = 0; verb != KEEPER_BAD && i < ledger->history_count; i++) {
		if (verb == KEEPER_HISTORY && !is_forward(&ledger->history[i]))
			continue;
		answer->is.entry = ledger->history[i];
		send_to(client, answer);
	}
	for (uint32_t i = 0; verb == KEEPER_BAD && i < ledger->bad_count; i++) {
		answer->is.entry =
			(struct ledger_entry){ .time_s = ledger->bads[i].time_s,
					       .digest = ledger->bads[i].digest };
		memcpy(answer->is.entry.reason, ledger->bads[i].reason,
		       sizeof(ledger->bads[i].reason));
		send_to(client, answer);
	}
	end_with(keeper, client, KEEPER_DONE, "");
}

static void status(struct keeper *keeper, struct keeper_client *client)
{
	const struct ledger *ledger = &keeper->store.ledger;
	struct keeper_answer *answer = &keeper->answer;
	struct keeper_status *is = &answer->is.status;

	answer->kind = KEEPER_IS;
	*is = (struct keeper_status){
		.slot = ledger->slot,
		.is_paused = ledger->is_paused,
		.bad_count = ledger->bad_count,
		.is_unsaved = keeper->store.is_unsaved,
		.is_running = keeper->is_running,
		.pin = ledger->pin,
		.rung = keeper->state.rung,
		.probation_end_s = probation_end(keeper),
		.probation_events = keeper->probation.events,
		.probation_events_needed = keeper->budget.events,
		.events = keeper->sample.events,
		.alerts = keeper->sample.alerts,
		.lost = keeper->sample.lost,
		.memory_size = keeper->sample.memory_size,
	};
	memcpy(is->trouble, keeper->store.trouble, sizeof(is->trouble));
	memcpy(is->sensor, keeper->state.sentence, sizeof(is->sensor));
	if (ledger->bad_count) {
		const struct ledger_bad *bad = &ledger->bads[ledger->bad_count - 1];

		is->last_failure_s = bad->time_s;
		is->last_failed = bad->digest;
		memcpy(is->last_failure, bad->reason, sizeof(is->last_failure));
	}
	send_to(client, answer);
	end_with(keeper, client, KEEPER_DONE, "");
}

/* Wishes that change the ledger and nothing else. */
static enum keeper_outcome wish(struct keeper *keeper, const char *who,
				const struct keeper_request *request,
				const struct slot_digest *digest,
				char sentence[KEEPER_SENTENCE])
{
	struct ledger *ledger = &keeper->store.ledger;
	const struct slot_digest *about = digest;
	const char *action = "";

	keeper_remember(keeper);
	switch (request->verb) {
	case KEEPER_PIN:
		about = digest->hex[0] ? digest : &ledger->slot.run;
		if (!about->hex[0]) {
			(void)snprintf(sentence, KEEPER_SENTENCE,
				       "no pack runs that could be pinned");
			return KEEPER_REFUSED;
		}
		ledger->pin = *about;
		action = "pin";
		break;
	case KEEPER_UNPIN:
		ledger->pin = (struct slot_digest){ 0 };
		action = "unpin";
		break;
	case KEEPER_PAUSE:
		ledger->is_paused = true;
		action = "pause";
		break;
	case KEEPER_RESUME:
		ledger->is_paused = false;
		action = "resume";
		break;
	default:
		if (!ledger_forgive(ledger, digest)) {
			(void)snprintf(sentence, KEEPER_SENTENCE,
				       "this pack is not marked bad");
			return KEEPER_REFUSED;
		}
		action = "forgive";
	}
	ledger_note(ledger, keeper_time(), action, about, who, request->reason);
	(void)snprintf(sentence, KEEPER_SENTENCE, "%s%s%s", action,
		       about->hex[0] ? " " : "", about->hex);
	return keeper_save(keeper, sentence);
}

static void forgive_guard(struct keeper *keeper, struct keeper_client *client)
{
	const struct role_run forgive = { .kind = ROLE_FORGIVE };

	ledger_note(&keeper->store.ledger, keeper_time(), "forgive", NULL, client->who,
		    "the boot guard's blame; all is tried at the next start");
	(void)store_save(&keeper->store);
	end_with(keeper, client,
		 message_send(ROLE_SOCKET, &forgive, sizeof(forgive), NULL, 0)
			 ? KEEPER_TROUBLE
			 : KEEPER_DONE,
		 "the boot guard blames nothing any more: all of the sensor is tried at "
		 "the "
		 "next start");
}

static void handle(struct keeper *keeper, struct keeper_client *client,
		   struct keeper_request *request, const int *fds, unsigned count)
{
	struct slot_digest digest = { 0 };
	char sentence[KEEPER_SENTENCE] = "";
	enum keeper_outcome outcome;

	request->reason[sizeof(request->reason) - 1] = '\0';
	request->digest[sizeof(request->digest) - 1] = '\0';
	if (request->digest[0] && !slot_digest_read(text_of(request->digest), &digest)) {
		end_with(keeper, client, KEEPER_TROUBLE,
			 "a digest has 32 digits of 0-9 and a-f");
		return;
	}
	switch (request->verb) {
	case KEEPER_INSTALL:
		if (count == 0)
			end_with(keeper, client, KEEPER_TROUBLE, "no pack came with it");
		else
			install(keeper, client, request, fds[0], count > 1 ? fds[1] : -1);
		return;
	case KEEPER_STATUS:
		status(keeper, client);
		return;
	case KEEPER_HISTORY:
	case KEEPER_LOG:
	case KEEPER_BAD:
		list(keeper, client, request->verb);
		return;
	case KEEPER_ROLLBACK:
		roll_back(keeper, client, request, &digest);
		return;
	case KEEPER_FORGIVE:
		if (digest.hex[0])
			break;
		forgive_guard(keeper, client);
		return;
	case KEEPER_PIN:
	case KEEPER_UNPIN:
	case KEEPER_PAUSE:
	case KEEPER_RESUME:
		break;
	default:
		end_with(keeper, client, KEEPER_TROUBLE,
			 "this keeper does not know that request");
		return;
	}
	outcome = wish(keeper, client->who, request, &digest, sentence);
	end_with(keeper, client, outcome, sentence);
}

void keeper_serve(struct keeper *keeper, struct keeper_client *client)
{
	struct keeper_request request;
	int fds[2] = { -1, -1 };
	unsigned count = 2;
	size_t size = 0;
	int r = message_receive(client->fd, &request, sizeof(request), &size, fds,
				&count);

	/* One request each; and whoever waits has nothing more to say. */
	if (r || size != sizeof(request) || client->waits)
		hang_up(client);
	else
		handle(keeper, client, &request, fds, count);
	while (r == 0 && count)
		(void)close(fds[--count]);
}

void keeper_accept(struct keeper *keeper)
{
	const struct timeval patience = { .tv_usec = PATIENCE_US };
	int fd = accept4(keeper->listen, NULL, NULL, SOCK_CLOEXEC);
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(peer);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != 0) {
		(void)close(fd);
		return;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	for (size_t i = 0; i < KEEPER_CLIENTS_MAX; i++) {
		struct keeper_client *client = &keeper->clients[i];

		if (client->fd >= 0)
			continue;
		client->fd = fd;
		(void)snprintf(client->who, sizeof(client->who), "uid %u, pid %d",
			       peer.uid, (int)peer.pid);
		return;
	}
	(void)close(fd);
}
