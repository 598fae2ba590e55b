// SPDX-License-Identifier: Apache-2.0
// windhover drill: poisoned packs offered to the running service, and the way back, rehearsed.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "command.h"
#include "drill_packs.h"
#include "keeper/keeper_client.h"
#include "model/pack.h"

#define STATE    "/var/lib/windhover"
#define WORDS    40 /* programs started with the drill's word, for the recorder to have */
#define SETTLE_S 3  /* until the recorder has them on disk */
#define PATIENCE 600 /* tenths of a second for a pack to be off again */

static const char help[] =
	"usage: windhover drill [--socket PATH] [--state DIR] [--json]\n"
	"\n"
	"Rehearse on this machine: offer poisoned packs to the running service, each of "
	"which\n"
	"must be stopped at the gate named for it, then switch to a twin of the running "
	"pack\n"
	"and back.  Crashers, hangs and memory bombs are let loose in the prover's jail "
	"only;\n"
	"no poisoned pack is ever switched to, and at the end all is as it was.\n"
	"Exit status: 0 all were stopped, 1 one was not, 2 it could not be done.\n"
	"\n"
	"      --socket PATH  of the keeper (/run/windhover/keeper.sock)\n"
	"      --state DIR    of the service (/var/lib/windhover)\n"
	"  -j, --json         write JSON\n"
	"  -h, --help         show this help\n"
	"\n"
	"example: windhover drill\n";

struct drill {
	const char *socket, *state;
	bool json;
	char word[32];
	struct keeper_status before, now;
	struct prover_verdict verdict; /* its rules are not kept */
	bool has_verdict;
	struct why why;
	unsigned failures, rows;
};

static int64_t now_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Asking the keeper */

static void on_answer(void *user, const struct keeper_answer *answer)
{
	struct drill *drill = user;

	if (answer->kind == KEEPER_IS)
		drill->now = answer->is.status;
	if (answer->kind != KEEPER_VERDICT)
		return;
	drill->verdict = answer->is.verdict;
	drill->verdict.rules = NULL;
	drill->has_verdict = true;
}

static int ask(struct drill *drill, struct keeper_request *request, int fd,
	       struct keeper_end *end)
{
	const struct keeper_client_answers answers = { .user = drill,
						       .on_answer = on_answer };

	drill->has_verdict = false;
	drill->why = (struct why){ 0 };
	(void)snprintf(request->reason, sizeof(request->reason), "drill");
	return keeper_client_ask(drill->socket, request, &fd, fd < 0 ? 0 : 1, &answers,
				 end, &drill->why);
}

static int look(struct drill *drill)
{
	struct keeper_request request = { .verb = KEEPER_STATUS };
	struct keeper_end end;

	return ask(drill, &request, -1, &end);
}

static int offer(struct drill *drill, struct text pack, uint32_t flags,
		 struct keeper_end *end)
{
	struct keeper_request request = { .verb = KEEPER_INSTALL, .flags = flags };
	AUTO(close) int fd = memfd_create("windhover-drill", MFD_CLOEXEC);

	if (fd < 0 || write(fd, pack.at, pack.size) != (ssize_t)pack.size)
		return -errno;
	return ask(drill, &request, fd, end);
}

static bool is_as_before(const struct drill *drill)
{
	const struct keeper_status *before = &drill->before, *now = &drill->now;

	return strcmp(before->slot.run.hex, now->slot.run.hex) == 0 &&
	       before->slot.state == now->slot.state &&
	       before->is_running == now->is_running &&
	       before->bad_count == now->bad_count;
}

/* Rows of the table */

static void tell(struct drill *drill, const char *name, const char *gate,
		 const char *stopped, int64_t us, bool good, const char *sentence)
{
	drill->failures += !good;
	if (drill->json)
		(void)printf("%s{\"poison\":\"%s\",\"gate\":\"%s\",\"stopped_at\":\"%s\","
			     "\"us\":%lld,\"good\":%s}",
			     drill->rows ? "," : "{\"rows\":[", name, gate, stopped,
			     (long long)us, good ? "true" : "false");
	else
		(void)printf("%-16s %-10s %-12s %9.1f  %-4s %s\n", name, gate, stopped,
			     (double)us / 1000, good ? "yes" : "NO", sentence);
	(void)fflush(stdout);
	drill->rows++;
}

