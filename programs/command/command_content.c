// SPDX-License-Identifier: Apache-2.0
// windhover content: which pack runs here, what it replaced, and why; and to change that.
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "content_show.h"
#include "keeper/keeper_client.h"

static const char help[] =
	"usage: windhover content install [--reason TEXT] [--tests FILE] "
	"[--force-shrink]\n"
	"                                 [--accept-novel] PACK\n"
	"       windhover content status | history | log | bad\n"
	"       windhover content rollback [--to DIGEST] [--reason TEXT]\n"
	"       windhover content pin [DIGEST] | unpin | pause | resume\n"
	"       windhover content forgive DIGEST | --guard\n"
	"\n"
	"install   Have a pack verified, proven against this host's own last hours, and "
	"switched\n"
	"          to; it is then on probation.  Exit status: 0 running, 1 refused, 2 "
	"trouble.\n"
	"status    What runs, what it would go back to, and how the sensor is.\n"
	"history   What ran, and what became of it.\n"
	"log       All that was asked and done, by whom, and why.\n"
	"bad       Packs that failed here, and are not tried again.\n"
	"rollback  Go back to the last known good pack, the one before it, or DIGEST.\n"
	"pin       Install no other pack than DIGEST, or the one that runs; unpin ends "
	"it.\n"
	"pause     Install nothing; resume ends it.  Failures are rolled back all the "
	"same.\n"
	"forgive   Let a bad pack be tried again; --guard: let all of the sensor be "
	"tried at\n"
	"          the next start, whatever the boot guard blames.\n"
	"\n"
	"  -t, --to DIGEST     a pack of 'windhover content history'\n"
	"  -r, --reason TEXT   why, for the log\n"
	"      --tests FILE    the pack's tests, from 'windhover pack tests'\n"
	"      --force-shrink  accept far fewer rules than what runs has\n"
	"      --accept-novel  accept a pack that is the first here to use something, "
	"where "
	"the\n"
	"                      service asks for that\n"
	"      --guard         see forgive\n"
	"  -j, --json          write JSON\n"
	"      --socket PATH   of the keeper (/run/windhover/keeper.sock)\n"
	"  -h, --help          show this help\n"
	"\n"
	"example: windhover content install --reason 'weekly update' new.pack\n";

struct options {
	const char *socket, *tests, *reason, *to;
	bool json, force_shrink, accept_novel, guard;
};

enum { OPTION_TESTS = 256, OPTION_FORCE, OPTION_NOVEL, OPTION_GUARD, OPTION_SOCKET };

static int usage(const char *reason)
{
	(void)fprintf(stderr,
		      "windhover: content: %s\nwindhover: see 'windhover content "
		      "--help'\n",
		      reason);
	return EXIT_TROUBLE;
}

