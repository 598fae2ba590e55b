// SPDX-License-Identifier: Apache-2.0
// For tests and measurements of the recorder: events like a busy host's, and a disk in memory.
#include "detect/recorder/testing.h"

#include "base/moment.h"

#include <errno.h>
#include <stdarg.h>

#define FIRST_NS INT64_C(1753000000000000000)

__attribute__((format(printf, 4, 5))) static void put(struct testing_host *host,
						      enum field field,
						      enum value_type type,
						      const char *format, ...)
{
	struct event *event = &host->sensed.event;
	char *at = host->bytes + host->used;
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(at, sizeof(host->bytes) - host->used, format, arguments);
	va_end(arguments);
	host->sensed.fields[event->count] = (uint8_t)field;
	event_add(event, EVENT_FIELD_NONE, type, host->used, (size_t)size);
	host->used += (size_t)size;
}

static void put_text(struct testing_host *host, enum field field, const char *text)
{
	put(host, field, VALUE_TEXT, "%s", text);
}

static void put_number(struct testing_host *host, enum field field, uint64_t number)
{
	put(host, field, VALUE_NUMBER, "%llu", (unsigned long long)number);
}

static const char *const programs[] = { "/usr/bin/dash", "/usr/bin/ls", "/usr/bin/gcc-12",
					"/usr/lib/gcc/x86_64-linux-gnu/12/cc1",
					"/usr/bin/git" };
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static void put_head(struct testing_host *host, const char *action, uint64_t process)
{
	char time[MOMENT_SIZE];

	put_text(host, FIELD_EVENT_ACTION, action);
	moment_format(host->time_ns, time);
	put_text(host, FIELD_UTC_TIME, time);
	put_text(host, FIELD_COMPUTER, "web-17.example.org");
	put(host, FIELD_PROCESS_GUID, VALUE_TEXT, "5e3a91c0-%016llx-%08llx",
	    (unsigned long long)process * 2999983, (unsigned long long)process);
	put_number(host, FIELD_PROCESS_ID, process % 32768);
	put_text(host, FIELD_START_TIME, time);
	put_text(host, FIELD_USER, process % 7 ? "www-data" : "root");
	put_number(host, FIELD_USER_ID, process % 7 ? 33 : 0);
	put_text(host, FIELD_EFFECTIVE_USER, process % 7 ? "www-data" : "root");
	put_number(host, FIELD_EFFECTIVE_USER_ID, process % 7 ? 33 : 0);
	put_text(host, FIELD_GROUP, "www-data");
	put_number(host, FIELD_GROUP_ID, 33);
	put_number(host, FIELD_EFFECTIVE_GROUP_ID, 33);
}

static void put_program(struct testing_host *host, uint64_t process)
{
	const char *program = programs[process * 7919 % PROGRAMS];

	put_text(host, FIELD_IMAGE, program);
	put_text(host, FIELD_PROCESS_NAME, strrchr(program, '/') + 1);
	put(host, FIELD_COMMAND_LINE, VALUE_TEXT,
	    "%s -o /srv/build/%llu/object.o -I include --quiet source-%llu.c", program,
	    (unsigned long long)(process * 48271 % 1000003),
	    (unsigned long long)(process % 977));
}

static void put_place(struct testing_host *host, uint64_t process)
{
	put(host, FIELD_ARGUMENTS, VALUE_TEXT, "-o");
	put(host, FIELD_ARGUMENTS, VALUE_TEXT, "source-%llu.c",
	    (unsigned long long)(process % 977));
	put_text(host, FIELD_CURRENT_DIRECTORY, "/srv/build");
	put_number(host, FIELD_LOGON_ID, 1000);
	put_number(host, FIELD_SESSION_ID, 4711);
	put_text(host, FIELD_TERMINAL, "pts/3");
	put_number(host, FIELD_PID_NAMESPACE, 4026531836);
	put_number(host, FIELD_MOUNT_NAMESPACE, 4026531841);
	put_number(host, FIELD_NETWORK_NAMESPACE, 4026531840);
	put_number(host, FIELD_USER_NAMESPACE, 4026531837);
	put_number(host, FIELD_CGROUP_ID, 8123);
	put_text(host, FIELD_CGROUP, "/system.slice/builder.service");
}

static void put_ancestors(struct testing_host *host)
{
	put_text(host, FIELD_PARENT_PROCESS_GUID, "5e3a91c0-00000000129d2a10-00001267");
	put_number(host, FIELD_PARENT_PROCESS_ID, 4711);
	put_text(host, FIELD_PARENT_IMAGE, "/usr/bin/make");
	put_text(host, FIELD_PARENT_NAME, "make");
	put_text(host, FIELD_PARENT_COMMAND_LINE, "make -C /srv/build -j8 all");
	put_text(host, FIELD_PARENT_USER, "www-data");
	put_text(host, FIELD_GRANDPARENT_IMAGE, "/usr/bin/bash");
	for (unsigned i = 0; i < 5; i++) {
		put_text(host, FIELD_ANCESTORS, programs[i]);
		put_number(host, FIELD_ANCESTOR_IDS, 4711 - i * 17);
	}
}

