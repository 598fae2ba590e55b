// SPDX-License-Identifier: Apache-2.0
// What windhoverd is told on its command line.
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "detect/sink/rotate.h"
#include "roles.h"

static const char usage[] =
	"usage: windhoverd [--pack FILE] [--output FILE] [--lines] [--journal]\n"
	"\n"
	"Run the sensor: start windhover-loader and windhover-sensor, carry what they\n"
	"say, and bring back what dies. SIGTERM ends all of it.\n"
	"\n"
	"  --pack FILE          detect with this pack; without one only health is "
	"written\n"
	"  --output FILE        append JSON lines to FILE\n"
	"  --rotate-size BYTES  set FILE aside before it exceeds this (64 MiB)\n"
	"  --rotate-count N     keep N old files (5)\n"
	"  --lines              write JSON lines to standard output\n"
	"  --journal            send detections to journald, where it runs\n"
	"  --every-event        write every event, not only detections\n"
	"  --follow PID         write every event of PID and of what it starts from now "
	"on\n"
	"  --state DIR          keep content and boot guard in DIR, for 'windhover "
	"content'\n"
	"  --socket PATH        where operators reach the keeper\n"
	"                       (/run/windhover/keeper.sock)\n"
	"  --probation SECONDS  that a new pack is watched for at least (900)\n"
	"  --probation-events N   and so many events (1000)\n"
	"  --probation-novel SECONDS  and a pack that is the first here to use something "
	"(3600)\n"
	"  --ask-novel          install such a pack only with --accept-novel\n"
	"  --probation-memory MIB, --probation-cpu PERMILLE, --probation-detections N\n"
	"                       what its sensor may take meanwhile, the latter two in "
	"ten\n"
	"                       seconds (512, 800 of one processor, 600)\n"
	"  --stable SECONDS     of running after which the boot guard's mark goes (300)\n"
	"  --recovery SECONDS   after a crash of the machine in which only content "
	"changes (120)\n"
	"  --off-file FILE      while it is there, no sensor runs (/etc/windhover/off)\n"
	"  --command-line FILE  the kernel's: windhover.off, windhover.nobpf "
	"(/proc/cmdline)\n"
	"  --recorder DIR       keep the last hours of events in DIR, where only root "
	"can "
	"look\n"
	"  --recorder-size BYTES  that they may take on the disk (256 MiB)\n"
	"  --recorder-files     record what happens to files, too, and not only where "
	"rules\n"
	"                       ask for it\n"
	"  --recorder-hours N   of running that they reach back at most (24)\n"
	"  --rule-alerts N      of one rule within a minute; more suspend it alone "
	"(120)\n"
	"  --rule-rest SECONDS    for so long (600)\n"
	"  --sensor-memory MIB  that the sensor may take where cgroups can be written "
	"(512)\n"
	"  --sensor-cpu PERCENT   of one processor, likewise (100)\n"
	"  --self-check SECONDS  see this often whether all that is looked for is seen "
	"(60;\n"
	"                       0: never)\n"
	"  --metrics SECONDS    write the sensor's counters this often (60; 0: never)\n"
	"  --ring-size BYTES[,FILE[,NETWORK]]\n"
	"                       of the kernel's rings for events of processes, files "
	"and\n"
	"                       the network, powers of two (4, 4 and 2 MiB)\n"
	"  --no-bpf             leave BPF alone: the process connector tells of starts "
	"and\n"
	"                       ends of processes\n"
	"  --back-end N         look by LSM and fentry programs only (1), or by "
	"tracepoints\n"
	"                       and cgroup hooks only (2)\n"
	"  --with-parent        end when the process that started this one ends\n"
	"\n"
	"example: windhoverd --pack starter.pack --output /var/log/windhover.jsonl\n";

