// SPDX-License-Identifier: Apache-2.0
// windhover-sensor: ring -> event -> engine -> detection, with no rights at all.
#include "base/jail.h"
#include "base/message.h"
#include "detect/collector/collector.h"
#include "detect/collector/record_kind.h"
#include "detect/collector/rings.h"
#include "detect/engine/engine.h"
#include "detect/recorder/channel.h"
#include "detect/sink/journal.h"
#include "detect/sink/line.h"
#include "daemon/loaded.h"
#include "roles.h"
#include "role_start.h"
#include "self_check.h"
#include "sensor_rules.h"
#include "sensor_wants.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#define BATCH       256 /* ring entries between two looks at the clock and windhoverd */
#define NAP_NS      1000000 /* between two drains while events come: the bound on latency */
#define MEMORY_SIZE (1u << 30) /* address space; the pack and the ring are mapped in it */

struct sensor {
	struct role_start start;
	int fds[ROLE_FDS];
	struct rings *rings;
	struct collector *collector;
	struct pack *pack;
	struct engine *engine;
	struct sensor_rules rules;
	struct self_check check;
	struct channel *recorder; /* NULL: nothing is recorded */
	struct channel_health recorder_told;
	uint64_t recorder_lost_told;
	int64_t next_recorder_lost_ns;
	struct line_writer *writer;
	struct line_health health; /* the line that is being written */
	struct buffer lines;       /* its first byte is kept free for ROLE_LINES */
	struct buffer datagram;    /* the same for ROLE_JOURNAL */
	const struct sensed *sensed;
	struct why why; /* why there is no pack */
	uint64_t alerts, lines_dropped;
	uint64_t lost_told[RECORD_CLASSES];
	int64_t next_beat_ns, next_metrics_ns;
	bool has_detected; /* something in ${lines} that is not written out yet */
	bool is_alert;     /* what is told is for somebody to look at */
	uint64_t asked;    /* of the kernel side: the kinds of records */
	bool has_told_start, stopping, leaving;
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Output */

static void send_output(struct sensor *sensor, const char *bytes, size_t size)
{
	int r = message_send(sensor->fds[ROLE_OUTPUT], bytes, size, NULL, 0);

	/* The daemon is gone: it will be back, with another sensor. */
	if (r == -EPIPE)
		_exit(0);
	if (r)
		sensor->lines_dropped++;
}

static void flush_lines(struct sensor *sensor)
{
	struct buffer *lines = &sensor->lines;

	/* Each part's kind is written over the last byte of the part before it. */
	for (size_t at = 1; at < lines->size;) {
		size_t size = lines->size - at;

		if (size > ROLE_OUTPUT_SIZE - 1)
			size = ROLE_OUTPUT_SIZE - 1;
		lines->at[at - 1] = ROLE_LINES;
		send_output(sensor, lines->at + at - 1, size + 1);
		at += size;
	}
	lines->size = 1;
}

/* After a line was appended from ${before}: take it out again if it did not fit. */
static void line_done(struct sensor *sensor, size_t before)
{
	if (sensor->lines.failed) {
		sensor->lines.size = before;
		sensor->lines.failed = false;
		sensor->lines_dropped++;
	}
	if (sensor->lines.size > ROLE_OUTPUT_SIZE / 2)
		flush_lines(sensor);
}

static void on_detection(void *user, const struct detection *detection)
{
	struct sensor *sensor = user;
	size_t before = sensor->lines.size;
	enum breaker_answer answer = sensor_rules_detection(
		&sensor->rules, detection->rule, clock_ns(CLOCK_BOOTTIME));

	if (answer == BREAKER_KEPT)
		return;
	sensor->has_detected = true;
	if (answer == BREAKER_AUDIT) {
		line_audit(sensor->writer, sensor->pack, detection, sensor->sensed,
			   &sensor->lines);
		line_done(sensor, before);
		return;
	}
	sensor->alerts++;
	line_alert(sensor->writer, sensor->pack, detection, sensor->sensed,
		   &sensor->lines);
	line_done(sensor, before);
	if (!(sensor->start.flags & ROLE_TO_JOURNAL))
		return;
	sensor->datagram.size = 1;
	sensor->datagram.failed = false;
	sensor->datagram.at[0] = ROLE_JOURNAL;
	journal_alert(sensor->pack, detection, sensor->sensed, &sensor->datagram);
	if (!sensor->datagram.failed)
		send_output(sensor, sensor->datagram.at, sensor->datagram.size);
}

/* To whom it may concern: the output, the recorder, the rules. */
static void on_event(struct sensor *sensor, const struct sensed *sensed)
{
	uint32_t flags = sensor->start.flags;
	size_t before = sensor->lines.size;

	sensor->sensed = sensed;
	if (flags & ROLE_EVERY_EVENT ||
	    (flags & ROLE_FOLLOWED_EVENT && collector_followed(sensor->collector))) {
		line_event(sensor->writer, sensed, &sensor->lines);
		line_done(sensor, before);
	}
	/* Before the engine: should it fail on this event, the event is there to show why. */
	if (sensor->recorder)
		(void)channel_put(sensor->recorder, sensed);
	if (sensor->engine)
		engine_event(sensor->engine, &sensed->event, on_detection, sensor);
	/*
	 * Before the event's place in the ring is given back: whoever is killed in the midst of
	 * a batch leaves what is not written out to the next one, who finds it again.
	 */
	if (sensor->has_detected)
		flush_lines(sensor);
	sensor->has_detected = false;
}

static void on_record(void *user, struct text record)
{
	struct sensor *sensor = user;
	const struct sensed *sensed = collector_take(sensor->collector, record);

	if (sensed)
		on_event(sensor, sensed);
}

/* A kind that never came, and was not asked for, only makes the line longer. */
static void fill_count(enum record_kind kind, const struct collector_counters *seen,
		       const struct record_counters *made, struct line_health *health)
{
	if (!seen->events[kind] && !made->made[kind] &&
	    !(KERNEL_KINDS_ALWAYS & RECORD_BIT(kind)))
		return;
	health->counts[health->count_count].name = record_kind_info(kind)->name.at;
	health->counts[health->count_count].seen = seen->events[kind];
	health->counts[health->count_count].made = made->made[kind];
	health->counts[health->count_count].lost = made->lost[kind];
	health->count_count++;
}

static struct text state_of(const struct kernel_program *program)
{
	switch (program->state) {
	case KERNEL_ATTACHED:
		return TEXT("attached");
	case KERNEL_REPLACED:
		return TEXT("reduced: by the process connector");
	case KERNEL_UNWANTED:
		return TEXT("not wanted");
	default:
		return text_of(program->why);
	}
}

static void fill_health(const struct sensor *sensor, struct line_health *health)
{
	struct collector_counters seen;
	struct record_counters made;

	collector_counters(sensor->collector, &seen);
	rings_counters(sensor->rings, &made);
	*health = (struct line_health){
		.time_ns = clock_ns(CLOCK_REALTIME),
		.host = collector_host(sensor->collector),
		.pack_digest =
			sensor->pack ? pack_digest(sensor->pack) : (struct text){ 0 },
		.rules = sensor->pack ? pack_rule_count(sensor->pack) : 0,
		.malformed =
			seen.malformed + seen.unknown + rings_malformed(sensor->rings),
		.values_dropped = seen.values_dropped,
		.evicted = seen.processes.evicted,
		.textless = seen.processes.textless,
		.lines_dropped = sensor->lines_dropped,
		.alerts = sensor->alerts,
		.processes = collector_process_count(sensor->collector),
		.loader_starts = sensor->start.loader_starts,
		.sensor_starts = sensor->start.sensor_starts,
		.program_count = KERNEL_PARTS,
	};
	for (int kind = 0; kind < RECORD_KINDS; kind++)
		fill_count(kind, &seen, &made, health);
	for (int part = 0; part < KERNEL_PARTS; part++) {
		const struct kernel_program *program = &sensor->start.programs[part];

		health->programs[part].name = text_of(program->name);
		health->programs[part].state = state_of(program);
		if (program->state == KERNEL_ATTACHED &&
		    program->back_end != KERNEL_BACK_END_ANY)
			health->programs[part].back_end = program->back_end;
	}
}

static void fill_recorder(const struct sensor *sensor, struct line_health *health)
{
	static const struct text states[] = { TEXT("starting"), TEXT("recording"),
					      TEXT("paused") };
	struct channel_health recorder;

	if (!sensor->recorder)
		return;
	channel_health(sensor->recorder, &recorder);
	if (recorder.state <= CHANNEL_PAUSED)
		health->recorder = states[recorder.state];
	health->recorded = recorder.written;
	health->recorder_lost = recorder.lost + channel_lost(sensor->recorder);
	health->recorder_syncs_failed = recorder.syncs_failed;
}

static void tell(struct sensor *sensor, struct text action, struct text sentence,
		 bool is_state)
{
	struct line_health *health = &sensor->health;
	char deaf[256];
	bool was_heard;
	size_t before = sensor->lines.size;

	fill_health(sensor, health);
	fill_recorder(sensor, health);
	sensor_rules_health(&sensor->rules, health);
	health->action = action;
	health->sentence = sentence;
	health->is_state = is_state;
	health->is_alert = sensor->is_alert;
	health->self_checks = sensor->check.checks;
	if (sensor->check.deaf) {
		self_check_sentence(&sensor->check, deaf, sizeof(deaf), &was_heard);
		health->deaf = text_of(deaf);
	}
	if (text_is(action, TEXT("sensor-started")))
		health->start_us =
			((uint64_t)clock_ns(CLOCK_BOOTTIME) - sensor->start.begun_ns) /
			1000;
	line_health(health, &sensor->lines);
	line_done(sensor, before);
}

/* Once it is known what became of all that it asked for: until then it listens already. */
static void tell_start(struct sensor *sensor)
{
	const struct role_start *start = &sensor->start;
	char why[480] = "";
	char sentence[640];
	char seen[128];

	if (loaded_lacks(start->programs, sensor->asked))
		return;
	sensor->has_told_start = true;
	loaded_sentence(start->programs, seen, sizeof(seen));
	if (start->flags & ROLE_HAS_PACK && !sensor->pack)
		(void)snprintf(why, sizeof(why), "; the pack was refused: %s",
			       sensor->why.reason);
	(void)snprintf(sentence, sizeof(sentence), "%s%s%s%s", seen,
		       start->reason[0] ? "; restarted: " : "", start->reason, why);
	tell(sensor, TEXT("sensor-started"), text_of(sentence), true);
}

static void count_losses(const struct sensor *sensor, uint64_t lost[RECORD_CLASSES])
{
	struct record_counters made;

	rings_counters(sensor->rings, &made);
	for (int class = 0; class < RECORD_CLASSES; class ++)
		lost[class] = 0;
	for (int kind = 0; kind < RECORD_KINDS; kind++)
		lost[record_kind_info(kind)->class] += made.lost[kind];
}

/*
 * Say how much the rings have lost by now, with each beat at most; of each class that lost more
 * there is an event, too, for who hunts and for rules about what is not there.
 */
static void tell_losses(struct sensor *sensor)
{
	uint64_t lost[RECORD_CLASSES], all = 0, now = (uint64_t)clock_ns(CLOCK_BOOTTIME);
	char sentence[192];

	count_losses(sensor, lost);
	for (int class = 0; class < RECORD_CLASSES; class ++) {
		uint64_t more = lost[class] - sensor->lost_told[class];

		all += more;
		sensor->lost_told[class] = lost[class];
		if (more)
			on_event(sensor,
				 collector_loss(sensor->collector, class, more, now));
	}
	if (all == 0)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "%llu events lost since the kernel side was loaded: the %s was "
		       "full (process %llu, file %llu, network %llu)",
		       (unsigned long long)(lost[0] + lost[1] + lost[2]),
		       loaded_is_connector(sensor->start.programs)
			       ? "process connector, or its ring,"
			       : "ring",
		       (unsigned long long)lost[RECORD_CLASS_PROCESS],
		       (unsigned long long)lost[RECORD_CLASS_FILE],
		       (unsigned long long)lost[RECORD_CLASS_NETWORK]);
	tell(sensor, TEXT("events-lost"), text_of(sentence), true);
}