const struct sensed *testing_event(struct testing_host *host, uint64_t number)
{
	static const struct text sources[] = { TEXT("linux:process_fork"),
					       TEXT("linux:process_creation"),
					       TEXT("linux:process_termination") };
	static const char *const actions[] = { "fork", "exec", "exit" };
	unsigned kind = (unsigned)(number % 3);
	uint64_t process = number / 3 + 100;

	host->used = 0;
	host->time_ns = FIRST_NS + (int64_t)number * 1000000;
	event_clear(&host->sensed.event,
		    (struct text){ .at = host->bytes, .size = sizeof(host->bytes) });
	host->sensed.event.source = sources[kind];
	host->sensed.event.time_ns = host->time_ns;
	put_head(host, actions[kind], process);
	put_program(host, process);
	if (kind == 1)
		put_place(host, process);
	if (kind == 2)
		put_number(host, FIELD_EXIT_CODE, number % 5 ? 0 : 1);
	put_ancestors(host);
	host->sensed.event.record.size = host->used;
	return &host->sensed;
}

uint64_t testing_number_by_time(const struct sensed *sensed)
{
	return (uint64_t)(sensed->event.time_ns - FIRST_NS) / 1000000;
}

uint64_t testing_number(const struct sensed *sensed)
{
	AUTO(free) struct testing_host *host = calloc(1, sizeof(*host));
	const struct event *event = &sensed->event;
	uint64_t number = testing_number_by_time(sensed);
	const struct event *wanted;

	if (!host)
		return UINT64_MAX;
	wanted = &testing_event(host, number)->event;
	if (event->time_ns != wanted->time_ns || event->count != wanted->count ||
	    event->id != wanted->id || !text_is(event->source, wanted->source))
		return UINT64_MAX;
	for (uint32_t i = 0; i < event->count; i++)
		if (sensed->fields[i] != host->sensed.fields[i] ||
		    event->values[i].type != wanted->values[i].type ||
		    !text_is(event_text(event, &event->values[i]),
			     event_text(wanted, &wanted->values[i])))
			return UINT64_MAX;
	return number;
}

/* The disk */

static bool fails(struct testing_disk *disk)
{
	disk->calls++;
	return disk->fail_at && (disk->calls == disk->fail_at ||
				 (disk->fail_after && disk->calls > disk->fail_at));
}

static int64_t disk_size(void *user, unsigned segment)
{
	const struct testing_disk *disk = user;

	return (int64_t)disk->size[segment];
}

static ssize_t disk_read(void *user, unsigned segment, void *to, size_t size, uint64_t at)
{
	const struct testing_disk *disk = user;

	if (at > disk->size[segment])
		return 0;
	if (size > disk->size[segment] - at)
		size = (size_t)(disk->size[segment] - at);
	memcpy(to, disk->bytes[segment] + at, size);
	return (ssize_t)size;
}

static ssize_t disk_write(void *user, unsigned segment, const void *from, size_t size,
			  uint64_t at)
{
	struct testing_disk *disk = user;
	bool fail = fails(disk);

	disk->writes++;
	if (at > disk->size[segment] || size > disk->size[segment] - at)
		return -ENOSPC;
	if (fail && !disk->tear)
		return -disk->error;
	if (fail)
		size /= 2;
	memcpy(disk->bytes[segment] + at, from, size);
	return (ssize_t)size;
}

static int disk_sync(void *user, unsigned segment)
{
	struct testing_disk *disk = user;

	(void)segment;
	disk->syncs++;
	return fails(disk) ? -disk->error : 0;
}

static int disk_synced(void *user, bool wait)
{
	struct testing_disk *disk = user;

	if (disk->is_slow && !wait)
		return -EINPROGRESS;
	return 0;
}

static int disk_clear(void *user, unsigned segment, uint64_t size)
{
	struct testing_disk *disk = user;
	uint64_t others = 0;
	char *bytes;

	disk->clears++;
	if (fails(disk))
		return -disk->error;
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		others += i == segment ? 0 : disk->size[i];
	if (disk->room && others + size > disk->room)
		return -ENOSPC;
	if (disk->in_place && size == disk->size[segment]) {
		memset(disk->bytes[segment], 0, size);
		return 0;
	}
	bytes = calloc(1, size + 1);
	if (!bytes)
		return -ENOMEM;
	free(disk->bytes[segment]);
	disk->bytes[segment] = bytes;
	disk->size[segment] = size;
	return 0;
}

static int disk_random(void *user, uint64_t *out)
{
	struct testing_disk *disk = user;

	disk->seed = disk->seed * 6364136223846793005u + 1442695040888963407u;
	*out = disk->seed;
	return 0;
}

struct recorder_disk testing_disk(struct testing_disk *disk)
{
	return (struct recorder_disk){ .user = disk,
				       .size = disk_size,
				       .read = disk_read,
				       .write = disk_write,
				       .sync = disk_sync,
				       .synced = disk_synced,
				       .clear = disk_clear,
				       .random = disk_random };
}

void testing_disk_done(struct testing_disk *disk)
{
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		free(disk->bytes[i]);
	*disk = (struct testing_disk){ 0 };
}

unsigned testing_disk_texts(const struct testing_disk *disk,
			    struct text out[RECORDER_SEGMENTS])
{
	unsigned count = 0;

	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		if (disk->size[i])
			out[count++] = (struct text){ .at = disk->bytes[i],
						      .size = (size_t)disk->size[i] };
	return count;
}
