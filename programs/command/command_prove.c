// SPDX-License-Identifier: Apache-2.0
// windhover pack prove: what the keeper asks of a pack before it is used, asked by hand.
#include "command_prove.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "detect/recorder/folder.h"
#include "proof_show.h"
#include "roles.h"
#include "daemon/spawn.h"

#define SHOWN_SIZE_MAX (4u << 20)

static const char help[] =
	"usage: windhover pack prove [--against RUNNING] [--events FILE|recorder] PACK\n"
	"\n"
	"Try a pack in a jail before it is used: verify it with the sensor's own code, "
	"run\n"
	"its tests, replay events under it and under the running pack, and judge crash, "
	"hang,\n"
	"memory, time per event and detections per rule.  Nothing of the machine "
	"changes.\n"
	"Exit status: 0 accepted, 1 refused, 2 nothing could be proven.\n"
	"\n"
	"  -a, --against PACK   the pack to compare with\n"
	"  -e, --events FILE    JSON lines to replay; 'recorder': what the flight "
	"recorder\n"
	"                       has; a folder: segments of a recorder\n"
	"  -t, --tests FILE     the pack's tests, from 'windhover pack tests'\n"
	"  -n, --newest N       replay at most N events (100000)\n"
	"      --no-audit       refuse the pack where a rule is above its budget\n"
	"      --no-novelty     refuse the pack where it uses what RUNNING does not\n"
	"  -j, --json           write the verdict as JSON\n"
	"  -h, --help           show this help\n"
	"\n"
	"example: windhover pack prove --against old.pack --events recorder new.pack\n";

struct options {
	const char *against, *events, *tests, *pack;
	bool json;
	struct prover_request request;
};

enum { OPTION_NO_AUDIT = 256, OPTION_NO_NOVELTY, OPTION_TEST_HOOK, OPTION_TEST_DISARM };

static bool read_number(const char *text, uint64_t *out)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number == 0)
		return false;
	*out = number;
	return true;
}

/* "verify,replay": the gates that a test switches off. */
static bool read_gates(const char *list, uint32_t *out)
{
	while (*list) {
		size_t size = strcspn(list, ",");
		unsigned gate = 0;

		for (; gate < PROVER_GATES; gate++) {
			const char *name = prover_gate_name((enum prover_gate_id)gate);

			if (strlen(name) == size && memcmp(name, list, size) == 0)
				break;
		}
		if (gate == PROVER_GATES)
			return false;
		*out |= 1u << gate;
		list += size + (list[size] == ',');
	}
	return true;
}

static bool read_option(struct options *options, int option)
{
	switch (option) {
	case 'a':
		options->against = optarg;
		return true;
	case 'e':
		options->events = optarg;
		return true;
	case 't':
		options->tests = optarg;
		return true;
	case 'n':
		return read_number(optarg, &options->request.policy.events_max);
	case 'j':
		options->json = true;
		return true;
	case OPTION_NO_AUDIT:
		options->request.policy.audit_max = 0;
		return true;
	case OPTION_NO_NOVELTY:
		options->request.policy.refuse_novel = true;
		return true;
	case OPTION_TEST_HOOK:
		/* Whoever is root could crash it anyway. */
		options->request.flags |= PROVER_TEST_HOOK;
		return geteuid() == 0;
	case OPTION_TEST_DISARM:
		return read_gates(optarg, &options->request.disarmed);
	default:
		return false;
	}
}

/* 0: go on; else the exit status plus one. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "against", required_argument, NULL, 'a' },
		{ "events", required_argument, NULL, 'e' },
		{ "tests", required_argument, NULL, 't' },
		{ "newest", required_argument, NULL, 'n' },
		{ "no-audit", no_argument, NULL, OPTION_NO_AUDIT },
		{ "no-novelty", no_argument, NULL, OPTION_NO_NOVELTY },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		/* For the tests, and so not in the help. */
		{ "test-hook", no_argument, NULL, OPTION_TEST_HOOK },
		{ "test-disarm", required_argument, NULL, OPTION_TEST_DISARM },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "a:e:t:n:jh", names, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(help, stdout);
			return 1 + EXIT_NOTHING;
		}
		if (read_option(options, option))
			continue;
		(void)fputs("windhover: see 'windhover pack prove --help'\n", stderr);
		return 1 + EXIT_TROUBLE;
	}
	if (optind + 1 != argc) {
		(void)fputs("windhover: pack: prove: name one pack\n"
			    "windhover: see 'windhover pack prove --help'\n",
			    stderr);
		return 1 + EXIT_TROUBLE;
	}
	options->pack = argv[optind];
	return 0;
}