/* Whatever the recorder does, or does not: say at most once a minute what found no room. */
static void tell_recorder_losses(struct sensor *sensor)
{
	uint64_t lost = channel_lost(sensor->recorder);
	int64_t now = clock_ns(CLOCK_BOOTTIME);
	char sentence[128];

	if (lost == sensor->recorder_lost_told || now < sensor->next_recorder_lost_ns)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "%llu events found no room on their way to the flight recorder",
		       (unsigned long long)lost);
	sensor->recorder_lost_told = lost;
	sensor->next_recorder_lost_ns = now + INT64_C(60000000000);
	tell(sensor, TEXT("recorder-lost"), text_of(sentence), true);
}

/* Say when the recorder's disk stops taking events, and when it takes them again. */
static void tell_recorder(struct sensor *sensor)
{
	struct channel_health *told = &sensor->recorder_told, health;
	char sentence[128];

	if (!sensor->recorder)
		return;
	tell_recorder_losses(sensor);
	channel_health(sensor->recorder, &health);
	if (health.state == told->state && health.error == told->error)
		return;
	(void)snprintf(sentence, sizeof(sentence), "the flight recorder pauses: %s",
		       strerror(health.error));
	if (health.state == CHANNEL_PAUSED)
		tell(sensor, TEXT("recorder-paused"), text_of(sentence), true);
	else if (told->state == CHANNEL_PAUSED)
		tell(sensor, TEXT("recorder-resumed"),
		     TEXT("the flight recorder records again"), true);
	*told = health;
}