enum option_code {
	OPTION_PACK = 256,
	OPTION_OUTPUT,
	OPTION_ROTATE_SIZE,
	OPTION_ROTATE_COUNT,
	OPTION_LINES,
	OPTION_JOURNAL,
	OPTION_EVERY,
	OPTION_FOLLOW,
	OPTION_METRICS,
	OPTION_SELF_CHECK,
	OPTION_STATE,
	OPTION_SOCKET,
	OPTION_PROBATION,
	OPTION_PROBATION_EVENTS,
	OPTION_PROBATION_NOVEL,
	OPTION_ASK_NOVEL,
	OPTION_PROBATION_MEMORY,
	OPTION_PROBATION_CPU,
	OPTION_PROBATION_DETECTIONS,
	OPTION_STABLE,
	OPTION_RECOVERY,
	OPTION_OFF_FILE,
	OPTION_COMMAND_LINE,
	OPTION_RECORDER,
	OPTION_RECORDER_SIZE,
	OPTION_RECORDER_HOURS,
	OPTION_RULE_ALERTS,
	OPTION_RULE_REST,
	OPTION_SENSOR_MEMORY,
	OPTION_SENSOR_CPU,
	OPTION_RING,
	OPTION_NO_BPF,
	OPTION_BACK_END,
	OPTION_RECORDER_FILES,
	OPTION_WITH_PARENT,
	OPTION_HELP,
	OPTION_TEST_HOOK,
	OPTION_TEST_REFUSE,
	OPTION_TEST_DISARM,
	OPTION_TEST_NO_PROBATION,
	OPTION_TEST_BOOT,
};

static const struct option known[] = {
	{ "pack", required_argument, NULL, OPTION_PACK },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "rotate-size", required_argument, NULL, OPTION_ROTATE_SIZE },
	{ "rotate-count", required_argument, NULL, OPTION_ROTATE_COUNT },
	{ "lines", no_argument, NULL, OPTION_LINES },
	{ "journal", no_argument, NULL, OPTION_JOURNAL },
	{ "every-event", no_argument, NULL, OPTION_EVERY },
	{ "follow", required_argument, NULL, OPTION_FOLLOW },
	{ "self-check", required_argument, NULL, OPTION_SELF_CHECK },
	{ "metrics", required_argument, NULL, OPTION_METRICS },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "probation", required_argument, NULL, OPTION_PROBATION },
	{ "probation-events", required_argument, NULL, OPTION_PROBATION_EVENTS },
	{ "probation-novel", required_argument, NULL, OPTION_PROBATION_NOVEL },
	{ "ask-novel", no_argument, NULL, OPTION_ASK_NOVEL },
	{ "probation-memory", required_argument, NULL, OPTION_PROBATION_MEMORY },
	{ "probation-cpu", required_argument, NULL, OPTION_PROBATION_CPU },
	{ "probation-detections", required_argument, NULL, OPTION_PROBATION_DETECTIONS },
	{ "stable", required_argument, NULL, OPTION_STABLE },
	{ "recovery", required_argument, NULL, OPTION_RECOVERY },
	{ "off-file", required_argument, NULL, OPTION_OFF_FILE },
	{ "command-line", required_argument, NULL, OPTION_COMMAND_LINE },
	{ "recorder", required_argument, NULL, OPTION_RECORDER },
	{ "recorder-size", required_argument, NULL, OPTION_RECORDER_SIZE },
	{ "recorder-hours", required_argument, NULL, OPTION_RECORDER_HOURS },
	{ "rule-alerts", required_argument, NULL, OPTION_RULE_ALERTS },
	{ "rule-rest", required_argument, NULL, OPTION_RULE_REST },
	{ "sensor-memory", required_argument, NULL, OPTION_SENSOR_MEMORY },
	{ "sensor-cpu", required_argument, NULL, OPTION_SENSOR_CPU },
	{ "ring-size", required_argument, NULL, OPTION_RING },
	{ "no-bpf", no_argument, NULL, OPTION_NO_BPF },
	{ "back-end", required_argument, NULL, OPTION_BACK_END },
	{ "recorder-files", no_argument, NULL, OPTION_RECORDER_FILES },
	{ "with-parent", no_argument, NULL, OPTION_WITH_PARENT },
	{ "help", no_argument, NULL, OPTION_HELP },
	/* For the tests, and so not in the usage. */
	{ "test-hook", no_argument, NULL, OPTION_TEST_HOOK },
	{ "test-refuse", required_argument, NULL, OPTION_TEST_REFUSE },
	{ "test-disarm", required_argument, NULL, OPTION_TEST_DISARM },
	{ "test-no-probation", no_argument, NULL, OPTION_TEST_NO_PROBATION },
	{ "test-boot", required_argument, NULL, OPTION_TEST_BOOT },
	{ 0 },
};

