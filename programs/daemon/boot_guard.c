// SPDX-License-Identifier: Apache-2.0
// The boot guard of this machine: its file, its switches, and what the kernel and sensor are.
#include "boot_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/file.h"

#define SECOND_NS    INT64_C(1000000000)
#define PROGRAM_SIZE (64u << 20)
#define LINE_SIZE    (64u << 10)

static uint64_t hash_kernel(char release[48])
{
	struct utsname name;
	char all[512];
	int size;

	if (uname(&name) < 0)
		return 0;
	(void)snprintf(release, 48, "%.47s", name.release);
	size = snprintf(all, sizeof(all), "%s\n%s\n%s", name.release, name.version,
			name.machine);
	return guard_hash((struct text){ .at = all, .size = (size_t)size });
}

/* By its bytes: another build of the same version is another sensor. */
static uint64_t hash_program(int program)
{
	AUTO(buffer) struct buffer bytes;
	char path[64];

	buffer_init(&bytes, PROGRAM_SIZE);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
	return file_read(path, &bytes) ? 0 : guard_hash(buffer_view(&bytes));
}

static void read_boot(const char *path, struct guard_boot *boot)
{
	AUTO(buffer) struct buffer text;
	uint64_t hash;

	buffer_init(&text, LINE_SIZE);
	if (file_read(path, &text))
		return;
	hash = guard_hash(buffer_view(&text));
	memcpy(boot->id, &hash, sizeof(hash));
}

static enum guard_rung read_switches(const char *path)
{
	AUTO(buffer) struct buffer line;

	buffer_init(&line, LINE_SIZE);
	return file_read(path, &line) ? GUARD_FULL : guard_switch(buffer_view(&line));
}

static int save(struct boot_guard *guard)
{
	char bytes[GUARD_FILE_SIZE];
	size_t size = guard_write(&guard->guard, bytes);

	return file_replace(guard->options.path,
			    (struct text){ .at = bytes, .size = size }, 0600);
}

void boot_guard_open(struct boot_guard *guard, const struct boot_guard_options *options,
		     int64_t now_ns)
{
	AUTO(buffer) struct buffer bytes;
	int r;

	buffer_init(&bytes, LINE_SIZE);
	*guard = (struct boot_guard){ .options = *options };
	if (!options->path)
		return;
	guard->switched = read_switches(options->command_line);
	guard->kernel = hash_kernel(guard->release);
	guard->sensor =
		hash_program(options->loader) ^ (hash_program(options->sensor) << 1);
	read_boot(options->boot_id, &guard->boot);
	r = file_read(options->path, &bytes);
	if (r != -ENOENT && (r || !guard_read(buffer_view(&bytes), &guard->guard))) {
		guard->guard = (struct guard){ .is_marked = true };
		(void)fprintf(stderr,
			      "windhoverd: %s: damaged, which counts as one crash\n",
			      options->path);
	}
	guard->crashed_pack = guard->guard.triple.pack;
	guard->found = guard_begin(&guard->guard, &guard->boot);
	guard->recovered_ns = now_ns;
	if (guard->found == GUARD_CRASHED)
		guard->recovered_ns += options->recovery_s * SECOND_NS;
}

bool boot_guard_is_off(const struct boot_guard *guard)
{
	return guard->options.path && access(guard->options.off, F_OK) == 0;
}