/* Say which rules were suspended, each alone, and which are back. */
static void tell_rules(struct sensor *sensor, int64_t now)
{
	struct text action;
	char sentence[256];

	while (sensor_rules_next(&sensor->rules, now, &action, sentence,
				 sizeof(sentence)))
		tell(sensor, action, text_of(sentence), true);
}

/* What windhoverd judges the pack by. */
static void count_work(const struct sensor *sensor, struct role_word *word)
{
	struct collector_counters seen;
	struct record_counters made;

	collector_counters(sensor->collector, &seen);
	rings_counters(sensor->rings, &made);
	for (int kind = 0; kind < RECORD_KINDS; kind++) {
		word->events += seen.events[kind];
		word->lost += made.lost[kind];
	}
	word->alerts = sensor->alerts;
}

static void say(const struct sensor *sensor, const struct role_word *word)
{
	(void)sensor;
	/* A full socket means that the daemon has beats to read: one less does no harm. */
	if (message_send(ROLE_SOCKET, word, sizeof(*word), NULL, 0) == -EPIPE)
		_exit(0);
}

/* Once heard and heard no more is what somebody did; never heard is what this kernel is like. */
static void tell_check(struct sensor *sensor, int64_t now)
{
	const struct role_word marked = { .kind = ROLE_MARKED };
	char sentence[256];
	bool was_heard;

	switch (self_check_see(&sensor->check, sensor->collector, sensor->start.programs,
			       sensor->asked, now)) {
	case SELF_CHECK_LOOKING:
		say(sensor, &marked);
		return;
	case SELF_CHECK_DEAF:
	case SELF_CHECK_BETTER:
		break;
	case SELF_CHECK_NOTHING:
	case SELF_CHECK_SAME:
		return;
	}
	self_check_sentence(&sensor->check, sentence, sizeof(sentence), &was_heard);
	sensor->is_alert = was_heard;
	tell(sensor, sensor->check.deaf ? TEXT("deaf") : TEXT("hearing"),
	     text_of(sentence), true);
	sensor->is_alert = false;
}

