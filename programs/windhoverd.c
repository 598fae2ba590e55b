// SPDX-License-Identifier: Apache-2.0
// windhoverd: starts loader and sensor, carries descriptors and output, and brings back what dies.
#include "base/message.h"
#include "daemon/daemon.h"
#include "daemon/pack_copy.h"
#include "daemon/resource_limits.h"
#include "daemon/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define MS          INT64_C(1000000)
#define CALM_NS     (10000 * MS) /* a process that lived longer may die again for free */
#define BACK_OFF_NS (50 * MS)    /* doubles with each death in quick succession ... */
#define BACK_OFF_MAX_NS                                                                  \
	CHILD_RETRY_NS          /* ... but what can be back is back within a second */
#define STOP_NS     (2000 * MS) /* to read the ring to its end */
#define CALM_MS     1000        /* between two looks at the sensor's beat */
#define HURRY_MS    10          /* while something is to be started or ended */
#define LEAVE_NS    (500 * MS)  /* for a sensor that another pack follows: its batch */
#define WATCHED_NS  (2000 * MS) /* without a beat, on probation */
#define ANSWER_NS   (300 * MS) /* for the keeper to say what runs in place of a failure */
#define DEATHS_MAX  3          /* of a sensor in quick succession: then it is the pack */
#define FIRST_NS    (3000 * MS)  /* for the keeper to say what runs at all */
#define RETRY_NS    (10000 * MS) /* for a boot guard's mark that could not be written */
#define PATIENCE_MS 200          /* for whoever reads our output, at the sensor's end */

/* One line of windhoverd's own, where the sensor's are. */
static void tell(struct daemon *d, const char *action, const char *sentence)
{
	struct line_health health = { .time_ns = daemon_clock_ns(CLOCK_REALTIME),
				      .action = text_of(action),
				      .sentence = text_of(sentence),
				      .is_state = true,
				      .loader_starts = d->loader.starts,
				      .sensor_starts = d->sensor.starts };

	carry_health(&d->carry, &health);
	(void)fprintf(stderr, "windhoverd: %s: %s\n", action, sentence);
	notify_status(&d->notify, sentence);
}

/* What the boot guard has decided, to everybody who may want to know; to people only once. */
static void tell_guard(struct daemon *d)
{
	const char *sentence = d->guard.sentence;
	enum guard_rung rung = d->guard.rung;

	if (!d->options.state)
		return;
	if (d->has_no_bpf && rung < GUARD_NO_BPF) {
		rung = GUARD_NO_BPF;
		sentence = "reduced: there is no BPF, so only process starts and ends "
			   "are seen";
	}
	keeper_child_tell_state(&d->keeper, rung, sentence);
	if (strcmp(sentence, d->told) == 0)
		return;
	if (rung != GUARD_FULL || d->told[0])
		tell(d, "boot-guard", sentence);
	(void)snprintf(d->told, sizeof(d->told), "%s", sentence);
}

/* False: what runs is not to touch the kernel, and the keeper knows why. */
static bool may_load(struct daemon *d)
{
	enum guard_rung rung =
		boot_guard_begin(&d->guard, d->keeper.run.digest, daemon_now_ns());

	d->is_resting = rung >= GUARD_OFF;
	tell_guard(d);
	d->retry_ns = daemon_now_ns() + RETRY_NS;
	if (!d->is_resting)
		return true;
	/* Else only another pack, or the file that switches it off, changes that. */
	d->loader.due_ns = d->guard.is_recovering ? d->guard.recovered_ns : INT64_MAX;
	/* It is what should run, were it not for the boot guard. */
	keeper_child_tell_ready(&d->keeper, daemon_now_ns());
	return false;
}

static void end_loader(struct daemon *d)
{
	if (d->loader.state != CHILD_RUNNING)
		return;
	/* The end of its socket is what it waits for. */
	daemon_close(&d->loader.socket);
	d->loader.state = CHILD_ENDING;
	d->loader.deadline_ns = daemon_now_ns() + STOP_NS;
}