static bool open_input(const char *path, int *out)
{
	if (!path)
		return true;
	*out = open(path, O_RDONLY | O_CLOEXEC);
	if (*out < 0)
		(void)fprintf(stderr, "windhover: %s: %s\n", path, strerror(errno));
	return *out >= 0;
}

static bool open_events(const char *events, struct folder *folder,
			struct prover_request *request)
{
	const char *path =
		events && strcmp(events, "recorder") == 0 ? FOLDER_DEFAULT : events;
	unsigned count = 0;
	int r;

	if (!events)
		return true;
	r = folder_read(path, folder);
	if (r == -ENOTDIR)
		return open_input(events, &request->events);
	if (r) {
		(void)fprintf(stderr, "windhover: %s: %s\n", path, strerror(-r));
		return false;
	}
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		if (folder->segments[i] >= 0)
			folder->segments[count++] = folder->segments[i];
	for (unsigned i = count; i < RECORDER_SEGMENTS; i++)
		folder->segments[i] = -1;
	request->recording = folder->segments;
	request->recording_count = count;
	return true;
}

/* What the pack to compare with uses is known; one that is not sound is not compared with. */
static void know(struct prover_request *request, const char *path)
{
	AUTO(pack) struct pack *running = NULL;
	struct why why = { 0 };

	if (request->running < 0)
		return;
	request->policy.has_known = pack_open_fd(request->running, &running, &why) == 0;
	if (request->policy.has_known)
		features_of(running, &request->policy.known);
	else
		(void)fprintf(stderr, "windhover: %s: not compared with: %s\n", path,
			      why.reason);
}

static int prove(const struct options *options)
{
	AUTO(buffer) struct buffer out;
	struct prover_verdict verdict = { 0 };
	struct why why = { 0 };
	int r = prover_run(&options->request, &verdict, &why), status;

	buffer_init(&out, SHOWN_SIZE_MAX);
	if (r) {
		(void)fprintf(stderr, "windhover: %s: unproven: %s\n", options->pack,
			      why.reason);
		return EXIT_TROUBLE;
	}
	if (options->json) {
		proof_show_json(&verdict, &out);
		buffer_char(&out, '\n');
	} else {
		proof_show(&verdict, &out);
	}
	status = command_print(&out);
	if (status == EXIT_NOTHING && !verdict.accepted)
		status = EXIT_FOUND;
	prover_verdict_done(&verdict);
	return status;
}

int command_prove(int argc, char **argv)
{
	AUTO(folder) struct folder folder;
	struct options options = { 0 };
	struct prover_request *request = &options.request;
	AUTO(close) int program = -1;
	int r, status = EXIT_TROUBLE;

	folder_init(&folder);
	prover_request_init(request);
	r = read_options(argc, argv, &options);
	if (r)
		return r - 1;
	r = spawn_find("windhover-prover", &program);
	if (r) {
		(void)fprintf(stderr, "windhover: windhover-prover: %s\n", strerror(-r));
		return EXIT_TROUBLE;
	}
	request->program = program;
	request->drop = geteuid() == 0;
	request->uid = ROLE_UID;
	request->gid = ROLE_UID;
	/* What is open is closed by the end of this process, which is near. */
	if (open_input(options.pack, &request->candidate) &&
	    open_input(options.against, &request->running) &&
	    open_input(options.tests, &request->tests) &&
	    open_events(options.events, &folder, request)) {
		know(request, options.against);
		status = prove(&options);
	}
	return status;
}