static void beat(struct sensor *sensor)
{
	struct role_word word = { .kind = ROLE_BEAT };
	int64_t now = clock_ns(CLOCK_BOOTTIME);
	int64_t metrics = (int64_t)sensor->start.metrics_s * 1000000000;

	if (now < sensor->next_beat_ns)
		return;
	sensor->next_beat_ns = now + (int64_t)ROLE_BEAT_MS * 1000000;
	collector_clock(sensor->collector, clock_ns(CLOCK_REALTIME) - now);
	tell_losses(sensor);
	tell_recorder(sensor);
	tell_rules(sensor, now);
	tell_check(sensor, now);
	if (metrics && now >= sensor->next_metrics_ns) {
		sensor->next_metrics_ns = now + metrics;
		tell(sensor, TEXT("metrics"), TEXT("running"), false);
	}
	flush_lines(sensor);
	count_work(sensor, &word);
	say(sensor, &word);
}

/* What an intruder in this process would try first; for a test that proves the jail. */
static void try_forbidden(const struct sensor *sensor)
{
	struct role_word word = { .kind = ROLE_TRIED };
	char name[] = "/bin/true";
	char *arguments[] = { name, NULL };

	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0)
		word.open_error = errno;
	if (socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0)
		word.socket_error = errno;
	if (execv(name, arguments) < 0)
		word.exec_error = errno;
	say(sensor, &word);
}