/* 0: go on; else the exit status plus one. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "to", required_argument, NULL, 't' },
		{ "reason", required_argument, NULL, 'r' },
		{ "tests", required_argument, NULL, OPTION_TESTS },
		{ "force-shrink", no_argument, NULL, OPTION_FORCE },
		{ "accept-novel", no_argument, NULL, OPTION_NOVEL },
		{ "guard", no_argument, NULL, OPTION_GUARD },
		{ "json", no_argument, NULL, 'j' },
		{ "socket", required_argument, NULL, OPTION_SOCKET },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	*options = (struct options){ .socket = KEEPER_SOCKET };
	optind = 1;
	while ((option = getopt_long(argc, argv, "t:r:jh", names, NULL)) != -1) {
		switch (option) {
		case 't':
			options->to = optarg;
			break;
		case 'r':
			options->reason = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case OPTION_TESTS:
			options->tests = optarg;
			break;
		case OPTION_FORCE:
			options->force_shrink = true;
			break;
		case OPTION_NOVEL:
			options->accept_novel = true;
			break;
		case OPTION_GUARD:
			options->guard = true;
			break;
		case OPTION_SOCKET:
			options->socket = optarg;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return 1 + EXIT_NOTHING;
		default:
			return 1 + usage("an option is not understood");
		}
	}
	return 0;
}

static int open_file(const char *path, int *out)
{
	*out = open(path, O_RDONLY | O_CLOEXEC);
	if (*out >= 0)
		return 0;
	(void)fprintf(stderr, "windhover: %s: %m\n", path);
	return -1;
}

static bool fill(struct keeper_request *request, const struct options *options,
		 const char *digest)
{
	if (digest && strlen(digest) != sizeof(((struct slot_digest *)0)->hex) - 1)
		return false;
	if (digest)
		(void)snprintf(request->digest, sizeof(request->digest), "%s", digest);
	if (options->reason)
		(void)snprintf(request->reason, sizeof(request->reason), "%s",
			       options->reason);
	return true;
}

static int ask(const struct options *options, const struct keeper_request *request,
	       const int *fds, unsigned fd_count)
{
	struct content_show *show = content_show_create(options->json, request->verb);
	const struct keeper_client_answers answers = { .user = show,
						       .on_answer = content_show_answer };
	struct keeper_end end;
	struct why why = { 0 };
	int r;

	if (!show)
		return usage("out of memory");
	r = keeper_client_ask(options->socket, request, fds, fd_count, &answers, &end,
			      &why);
	if (r == 0)
		r = content_show_end(show, &end);
	else
		(void)fprintf(stderr, "windhover: content: %s\n", why.reason);
	content_show_free(show);
	if (r < 0)
		return EXIT_TROUBLE;
	switch (end.outcome) {
	case KEEPER_DONE:
		return EXIT_NOTHING;
	case KEEPER_REFUSED:
		return EXIT_FOUND;
	default:
		return EXIT_TROUBLE;
	}
}

static int install(const struct options *options, const char *path)
{
	struct keeper_request request = { .verb = KEEPER_INSTALL };
	AUTO(close) int pack = -1;
	AUTO(close) int tests = -1;
	int fds[2];

	if (!path)
		return usage("install: name one pack");
	if (open_file(path, &pack) < 0 ||
	    (options->tests && open_file(options->tests, &tests) < 0))
		return EXIT_TROUBLE;
	(void)fill(&request, options, NULL);
	if (options->force_shrink)
		request.flags |= KEEPER_FORCE_SHRINK;
	if (options->accept_novel)
		request.flags |= KEEPER_ACCEPT_NOVEL;
	fds[0] = pack;
	fds[1] = tests;
	return ask(options, &request, fds, tests < 0 ? 1 : 2);
}

static const struct verb {
	const char *name;
	enum keeper_verb verb;
	bool takes_digest;
} verbs[] = {
	{ "install", KEEPER_INSTALL, true },  { "status", KEEPER_STATUS, false },
	{ "history", KEEPER_HISTORY, false }, { "log", KEEPER_LOG, false },
	{ "bad", KEEPER_BAD, false },         { "pin", KEEPER_PIN, true },
	{ "unpin", KEEPER_UNPIN, false },     { "pause", KEEPER_PAUSE, false },
	{ "resume", KEEPER_RESUME, false },   { "rollback", KEEPER_ROLLBACK, false },
	{ "forgive", KEEPER_FORGIVE, true },
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

int command_content(int argc, char **argv)
{
	const struct verb *verb = argc > 1 ? find_verb(argv[1]) : NULL;
	struct keeper_request request = { 0 };
	struct options options;
	const char *argument;
	int r;

	if (!verb) {
		if (argc > 1 &&
		    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
			(void)fputs(help, stdout);
			return EXIT_NOTHING;
		}
		return usage("say what: install, status, history, log, bad, rollback, "
			     "pin, "
			     "unpin, pause, resume or forgive");
	}
	r = read_options(argc - 1, argv + 1, &options);
	if (r)
		return r - 1;
	argument = optind < argc - 1 ? argv[1 + optind] : NULL;
	if (argc - 1 - optind > (int)verb->takes_digest)
		return usage("more arguments than are expected");
	if (verb->verb == KEEPER_INSTALL)
		return install(&options, argument);
	if (verb->verb == KEEPER_FORGIVE && !argument == !options.guard)
		return usage("forgive: name one digest, or --guard");
	request.verb = verb->verb;
	if (!fill(&request, &options, options.to ? options.to : argument))
		return usage("a digest has 32 digits of 0-9 and a-f");
	return ask(&options, &request, NULL, 0);
}