/* Whose fault it may be that ${child} ended: the pack's, or the kernel's. */
static void blame(struct daemon *d, const struct child *child, int status)
{
	bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	bool is_watched =
		keeper_child_is_watched(&d->keeper) && !d->options.disarmed_probation;

	/* An oops in the kernel ends who made the call, and not by SIGKILL. */
	if (child == &d->loader && !loaded_is(&d->loaded) && WIFSIGNALED(status) &&
	    !was_killed)
		boot_guard_blame(&d->guard);
	if (child != &d->sensor || d->is_leaving)
		return;
	/* A good pack's sensor may die: once, or by somebody's hand.  Not again and again. */
	if (child->quick_deaths <= 1)
		d->quick_faults = 0;
	d->quick_faults += !was_killed || d->is_hung;
	if (!is_watched && (d->quick_faults < DEATHS_MAX || (was_killed && !d->is_hung)))
		return;
	keeper_child_tell_failed(&d->keeper,
				 d->is_hung ? "windhover-sensor hung" : d->reason,
				 daemon_now_ns());
	d->sensor.due_ns = daemon_now_ns() + ANSWER_NS;
	d->sensor.quick_deaths = d->quick_faults = 0;
}

static void child_ended(struct daemon *d, struct child *child, int status)
{
	int64_t now = daemon_now_ns(), wait = 0;
	bool wanted = child->state == CHILD_ENDING || child == &d->census;

	if (child == &d->sensor)
		d->is_ready = d->have_census = false;
	if (child == &d->census)
		d->have_census = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (now - child->started_ns > CALM_NS)
		child->quick_deaths = 0;
	if (!wanted || (child == &d->census && !d->have_census)) {
		child_describe(child, status, d->reason);
		(void)fprintf(stderr, "windhoverd: %s\n", d->reason);
		notify_status(&d->notify, d->reason);
		wait = child->quick_deaths ? BACK_OFF_NS << (child->quick_deaths - 1) : 0;
		if (wait > BACK_OFF_MAX_NS)
			wait = BACK_OFF_MAX_NS;
		if (child->quick_deaths < 8)
			child->quick_deaths++;
		d->begun_ns = daemon_clock_ns(CLOCK_BOOTTIME);
	}
	child->state = CHILD_NONE;
	if (child->due_ns < now + wait)
		child->due_ns = now + wait;
	daemon_close(&child->socket);
	if (!wanted && d->options.state)
		blame(d, child, status);
	if (child == &d->loader) {
		loaded_done(&d->loaded);
		more_loaders_end(&d->more, now);
		/* Its ring gets no more events: what is in it is read, then another begins. */
		child_ask(&d->sensor, ROLE_STOP, daemon_now_ns() + STOP_NS);
	}
}

static void reap(struct daemon *d)
{
	struct child *children[] = { &d->loader, &d->census, &d->sensor };
	int status;

	for (size_t i = 0; i < 3; i++)
		if (children[i]->state != CHILD_NONE &&
		    waitpid(children[i]->pid, &status, WNOHANG) == children[i]->pid)
			child_ended(d, children[i], status);
}

/* What runs is what may be tried now: with more, or with less, it is loaded anew. */
static void guard_again(struct daemon *d)
{
	enum guard_rung before = d->guard.rung;

	if (boot_guard_begin(&d->guard, d->keeper.run.digest, daemon_now_ns()) != before)
		end_loader(d);
	d->retry_ns = daemon_now_ns() + RETRY_NS;
	tell_guard(d);
}

/* Keeper, boot guard, and the file that switches the sensor off. */
static void watch_content(struct daemon *d, int64_t now)
{
	bool is_off = boot_guard_is_off(&d->guard);

	if (!d->options.state)
		return;
	keeper_child_see(&d->keeper, now);
	if (d->is_ready || d->is_resting)
		boot_guard_see(&d->guard, keeper_child_is_watched(&d->keeper), now);
	if (is_off && d->loader.state == CHILD_RUNNING) {
		child_ask(&d->sensor, ROLE_STOP, daemon_now_ns() + STOP_NS);
		if (d->sensor.state == CHILD_NONE) {
			boot_guard_end(&d->guard);
			end_loader(d);
		}
	} else if (is_off != d->guard.is_off && d->is_resting) {
		d->loader.due_ns = now;
	} else if (d->guard.is_unwritten && d->loader.state == CHILD_RUNNING &&
		   now >= d->retry_ns) {
		guard_again(d);
	}
}