static bool read_number(const char *text, uint64_t most, uint64_t *out)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number > most)
		return false;
	*out = number;
	return true;
}

static bool read_small(const char *text, uint32_t *out)
{
	uint64_t number = 0;

	if (!read_number(text, UINT32_MAX, &number))
		return false;
	*out = (uint32_t)number;
	return true;
}

/* One to three numbers with commas between, kept as they are. */
static bool read_sizes(const char *text, char *out, size_t size)
{
	unsigned commas = 0;
	bool is_number = false;

	for (const char *at = text; *at; at++) {
		if (*at == ',' && (!is_number || ++commas > 2))
			return false;
		if (*at != ',' && (*at < '0' || *at > '9'))
			return false;
		is_number = *at != ',';
	}
	return is_number && snprintf(out, size, "%s", text) < (int)size;
}

/* Content and boot guard. */
static bool read_state_option(struct options *options, int code, const char *argument)
{
	switch (code) {
	case OPTION_STATE:
		options->state = argument;
		return true;
	case OPTION_SOCKET:
		options->socket = argument;
		return true;
	case OPTION_OFF_FILE:
		options->off = argument;
		return true;
	case OPTION_COMMAND_LINE:
		options->command_line = argument;
		return true;
	case OPTION_PROBATION:
		return read_small(argument, &options->probation_s);
	case OPTION_PROBATION_EVENTS:
		return read_small(argument, &options->probation_events);
	case OPTION_PROBATION_NOVEL:
		return read_small(argument, &options->probation_novel_s);
	case OPTION_ASK_NOVEL:
		options->ask_novel = true;
		return true;
	case OPTION_PROBATION_MEMORY:
		return read_small(argument, &options->probation_memory_mib);
	case OPTION_PROBATION_CPU:
		return read_small(argument, &options->probation_cpu_permille);
	case OPTION_PROBATION_DETECTIONS:
		return read_small(argument, &options->probation_detections);
	case OPTION_STABLE:
		return read_small(argument, &options->stable_s);
	case OPTION_RECOVERY:
		return read_small(argument, &options->recovery_s);
	case OPTION_TEST_DISARM:
		return read_small(argument, &options->disarmed);
	case OPTION_TEST_NO_PROBATION:
		options->disarmed_probation = 1;
		return true;
	case OPTION_TEST_BOOT:
		options->boot_id = argument;
		return true;
	default:
		return false;
	}
}

/* What the sensor and each of its rules may take.  There is no way to say "without a limit". */
static bool read_limit_option(struct options *options, int code, const char *argument)
{
	uint64_t number = 0;

	switch (code) {
	case OPTION_RULE_ALERTS:
		return read_small(argument, &options->rule_alerts) &&
		       options->rule_alerts > 0;
	case OPTION_RULE_REST:
		return read_small(argument, &options->rule_rest_s) &&
		       options->rule_rest_s > 0;
	case OPTION_SENSOR_MEMORY:
		if (!read_number(argument, 1u << 20, &number) || number < 16)
			return false;
		options->limits.memory_size = number << 20;
		return true;
	case OPTION_SENSOR_CPU:
		if (!read_number(argument, 100000, &number) || number == 0)
			return false;
		options->limits.cpu_percent = (unsigned)number;
		return true;
	default:
		return read_state_option(options, code, argument);
	}
}