static int try_poison(struct drill *drill, const struct drill_poison *poison)
{
	const char *gate = prover_gate_name(poison->gate), *stopped = "nowhere";
	uint32_t flags = KEEPER_DRILL | (poison->full_size ? KEEPER_FORCE_SHRINK : 0);
	AUTO(buffer) struct buffer pack;
	struct keeper_end end = { 0 };
	int64_t begun;
	int r;

	buffer_init(&pack, PACK_SIZE_MAX);
	drill->why = (struct why){ 0 };
	r = drill_pack(poison, drill->word, &pack, &drill->why);
	begun = now_us();
	if (r == 0)
		r = offer(drill, buffer_view(&pack), flags, &end);
	begun = now_us() - begun;
	if (r || end.outcome == KEEPER_TROUBLE) {
		if (r == 0)
			why_set(&drill->why, 0, 0, "%.300s", end.sentence);
		return r ? r : -EIO;
	}
	/* What the keeper itself can't open never comes to a proof. */
	if (end.outcome == KEEPER_REFUSED && !drill->has_verdict)
		stopped = prover_gate_name(PROVER_VERIFY);
	else if (drill->has_verdict && !drill->verdict.accepted)
		stopped = prover_gate_name(drill->verdict.refused_at);
	if (poison->gate == PROVER_GATES) {
		bool passed = drill->has_verdict && drill->verdict.accepted;

		tell(drill, poison->name, "probation", passed ? "(no proof)" : stopped,
		     begun, passed,
		     "no event of the past wakes it: for that there is the way back");
		return 0;
	}
	if (drill->has_verdict && poison->needs_past && drill->verdict.events == 0) {
		tell(drill, poison->name, gate, "not shown", begun, true,
		     "the recorder has no events to show it on");
		return 0;
	}
	tell(drill, poison->name, gate, stopped, begun, strcmp(gate, stopped) == 0,
	     end.sentence);
	return 0;
}

/* The way back */

static int forgive(struct drill *drill, const struct slot_digest *digest)
{
	struct keeper_request request = { .verb = KEEPER_FORGIVE };
	struct keeper_end end;

	(void)snprintf(request.digest, sizeof(request.digest), "%s", digest->hex);
	return ask(drill, &request, -1, &end);
}

/* Wait until what ran before runs again. */
static int wait_until_back(struct drill *drill)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	int r = look(drill);

	for (int i = 0;
	     i < PATIENCE && r == 0 &&
	     (strcmp(drill->before.slot.run.hex, drill->now.slot.run.hex) != 0 ||
	      !drill->now.is_running);
	     i++) {
		(void)nanosleep(&pause, NULL);
		r = look(drill);
	}
	return r;
}

static int go_back(struct drill *drill, struct keeper_end *end)
{
	struct keeper_request request = { .verb = KEEPER_ROLLBACK };
	struct slot_digest twin;
	int r = look(drill);

	twin = drill->now.slot.run;
	(void)snprintf(request.digest, sizeof(request.digest), "%s",
		       drill->before.slot.run.hex);
	if (r == 0)
		r = ask(drill, &request, -1, end);
	if (r == 0)
		r = wait_until_back(drill);
	/* The twin did nothing wrong. */
	if (r == 0 && drill->now.bad_count > drill->before.bad_count)
		r = forgive(drill, &twin);
	return r ? r : look(drill);
}