/* Another pack: the sensor makes room for the next one, who finds the events in the ring. */
static void change_pack(struct daemon *d)
{
	d->sensor.due_ns = d->loader.due_ns = daemon_now_ns();
	if (d->loader.state != CHILD_RUNNING)
		return;
	guard_again(d);
	if (d->sensor.state != CHILD_RUNNING)
		return;
	d->is_leaving = true;
	child_ask(&d->sensor, ROLE_LEAVE, daemon_now_ns() + LEAVE_NS);
}

static void hear_keeper(struct daemon *d)
{
	switch (keeper_child_hear(&d->keeper, daemon_now_ns())) {
	case KEEPER_SAID_RUN:
		change_pack(d);
		return;
	case KEEPER_SAID_SAME:
		tell_guard(d);
		if (d->is_ready || d->is_resting)
			keeper_child_tell_ready(&d->keeper, daemon_now_ns());
		return;
	case KEEPER_SAID_FORGIVE:
		boot_guard_forgive(&d->guard);
		return;
	case KEEPER_SAID_NOTHING:
		return;
	}
}

/* No beat for too long; but windhoverd may have been away, with beats that wait to be heard. */
static bool hangs(struct daemon *d, int64_t now)
{
	struct pollfd word = { .fd = d->sensor.socket, .events = POLLIN };
	int64_t most_ns =
		keeper_child_is_watched(&d->keeper) ? WATCHED_NS : ROLE_HUNG_MS * MS;

	return d->sensor.state == CHILD_RUNNING && now - d->last_beat_ns > most_ns &&
	       poll(&word, 1, 0) == 0;
}

/* The sensor is told, for it tells everybody how it is. */
static void more_said(struct daemon *d, unsigned said)
{
	if (said & MORE_OOPS)
		boot_guard_blame(&d->guard);
	if (said & MORE_CHANGED && d->sensor.state == CHILD_RUNNING)
		more_loaders_tell(&d->loaded, d->sensor.socket);
}

/* What the sensor's pack asks for beyond what is loaded. */
static void see_more(struct daemon *d, int64_t now)
{
	const struct more_start start = {
		.program = d->loader_program,
		.wish = daemon_wish(d),
		.is_allowed = !d->options.state || d->guard.rung == GUARD_FULL,
	};

	if (loaded_is(&d->loaded) && d->loader.state == CHILD_RUNNING && d->is_ready)
		more_said(d, more_loaders_see(&d->more, &d->loaded, &start, now));
}

/* Bring the children from where they are one step nearer to where they should be. */
static void supervise(struct daemon *d)
{
	struct child *children[] = { &d->loader, &d->census, &d->sensor };
	int64_t now = daemon_now_ns();

	for (size_t i = 0; i < 3; i++)
		if (children[i]->state == CHILD_ENDING && now >= children[i]->deadline_ns)
			(void)kill(children[i]->pid, SIGKILL);
	if (hangs(d, now)) {
		(void)fprintf(stderr, "windhoverd: windhover-sensor hangs\n");
		d->is_hung = true;
		(void)kill(d->sensor.pid, SIGKILL);
		d->last_beat_ns = now;
	}
	if (d->stopping) {
		if (d->census.state == CHILD_RUNNING)
			(void)kill(d->census.pid, SIGKILL);
		child_ask(&d->sensor, ROLE_STOP, daemon_now_ns() + STOP_NS);
		if (d->sensor.state != CHILD_NONE)
			return;
		marker_child_end(&d->marker);
		end_loader(d);
		more_loaders_end(&d->more, now);
		recorder_child_end(&d->recorder, now);
		keeper_child_end(&d->keeper, now);
		return;
	}
	recorder_child_see(&d->recorder, d->uid, d->gid, now);
	watch_content(d, now);
	if (d->options.state && !d->keeper.has_run && now < d->content_due_ns)
		return;
	if (d->loader.state == CHILD_NONE)
		more_loaders_end(&d->more, now);
	if (d->loader.state == CHILD_NONE && now >= d->loader.due_ns &&
	    more_loaders_are_gone(&d->more) && may_load(d))
		daemon_start_loader(d);
	see_more(d, now);
	if (d->is_ready && d->sensor.state == CHILD_RUNNING)
		marker_child_see(&d->marker, d->loader_program, d->sensor.socket,
				 d->options.self_check_s, now);
	if (!loaded_is(&d->loaded) || d->loader.state != CHILD_RUNNING ||
	    d->sensor.state != CHILD_NONE || now < d->sensor.due_ns)
		return;
	if (d->have_census)
		daemon_start_sensor(d);
	else if (d->census.state == CHILD_NONE && now >= d->census.due_ns)
		daemon_start_census(d);
}

