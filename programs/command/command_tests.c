// SPDX-License-Identifier: Apache-2.0
// windhover pack tests: the events of rules, as the tests that a pack is proven with.
#include "command_prove.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "command.h"
#include "format/json_stream.h"
#include "prover/prover_replay.h"

#define TESTS_SIZE_MAX (64u << 20)

static const char help[] =
	"usage: windhover pack tests -o OUT PACK DIR\n"
	"\n"
	"Write the tests that a pack is proven with before it is used: for each rule of "
	"PACK\n"
	"that stands in NAME.yml, the events in DIR/NAME/match.jsonl, which it must "
	"match, and in\n"
	"DIR/NAME/nomatch.jsonl, which it must not.  They hold for this pack alone.\n"
	"\n"
	"  -o, --out FILE  the tests to write\n"
	"  -h, --help      show this help\n"
	"\n"
	"example: windhover pack tests -o starter.tests starter.pack tests/rules\n";

struct making {
	const char *folder;
	struct side side;
	struct buffer out;
	unsigned tests, faults;
};

/* How often the rule matches the events in ${path}: 0 or -errno. */
static int count_detections(struct making *making, const char *path, uint32_t rule,
			    uint64_t *out)
{
	static struct event event;
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct json_stream *stream = NULL;
	struct why why;
	int r = fd < 0 ? -errno : side_restart(&making->side);

	if (r == 0)
		r = json_stream_create(&stream);
	if (r)
		return r;
	json_stream_start(stream, replay_read, &fd);
	while ((r = json_stream_next(stream, &why)) > 0) {
		if (r == JSON_STREAM_BAD) {
			(void)fprintf(stderr, "windhover: %s:%u: %s\n", path, why.line,
				      why.reason);
			r = -EBADMSG;
			break;
		}
		(void)intake_json(making->side.intake, json_stream_document(stream),
				  &event);
		side_event(&making->side, &event);
	}
	json_stream_free(stream);
	*out = making->side.detections[rule];
	return r;
}

static int add_test(struct making *making, const struct pack_rule *rule, uint32_t number,
		    const char *kind, bool must_match)
{
	struct text file = rule->file;
	uint64_t found = 0;
	char path[1024];
	int r;

	if (text_ends(file, TEXT(".yml")))
		file.size -= 4;
	(void)snprintf(path, sizeof(path), "%s/%.*s/%s.jsonl", making->folder,
		       (int)file.size, file.at, kind);
	r = count_detections(making, path, number, &found);
	/* Not every rule has tests. */
	if (r)
		return r == -ENOENT ? 0 : r;
	if (must_match != (found > 0)) {
		(void)fprintf(stderr, "windhover: %s: '%.*s' has %llu detections\n", path,
			      (int)rule->title.size, rule->title.at,
			      (unsigned long long)found);
		making->faults++;
		return 0;
	}
	buffer_format(&making->out,
		      "{\"windhover_test\":{\"rule\":\"%.*s\",\"detections\":%llu}}\n",
		      (int)rule->id.size, rule->id.at, (unsigned long long)found);
	making->tests++;
	return file_read(path, &making->out);
}

/* Of the rules in one file it is the last that the events are about: a correlation's parts stand
   before it. */
static bool is_last_of_its_file(const struct pack *pack, uint32_t number,
				const struct pack_rule *rule)
{
	for (uint32_t i = number + 1; i < pack_rule_count(pack); i++) {
		struct pack_rule other;

		pack_rule(pack, i, &other);
		if (text_is(other.file, rule->file))
			return false;
	}
	return true;
}

static int add_all(struct making *making)
{
	const struct pack *pack = making->side.pack;
	int r = 0;

	buffer_format(&making->out, "{\"windhover_tests\":{\"pack\":\"%.*s\"}}\n",
		      (int)pack_digest(pack).size, pack_digest(pack).at);
	for (uint32_t i = 0; i < pack_rule_count(pack) && r == 0; i++) {
		struct pack_rule rule;

		pack_rule(pack, i, &rule);
		if (rule.id.size == 0 || rule.silent ||
		    !is_last_of_its_file(pack, i, &rule))
			continue;
		r = add_test(making, &rule, i, "match", true);
		if (r == 0)
			r = add_test(making, &rule, i, "nomatch", false);
	}
	return r == 0 && making->out.failed ? -E2BIG : r;
}

static int make(struct making *making, const char *pack, const char *path)
{
	AUTO(close) int fd = open(pack, O_RDONLY | O_CLOEXEC);
	struct why why = { 0 };
	int r = fd < 0 ? -errno : side_open(&making->side, fd, false, &why);

	if (r == 0)
		r = side_load(&making->side, true);
	if (r == 0)
		r = add_all(making);
	if (r == 0 && making->tests == 0) {
		why_set(&why, 0, 0, "no rule of it has events in %s", making->folder);
		r = -ENOENT;
	}
	if (r) {
		(void)fprintf(stderr, "windhover: %s: %s\n", pack,
			      why.reason[0] ? why.reason : strerror(r < 0 ? -r : EINVAL));
		return EXIT_TROUBLE;
	}
	if (making->faults)
		return EXIT_FOUND;
	r = file_replace(path, buffer_view(&making->out), 0644);
	if (r) {
		(void)fprintf(stderr, "windhover: %s: %s\n", path,
			      r == FILE_E_NOT_REGULAR
				      ? "not a regular file, so not replaced"
				      : strerror(-r));
		return EXIT_TROUBLE;
	}
	(void)printf("%s: %u tests, %zu bytes\n", path, making->tests, making->out.size);
	return EXIT_NOTHING;
}

int command_tests(int argc, char **argv)
{
	static const struct option names[] = {
		{ "out", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct making making;
	const char *out = NULL;
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "o:h", names, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(help, stdout);
			return EXIT_NOTHING;
		}
		if (option == 'o')
			out = optarg;
		else
			optind = argc; /* said by getopt */
	}
	if (!out || optind + 2 != argc) {
		(void)fputs(
			"windhover: pack: tests: say where to write with -o, then name "
			"a pack and a folder\n"
			"windhover: see 'windhover pack tests --help'\n",
			stderr);
		return EXIT_TROUBLE;
	}
	making.folder = argv[optind + 1];
	buffer_init(&making.out, TESTS_SIZE_MAX);
	/* What was allocated goes with the process, which ends now. */
	return make(&making, argv[optind], out);
}