static int rehearse_way_back(struct drill *drill)
{
	AUTO(buffer) struct buffer twin;
	struct keeper_end there = { 0 }, back = { 0 };
	char path[1024], sentence[96];
	int r;

	if (drill->before.slot.state != SLOT_STEADY)
		return 0; /* there is no known good pack to go back to, and it was said */
	(void)snprintf(path, sizeof(path), "%s/content/packs/%s", drill->state,
		       drill->before.slot.run.hex);
	buffer_init(&twin, PACK_SIZE_MAX);
	r = drill_twin(path, &twin, &drill->why);
	if (r == 0)
		r = offer(drill, buffer_view(&twin), 0, &there);
	if (r)
		return r;
	if (there.outcome != KEEPER_DONE) {
		tell(drill, "twin", "-", "refused", 0, false, there.sentence);
		return 0;
	}
	r = go_back(drill, &back);
	if (r)
		return r;
	(void)snprintf(
		sentence, sizeof(sentence),
		"gap in detection: %.1f ms there, %.1f ms back; events wait meanwhile",
		(double)there.took_us / 1000, (double)back.took_us / 1000);
	tell(drill, "switch and back", "-", "rolled back", there.took_us + back.took_us,
	     is_as_before(drill), sentence);
	return 0;
}

/* Something harmless for the rules to match, in the recorder and nowhere else. */
static void use_word(struct drill *drill)
{
	static char program[] = "/bin/true";
	static char *const environment[] = { NULL };
	char *arguments[] = { program, drill->word, NULL };
	const struct timespec pause = { .tv_sec = SETTLE_S };

	(void)snprintf(drill->word, sizeof(drill->word), "windhover-drill-%08llx",
		       (unsigned long long)now_us() & 0xffffffff);
	for (int i = 0; i < WORDS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			(void)execve(program, arguments, environment);
			_exit(127);
		}
		if (pid > 0)
			(void)waitpid(pid, NULL, 0);
	}
	(void)nanosleep(&pause, NULL);
}

static int run(struct drill *drill)
{
	int r = look(drill);

	if (r)
		return r;
	drill->before = drill->now;
	if (!drill->before.is_running || drill->before.is_paused ||
	    drill->before.pin.hex[0]) {
		why_set(&drill->why, 0, 0,
			"a drill needs a pack that runs, and content neither paused nor "
			"pinned: see 'windhover content status'");
		return -EBUSY;
	}
	if (!drill->json && drill->before.slot.state != SLOT_STEADY)
		(void)puts("The running pack is still on probation: the way back is not "
			   "rehearsed.");
	if (!drill->json)
		(void)printf("%-16s %-10s %-12s %9s  %-4s\n", "poison", "gate",
			     "stopped at", "ms", "good");
	use_word(drill);
	for (unsigned i = 0; i < drill_poison_count && r == 0; i++)
		r = try_poison(drill, &drill_poisons[i]);
	if (r == 0)
		r = rehearse_way_back(drill);
	return r ? r : look(drill);
}

static int conclude(struct drill *drill, int error)
{
	bool same = is_as_before(drill);

	if (drill->json)
		(void)printf("%s],\"as_before\":%s,\"failures\":%u}\n",
			     drill->rows ? "" : "{\"rows\":[", same ? "true" : "false",
			     drill->failures);
	if (error) {
		(void)fprintf(stderr, "windhover: drill: %s\n",
			      drill->why.reason[0] ? drill->why.reason
						   : strerror(-error));
		return EXIT_TROUBLE;
	}
	if (!drill->json)
		(void)printf("\n%u of %u as they should be; %s runs%s\n",
			     drill->rows - drill->failures, drill->rows,
			     drill->now.slot.run.hex,
			     same ? ", as before" : ", and NOT all is as before");
	return drill->failures || !same ? EXIT_FOUND : EXIT_NOTHING;
}

int command_drill(int argc, char **argv)
{
	static const struct option names[] = {
		{ "socket", required_argument, NULL, 'S' },
		{ "state", required_argument, NULL, 'D' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct drill drill = { .socket = KEEPER_SOCKET, .state = STATE };
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "jh", names, NULL)) != -1) {
		if (option == 'S')
			drill.socket = optarg;
		else if (option == 'D')
			drill.state = optarg;
		else if (option == 'j')
			drill.json = true;
		else {
			(void)fputs(help, option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_NOTHING : EXIT_TROUBLE;
		}
	}
	if (optind != argc) {
		(void)fputs("windhover: drill: it takes no arguments\n", stderr);
		return EXIT_TROUBLE;
	}
	return conclude(&drill, run(&drill));
}