/* Words from the children */

/* The kernel takes none of it.  Tests that make it refuse everything want to see just that. */
static void do_without_bpf(struct daemon *d)
{
	(void)fprintf(stderr, "windhoverd: no BPF here: the process connector is used\n");
	d->has_no_bpf = true;
	loaded_done(&d->loaded);
	end_loader(d);
	if (d->loader.state == CHILD_ENDING)
		tell_guard(d);
}

/* There is no second source either, and the loader has said why. */
static void do_without_sensor(struct daemon *d)
{
	/* Without ever a kernel side there is nothing to watch over. */
	if (d->sensor.starts == 0 && !d->options.state) {
		d->status = 1;
		d->stopping = true;
		return;
	}
	end_loader(d);
	d->loader.due_ns = daemon_now_ns() + RETRY_NS;
	/* What should run can't be blamed for that. */
	keeper_child_tell_state(&d->keeper, d->guard.rung,
				"no sensor: the kernel offers "
				"neither BPF nor the process connector");
	keeper_child_tell_ready(&d->keeper, daemon_now_ns());
}

static void hear_loader(struct daemon *d)
{
	bool may_be_blind = strcmp(d->options.refuse, "0") != 0;
	int r = loaded_receive(&d->loaded, d->loader.socket, ROLE_LOADED);

	if (r == 0 && (may_be_blind || !loaded_is_blind(&d->loaded)))
		return;
	if (r && r != -ENODATA)
		daemon_close(&d->loader.socket);
	else if (daemon_is_without_bpf(d))
		do_without_sensor(d);
	else
		do_without_bpf(d);
}

static void tell_ready(struct daemon *d)
{
	char status[160] = "watching: ";
	size_t size = strlen(status);

	loaded_sentence(d->loaded.what.programs, status + size, sizeof(status) - size);
	notify_status(&d->notify, status);
}

static void hear_sensor(struct daemon *d)
{
	struct role_word word;
	size_t size = 0;
	int r = message_receive(d->sensor.socket, &word, sizeof(word), &size, NULL, NULL);

	if (r || size != sizeof(word)) {
		if (r == -EPIPE)
			daemon_close(&d->sensor.socket);
		return;
	}
	d->last_beat_ns = daemon_now_ns();
	if (word.kind == ROLE_READY) {
		d->more.wanted = word.wanted;
		tell_ready(d);
		d->is_ready = true;
		if (!d->is_leaving)
			keeper_child_tell_ready(&d->keeper, daemon_now_ns());
	}
	if (word.kind == ROLE_BEAT && d->is_ready && !d->is_leaving)
		keeper_child_tell_sample(&d->keeper, d->sensor.pid, &word,
					 daemon_now_ns());
	if (word.kind == ROLE_MARKED)
		marker_child_go(&d->marker);
	if (word.kind == ROLE_TRIED)
		(void)fprintf(stderr, "tried: open %d exec %d socket %d\n",
			      word.open_error, word.exec_error, word.socket_error);
}

/* The loop */

static void tell_output(struct daemon *d)
{
	char sentence[128];
	bool lost;

	if (carry_news(&d->carry, sentence, sizeof(sentence), &lost))
		tell(d, lost ? "output-lost" : "output-resumed", sentence);
}