static bool read_option(struct options *options, int code, const char *argument)
{
	uint64_t number = 0;

	switch (code) {
	case OPTION_PACK:
		options->pack = argument;
		return true;
	case OPTION_OUTPUT:
		options->output = argument;
		return true;
	case OPTION_RECORDER:
		options->recorder = argument;
		return true;
	case OPTION_RECORDER_SIZE:
		return read_number(argument, RECORDER_SIZE_MAX,
				   &options->recorder_limits.size) &&
		       options->recorder_limits.size >= RECORDER_SIZE_MIN;
	case OPTION_RECORDER_HOURS:
		if (!read_number(argument, 24 * 366, &number) || number == 0)
			return false;
		options->recorder_limits.age_ns = (int64_t)number * 3600 * 1000000000;
		return true;
	case OPTION_LINES:
		options->lines = true;
		return true;
	case OPTION_JOURNAL:
		options->flags |= ROLE_TO_JOURNAL;
		return true;
	case OPTION_EVERY:
		options->flags |= ROLE_EVERY_EVENT;
		return true;
	case OPTION_NO_BPF:
		options->no_bpf = true;
		return true;
	case OPTION_WITH_PARENT:
		options->with_parent = true;
		return true;
	case OPTION_TEST_HOOK:
		options->flags |= ROLE_MAY_TRY;
		options->may_try = true;
		return true;
	case OPTION_ROTATE_SIZE:
		return read_number(argument, UINT64_MAX, &options->rotate_size);
	case OPTION_ROTATE_COUNT:
		if (!read_number(argument, 1000, &number))
			return false;
		options->rotate_count = (unsigned)number;
		return true;
	case OPTION_FOLLOW:
		options->flags |= ROLE_FOLLOWED_EVENT;
		if (!read_number(argument, INT32_MAX, &number))
			return false;
		options->follow_pid = (uint32_t)number;
		return true;
	case OPTION_SELF_CHECK:
		/* Each has to be over before the next. */
		if (!read_number(argument, 86400, &number) || (number && number < 5))
			return false;
		options->self_check_s = (uint32_t)number;
		return true;
	case OPTION_METRICS:
		if (!read_number(argument, 86400, &number))
			return false;
		options->metrics_s = (uint32_t)number;
		return true;
	case OPTION_BACK_END:
		options->back_ends = argument;
		return (*argument == '1' || *argument == '2') && !argument[1];
	case OPTION_RECORDER_FILES:
		options->flags |= ROLE_RECORD_FILES;
		return true;
	case OPTION_RING:
		return read_sizes(argument, options->ring_size,
				  sizeof(options->ring_size));
	case OPTION_TEST_REFUSE:
		if (!read_number(argument, UINT64_MAX, &number))
			return false;
		(void)snprintf(options->refuse, sizeof(options->refuse), "%llu",
			       (unsigned long long)number);
		return true;
	default:
		return read_limit_option(options, code, argument);
	}
}

int options_read(int argc, char **argv, struct options *options)
{
	int code;

	*options = (struct options){ .rotate_size = ROTATE_SIZE_DEFAULT,
				     .rotate_count = ROTATE_COUNT_DEFAULT,
				     .metrics_s = 60,
				     .self_check_s = 60,
				     .socket = "/run/windhover/keeper.sock",
				     .off = "/etc/windhover/off",
				     .command_line = "/proc/cmdline",
				     .boot_id = "/proc/sys/kernel/random/boot_id",
				     .stable_s = 300,
				     .recovery_s = 120,
				     .probation_s = 900,
				     .probation_novel_s = 3600,
				     .probation_events = 1000,
				     .rule_alerts = 120,
				     .rule_rest_s = 600,
				     .limits = RESOURCE_LIMITS_SENSOR,
				     .ring_size = "0",
				     .refuse = "0",
				     .back_ends = "0" };
	while ((code = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (code == OPTION_HELP) {
			(void)fputs(usage, stdout);
			exit(0);
		}
		if (!read_option(options, code, optarg)) {
			(void)fputs("windhoverd: see windhoverd --help\n", stderr);
			return -EINVAL;
		}
	}
	if (options->state && options->pack) {
		(void)fputs("windhoverd: with --state the keeper has the packs: "
			    "'windhover content install' in place of --pack\n",
			    stderr);
		return -EINVAL;
	}
	/* Switching gates off is for tests, which say so twice. */
	if ((options->disarmed || options->disarmed_probation) && !options->may_try)
		return -EINVAL;
	return optind == argc ? 0 : -EINVAL;
}