/* Further parts of the kernel side were loaded, or some are there no more. */
static void take_parts(struct sensor *sensor, const struct role_parts *parts)
{
	struct kernel_program *now = sensor->start.programs;
	bool is_changed = false;
	char sentence[128];

	for (int part = 0; part < KERNEL_PARTS; part++) {
		is_changed |= now[part].state != parts->programs[part].state;
		now[part] = parts->programs[part];
		now[part].why[sizeof(now[part].why) - 1] = '\0';
	}
	if (!sensor->has_told_start) {
		tell_start(sensor);
		return;
	}
	loaded_sentence(now, sentence, sizeof(sentence));
	if (is_changed)
		tell(sensor, TEXT("coverage-changed"), text_of(sentence), true);
}

static void listen_to_daemon(struct sensor *sensor)
{
	static union {
		uint32_t kind;
		struct role_word word;
		struct role_parts parts;
	} said;
	size_t size;
	int r = message_receive(ROLE_SOCKET, &said, sizeof(said), &size, NULL, NULL);

	if (r == -EAGAIN)
		return;
	if (r == 0 && size == sizeof(said.parts) && said.kind == ROLE_PARTS) {
		take_parts(sensor, &said.parts);
		return;
	}
	if (r || size != sizeof(said.word))
		_exit(r == -EPIPE ? 0 : 1);
	if (said.kind == ROLE_MARK)
		self_check_begin(&sensor->check, (uint32_t)said.word.wanted);
	if (said.kind == ROLE_MARK_DONE)
		self_check_done(&sensor->check, said.word.wanted,
				clock_ns(CLOCK_BOOTTIME));
	if (said.kind == ROLE_STOP || said.kind == ROLE_LEAVE) {
		sensor->stopping = true;
		sensor->leaving = said.kind == ROLE_LEAVE;
	}
	if (said.kind == ROLE_TRY && sensor->start.flags & ROLE_MAY_TRY)
		try_forbidden(sensor);
}