static void ask_to_try(struct daemon *d)
{
	const struct role_word word = { .kind = ROLE_TRY };
	int r = message_send(d->sensor.socket, &word, sizeof(word), NULL, 0);

	if (r)
		daemon_complain("test hook", r);
}

static void hear_signal(struct daemon *d, int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT ||
		    info.ssi_signo == SIGHUP) {
			d->stopping = true;
			notify_stopping(&d->notify);
		} else if (info.ssi_signo == SIGUSR1 && d->options.may_try &&
			   d->sensor.state == CHILD_RUNNING)
			ask_to_try(d);
	}
}

static bool all_ended(const struct daemon *d)
{
	return d->loader.state == CHILD_NONE && d->census.state == CHILD_NONE &&
	       d->sensor.state == CHILD_NONE && more_loaders_are_gone(&d->more) &&
	       recorder_child_is_gone(&d->recorder) && keeper_child_is_gone(&d->keeper);
}

/* Nothing is due but what descriptors tell. */
static bool all_well(const struct daemon *d)
{
	if (d->stopping || (d->options.state && keeper_child_is_gone(&d->keeper)))
		return false;
	return (d->is_resting && d->loader.state == CHILD_NONE) ||
	       (d->loader.state == CHILD_RUNNING && d->sensor.state == CHILD_RUNNING);
}

static void run(struct daemon *d, int signals)
{
	int64_t asked_ns;

	/* Ready to look after a sensor: a boot is not to wait for one that can't start. */
	notify_ready(&d->notify, "starting");
	for (;;) {
		notify_alive(&d->notify, daemon_now_ns());
		supervise(d);
		if (d->stopping && all_ended(d))
			return;
		struct pollfd fds[] = {
			{ .fd = signals, .events = POLLIN },
			{ .fd = d->loader.socket, .events = POLLIN },
			{ .fd = d->sensor.socket, .events = POLLIN },
			{ 0 },
			{ .fd = d->options.state ? d->keeper.socket : -1,
			  .events = POLLIN },
			{ .fd = more_loaders_socket(&d->more), .events = POLLIN },
			{ .fd = d->marker.socket, .events = POLLIN },
		};

		fds[3].fd = carry_wait(&d->carry, &fds[3].events);
		asked_ns = daemon_now_ns();
		if (poll(fds, 7, all_well(d) ? CALM_MS : HURRY_MS) < 0 && errno != EINTR)
			return;
		/* Who was stopped itself can't say that another one missed its beats. */
		if (daemon_now_ns() - asked_ns > 2 * CALM_MS * MS)
			d->last_beat_ns = daemon_now_ns();
		if (fds[1].revents && d->loader.socket >= 0)
			hear_loader(d);
		if (fds[2].revents && d->sensor.socket >= 0)
			hear_sensor(d);
		if (fds[3].revents)
			(void)carry_on(&d->carry);
		tell_output(d);
		if (fds[4].revents && d->keeper.socket >= 0)
			hear_keeper(d);
		if (fds[5].revents)
			more_said(d, more_loaders_hear(&d->more, &d->loaded));
		if (fds[6].revents)
			marker_child_hear(&d->marker, d->sensor.socket);
		hear_signal(d, signals);
		reap(d);
		if (d->stopping && d->sensor.state == CHILD_NONE)
			carry_rest(&d->carry, PATIENCE_MS);
	}
}

/* Starting */