static void explain(struct boot_guard *guard, const char *pack,
		    const struct guard_triple *triple, int error)
{
	static const char *const means[GUARD_RUNGS] = {
		[GUARD_FULL] = "all of the sensor",
		[GUARD_ESSENTIAL] = "reduced: only program starts are seen",
		[GUARD_NO_BPF] = "reduced, no BPF: only process starts and ends",
		[GUARD_OFF] = "off: no sensor, only the keeper",
	};
	char why[112] = "";

	if (guard->is_off)
		(void)snprintf(why, sizeof(why), "; %.60s is there", guard->options.off);
	else if (guard->is_recovering)
		(void)snprintf(why, sizeof(why),
			       " for %u s; the machine went down with the sensor, so "
			       "content may change first",
			       guard->options.recovery_s);
	else if (guard->rung && guard->rung == guard->switched)
		(void)snprintf(why, sizeof(why),
			       "; the kernel's command line asks for it");
	else if (error)
		(void)snprintf(why, sizeof(why), "; the mark could not be written: %s",
			       strerror(-error));
	else if (guard->rung)
		(void)snprintf(why, sizeof(why),
			       "; crashes with kernel %.40s, sensor %08x, %s%.12s: %u",
			       guard->release, (unsigned)triple->sensor,
			       pack[0] ? "pack " : "no pack", pack,
			       guard_crashes(&guard->guard, triple));
	(void)snprintf(guard->sentence, sizeof(guard->sentence), "%s%s",
		       means[guard->rung], why);
}

static bool recovers(struct boot_guard *guard, uint64_t pack, int64_t now_ns)
{
	if (now_ns >= guard->recovered_ns)
		return false;
	if (!guard->has_awaited)
		guard->awaited_pack = pack;
	guard->has_awaited = true;
	if (pack != guard->awaited_pack)
		guard->recovered_ns = now_ns;
	return pack == guard->awaited_pack;
}

enum guard_rung boot_guard_begin(struct boot_guard *guard, const char *pack,
				 int64_t now_ns)
{
	const struct guard_triple triple = { .kernel = guard->kernel,
					     .sensor = guard->sensor,
					     .pack = guard_hash(text_of(pack)) };
	int r = 0;

	if (!guard->options.path)
		return GUARD_FULL;
	guard->rung = guard_rung(&guard->guard, &triple);
	if (guard->switched > guard->rung)
		guard->rung = guard->switched;
	guard->is_off = boot_guard_is_off(guard);
	guard->is_recovering = recovers(guard, triple.pack, now_ns);
	if (guard->is_off || guard->is_recovering)
		guard->rung = GUARD_OFF;
	guard->since_ns = now_ns;
	guard->is_marked = guard->is_unwritten = false;
	if (guard->rung < GUARD_OFF) {
		guard_mark(&guard->guard, &guard->boot, &triple, guard->rung);
		r = save(guard);
		guard->is_marked = r == 0;
		guard->is_unwritten = r != 0;
		if (r && guard->rung < GUARD_NO_BPF)
			guard->rung = GUARD_NO_BPF;
	} else if (guard->found == GUARD_CRASHED) {
		/* What was found is to be known at the next start, too. */
		(void)save(guard);
	}
	explain(guard, pack, &triple, r > 0 ? -EINVAL : r);
	return guard->rung;
}

static void finish(struct boot_guard *guard)
{
	if (!guard->is_marked)
		return;
	guard_end(&guard->guard);
	/* A mark that stays costs a rung at worst. */
	if (save(guard))
		(void)fprintf(stderr, "windhoverd: %s: the mark could not be cleared\n",
			      guard->options.path);
	guard->is_marked = false;
}

void boot_guard_see(struct boot_guard *guard, bool is_watched, int64_t now_ns)
{
	if (guard->is_marked && !is_watched &&
	    now_ns - guard->since_ns >= (int64_t)guard->options.stable_s * SECOND_NS)
		finish(guard);
}

void boot_guard_end(struct boot_guard *guard)
{
	finish(guard);
}

void boot_guard_blame(struct boot_guard *guard)
{
	if (!guard->is_marked)
		return;
	guard_blame(&guard->guard);
	guard->is_marked = false;
	(void)save(guard);
}

void boot_guard_forgive(struct boot_guard *guard)
{
	if (!guard->options.path)
		return;
	guard_forgive(&guard->guard);
	if (save(guard))
		(void)fprintf(stderr, "windhoverd: %s: could not be written\n",
			      guard->options.path);
}