static void wait_for_work(struct sensor *sensor)
{
	struct pollfd fds[1 + RECORD_CLASSES] = { { .fd = ROLE_SOCKET,
						    .events = POLLIN } };
	int wake = sensor->fds[ROLE_WAKE];
	uint64_t woken;
	int64_t left = sensor->next_beat_ns - clock_ns(CLOCK_BOOTTIME);

	if (left <= 0)
		return;
	for (int class = 0; class < RECORD_CLASSES; class ++)
		fds[1 + class] = (struct pollfd){ .fd = sensor->fds[ROLE_RING + class],
						  .events = POLLIN };
	/* A ring in memory is always readable; who writes it rings another bell. */
	if (wake >= 0)
		for (int class = 0; class < RECORD_CLASSES; class ++)
			fds[1 + class].fd = class ? -1 : wake;
	(void)poll(fds, 1 + RECORD_CLASSES, (int)(left / 1000000) + 1);
	if (wake >= 0 && fds[1].revents)
		(void)!read(wake, &woken, sizeof(woken));
	if (fds[0].revents)
		listen_to_daemon(sensor);
}

/* The loop */

static uint32_t drain(struct sensor *sensor)
{
	return rings_drain(sensor->rings, BATCH, (uint64_t)clock_ns(CLOCK_BOOTTIME),
			   on_record, sensor);
}

static void run(struct sensor *sensor)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };

	while (!sensor->stopping) {
		uint32_t passed = drain(sensor);

		flush_lines(sensor);
		beat(sensor);
		/*
		 * While events come, reading them together once a millisecond costs a
		 * fraction of being woken for each.
		 */
		if (passed) {
			struct pollfd daemon = { .fd = ROLE_SOCKET, .events = POLLIN };

			if (passed < BATCH)
				(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
			/* However many events there are, it is heard. */
			if (poll(&daemon, 1, 0) > 0)
				listen_to_daemon(sensor);
			continue;
		}
		if (!rings_arm(sensor->rings))
			continue;
		wait_for_work(sensor);
		rings_disarm(sensor->rings);
	}
	while (!sensor->leaving && drain(sensor))
		flush_lines(sensor);
	tell_losses(sensor);
	tell(sensor, TEXT("sensor-stopped"),
	     sensor->leaving ? TEXT("another pack follows") : TEXT("asked to stop"),
	     true);
	flush_lines(sensor);
}

/* Starting */

static int enter_jail(void)
{
	struct jail_limits limits = { .memory_size = MEMORY_SIZE, .files = 24 };
	int r;

	(void)prctl(PR_SET_DUMPABLE, 0);
	r = jail_drop_capabilities(0);
	if (r == 0)
		r = jail_resources(&limits);
	if (r)
		return r;
	r = jail_files();
	/* Without Landlock the system call filter alone keeps files out of reach. */
	if (r && r != -EOPNOTSUPP)
		return r;
	return jail_calls(JAIL_STARTING);
}

static int read_census(struct sensor *sensor)
{
	const struct process_table_limits limits = { 0 };
	struct text census = { 0 };
	struct stat st;
	void *at;

	if (fstat(sensor->fds[ROLE_CENSUS], &st) < 0)
		return -errno;
	if (st.st_size > 0) {
		at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED,
			  sensor->fds[ROLE_CENSUS], 0);
		if (at == MAP_FAILED)
			return -errno;
		census = (struct text){ .at = at, .size = (size_t)st.st_size };
	}
	return collector_create(&limits, census, &sensor->collector);
}

/* A pack that is not good leaves the sensor without rules, and saying so, but alive. */
static int read_pack(struct sensor *sensor)
{
	const struct engine_limits limits = { .rule_steps = true };
	const struct breaker_limits breaker = { .alerts = sensor->start.rule_alerts,
						.rest_s = sensor->start.rule_rest_s };
	int r;

	if (sensor->fds[ROLE_PACK] < 0)
		return 0;
	r = pack_open_fd(sensor->fds[ROLE_PACK], &sensor->pack, &sensor->why);
	if (r) {
		if (!sensor->why.reason[0])
			why_set(&sensor->why, 0, 0, "%s", strerror(-r));
		return 0;
	}
	r = engine_create(sensor->pack, &limits, &sensor->engine);
	if (r)
		return r;
	collector_pack(sensor->collector, sensor->pack);
	return sensor_rules_open(sensor->pack, sensor->engine, &breaker,
				 sensor->fds[ROLE_AUDIT],
				 sensor->start.flags & ROLE_MAY_TRY, &sensor->rules);
}