static int open_content(struct daemon *d)
{
	const struct options *options = &d->options;
	struct boot_guard_options guard = { .command_line = options->command_line,
					    .boot_id = options->boot_id,
					    .off = options->off,
					    .stable_s = options->stable_s,
					    .recovery_s = options->recovery_s,
					    .loader = d->loader_program,
					    .sensor = d->sensor_program };
	struct keeper_child_options keeper = {
		.socket = options->socket,
		.recorder = options->recorder,
		.keep = { .flags = (options->may_try ? ROLE_KEEP_MAY_TRY : 0u) |
				   (options->ask_novel ? ROLE_KEEP_ASK_NOVEL : 0u),
			  .disarmed = options->disarmed,
			  .disarmed_probation = options->disarmed_probation,
			  .probation_s = options->probation_s,
			  .probation_novel_s = options->probation_novel_s,
			  .probation_events = options->probation_events,
			  .memory_mib = options->probation_memory_mib,
			  .cpu_permille = options->probation_cpu_permille,
			  .detections = options->probation_detections },
	};

	if (options->state) {
		(void)snprintf(d->folder, sizeof(d->folder), "%s/content",
			       options->state);
		(void)snprintf(d->mark, sizeof(d->mark), "%s/boot-guard", options->state);
		if (mkdir(options->state, 0755) < 0 && errno != EEXIST)
			daemon_complain(options->state, -errno);
		keeper.folder = d->folder;
		guard.path = d->mark;
	}
	boot_guard_open(&d->guard, &guard, daemon_now_ns());
	d->content_due_ns = d->guard.recovered_ns + FIRST_NS;
	keeper.keep.is_crash = d->guard.found == GUARD_CRASHED;
	keeper.keep.crashed_pack = d->guard.crashed_pack;
	keeper.keep.restarts = d->guard.guard.restarts;
	if (d->guard.found == GUARD_CRASHED)
		tell(d, "boot-guard", "the machine went down with the sensor");
	return keeper_child_open(&d->keeper, &keeper);
}

static int open_all(struct daemon *d)
{
	int r = spawn_find("windhover-loader", &d->loader_program);

	if (r) {
		daemon_complain("windhover-loader", r);
		return r;
	}
	r = spawn_find("windhover-sensor", &d->sensor_program);
	if (r) {
		daemon_complain("windhover-sensor", r);
		return r;
	}
	if (d->options.pack) {
		r = pack_copy(d->options.pack, &d->pack_fd);
		if (r) {
			daemon_complain(d->options.pack, r);
			return r;
		}
	}
	if (d->options.output) {
		r = rotate_open(d->options.output, d->options.rotate_size,
				d->options.rotate_count, &d->carry.file);
		if (r) {
			daemon_complain(d->options.output, r);
			return r;
		}
	}
	if (d->options.flags & ROLE_TO_JOURNAL)
		d->carry.journal = carry_journal();
	d->carry.lines = d->options.lines;
	spawn_user(ROLE_USER, ROLE_UID, &d->uid, &d->gid);
	recorder_child_open(&d->recorder, d->options.recorder,
			    &d->options.recorder_limits);
	return open_content(d);
}

static void init(struct daemon *d)
{
	d->loader.name = "windhover-loader";
	d->census.name = "the census";
	d->sensor.name = "windhover-sensor";
	d->loader.socket = d->census.socket = d->sensor.socket = -1;
	loaded_init(&d->loaded);
	more_loaders_init(&d->more);
	marker_child_init(&d->marker);
	d->census_fd = d->pack_fd = d->carry.from = d->carry.journal = -1;
	d->begun_ns = daemon_clock_ns(CLOCK_BOOTTIME);
}

int main(int argc, char **argv)
{
	static struct daemon d;
	pid_t parent = getppid();
	int signals;

	init(&d);
	if (options_read(argc, argv, &d.options) < 0)
		return 2;
	if (d.options.with_parent && prctl(PR_SET_PDEATHSIG, SIGTERM) < 0) {
		daemon_complain("--with-parent", -errno);
		return 1;
	}
	if (d.options.with_parent && getppid() != parent)
		return 1;
	if (geteuid() != 0) {
		(void)fputs("windhoverd: must be started as root\n", stderr);
		return 1;
	}
	d.has_no_bpf = d.options.no_bpf;
	session_be_quick();
	resource_limits_begin(&RESOURCE_LIMITS_ROOTS);
	notify_init(&d.notify);
	signals = session_signals();
	if (signals < 0) {
		daemon_complain("signals", signals);
		return 1;
	}
	if (open_all(&d) < 0)
		return 1;
	run(&d, signals);
	boot_guard_end(&d.guard);
	notify_done(&d.notify);
	resource_limits_remove(&d.options.limits, &RESOURCE_LIMITS_ROOTS);
	rotate_close(d.carry.file);
	return d.status;
}