/*
 * Ask for no more than is wanted.  Who is followed is known here, and not in the kernel, which so
 * has to tell of all.
 */
static void want(struct sensor *sensor)
{
	uint32_t flags = sensor->start.flags;
	uint64_t kinds = sensor_wants(sensor->pack, sensor->engine, flags,
				      sensor->recorder != NULL);

	collector_want(sensor->collector, kinds);
	if (flags & ROLE_FOLLOWED_EVENT)
		kinds = KERNEL_KINDS_ALL;
	rings_want(sensor->rings, kinds);
	sensor->asked = kinds | KERNEL_KINDS_ALWAYS;
}

static int make_buffers(struct sensor *sensor)
{
	int r;

	sensor->writer = line_writer_create();
	if (!sensor->writer)
		return -ENOMEM;
	buffer_init(&sensor->lines, LINE_SIZE_MAX + ROLE_OUTPUT_SIZE);
	buffer_init(&sensor->datagram, JOURNAL_SIZE_MAX);
	r = buffer_need(&sensor->lines, LINE_SIZE_MAX + ROLE_OUTPUT_SIZE);
	if (r == 0)
		r = buffer_need(&sensor->datagram, JOURNAL_SIZE_MAX);
	sensor->lines.size = 1;
	return r;
}

static int open_rings(struct sensor *sensor)
{
	struct rings_source source = { .counters = sensor->fds[ROLE_COUNTERS],
				       .doorbell = sensor->fds[ROLE_DOORBELL],
				       .cpu_count = sensor->start.cpu_count };

	for (int class = 0; class < RECORD_CLASSES; class ++)
		if (sensor->fds[ROLE_RING + class] >= 0) {
			source.rings[class] = sensor->fds[ROLE_RING + class];
			source.sizes[class] = sensor->start.ring_size[class];
		}
	return rings_open(&source, &sensor->rings);
}

static int start(struct sensor *sensor)
{
	int r = role_start_receive(ROLE_SOCKET, &sensor->start, sensor->fds);

	if (r == 0)
		r = enter_jail();
	if (r == 0)
		r = open_rings(sensor);
	if (r == 0)
		r = make_buffers(sensor);
	if (r == 0 && sensor->fds[ROLE_CHANNEL] >= 0 && sensor->fds[ROLE_BELL] >= 0)
		r = channel_open(sensor->fds[ROLE_CHANNEL], sensor->fds[ROLE_BELL],
				 &sensor->recorder);
	if (r == 0)
		r = read_census(sensor);
	if (r == 0)
		r = read_pack(sensor);
	if (r)
		return r;
	want(sensor);
	collector_clock(sensor->collector,
			clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME));
	if (sensor->start.flags & ROLE_FOLLOWED_EVENT)
		(void)collector_follow(sensor->collector, sensor->start.follow_pid);
	return jail_calls(JAIL_RUNNING);
}

static void begin(struct sensor *sensor)
{
	struct role_word ready = { .kind = ROLE_READY, .wanted = sensor->asked };

	/* What it would say at once, the first line says already. */
	sensor->next_metrics_ns =
		clock_ns(CLOCK_BOOTTIME) + (int64_t)sensor->start.metrics_s * 1000000000;
	tell_start(sensor);
	flush_lines(sensor);
	say(sensor, &ready);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__has_feature)
/* Looking for leaks means tracing oneself, which the jail does not allow. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:handle_segv=0:allow_user_segv_handler=1";
}
#endif

int main(void)
{
	static struct sensor sensor;
	int r;

	(void)prctl(PR_SET_NAME, "windhover-sensor");
	r = start(&sensor);
	if (r) {
		(void)fprintf(stderr, "windhover-sensor: %s\n", strerror(-r));
		return 1;
	}
	begin(&sensor);
	run(&sensor);
	return 0;
}
