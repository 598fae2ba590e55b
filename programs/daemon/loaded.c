// SPDX-License-Identifier: Apache-2.0
// What a loader has loaded, as windhoverd keeps it: the state of each part, and the maps.
#include "loaded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"

#define ALL_KINDS "18446744073709551615"

void loaded_init(struct loaded *loaded)
{
	memset(&loaded->what, 0, sizeof(loaded->what));
	for (int i = 0; i < ROLE_LOADED_FDS; i++)
		loaded->fds[i] = -1;
}

void loaded_done(struct loaded *loaded)
{
	for (int i = 0; i < ROLE_LOADED_FDS; i++)
		auto_close(&loaded->fds[i]);
	loaded_init(loaded);
}

bool loaded_is(const struct loaded *loaded)
{
	return loaded->fds[ROLE_LOADED_COUNTERS] >= 0;
}

/* Whether as many descriptors came as the message says. */
static bool is_whole(const struct role_loaded *what, size_t size, unsigned count)
{
	unsigned expected = ROLE_LOADED_RING;

	if (size != sizeof(*what) || what->kind != ROLE_LOADED)
		return false;
	if (what->error)
		return count == 0;
	for (int class = 0; class < RECORD_CLASSES; class ++)
		expected += what->ring_size[class] != 0;
	expected += what->has_wake != 0;
	return count == expected;
}

int loaded_receive(struct loaded *loaded, int socket)
{
	unsigned count = ROLE_LOADED_FDS, used = ROLE_LOADED_RING;
	int fds[ROLE_LOADED_FDS];
	struct role_loaded what;
	size_t size = 0;
	int r = message_receive(socket, &what, sizeof(what), &size, fds, &count);

	if (r)
		return r;
	if (!is_whole(&what, size, count)) {
		while (count)
			auto_close(&fds[--count]);
		return -EPROTO;
	}
	if (what.error)
		return -ENODATA;
	loaded_done(loaded);
	loaded->what = what;
	memcpy(loaded->fds, fds, ROLE_LOADED_RING * sizeof(*fds));
	for (int class = 0; class < RECORD_CLASSES; class ++)
		if (what.ring_size[class])
			loaded->fds[ROLE_LOADED_RING + class] = fds[used++];
	if (what.has_wake)
		loaded->fds[ROLE_LOADED_WAKE] = fds[used];
	return 0;
}

void loaded_arguments(const struct loaded_wish *wish, struct loaded_arguments *out)
{
	uint64_t refuse = strtoull(wish->refuse, NULL, 10);
	const char **at = out->all;

	if (wish->is_essential)
		refuse |= (KERNEL_REFUSE(KERNEL_PARTS) - 1) & ~KERNEL_REFUSE(KERNEL_EXEC);
	(void)snprintf(out->refuse, sizeof(out->refuse), "%llu",
		       (unsigned long long)refuse);
	*at++ = "windhover-loader";
	*at++ = "--ring-size";
	*at++ = wish->ring_size;
	*at++ = "--kinds";
	*at++ = ALL_KINDS;
	*at++ = "--refuse";
	*at++ = out->refuse;
	if (wish->connector)
		*at++ = "--connector";
	*at = NULL;
}

bool loaded_is_blind(const struct loaded *loaded)
{
	unsigned attached, wanted;

	loaded_count(loaded->what.programs, &attached, &wanted);
	return attached == 0 && !loaded_is_connector(loaded->what.programs);
}

bool loaded_is_connector(const struct kernel_program *programs)
{
	return programs[KERNEL_EXEC].state == KERNEL_REPLACED;
}

void loaded_sentence(const struct kernel_program *programs, char *out, size_t room)
{
	unsigned attached, wanted;

	loaded_count(programs, &attached, &wanted);
	if (loaded_is_connector(programs))
		(void)snprintf(
			out, room,
			"no BPF: the process connector tells of starts and ends of "
			"processes: coverage is reduced");
	else
		(void)snprintf(out, room, "%u of %u programs attached%s", attached,
			       wanted, attached < wanted ? ": coverage is reduced" : "");
}

void loaded_count(const struct kernel_program *programs, unsigned *attached,
		  unsigned *wanted)
{
	*attached = *wanted = 0;
	for (int part = 0; part < KERNEL_PARTS; part++) {
		*attached += programs[part].state == KERNEL_ATTACHED;
		*wanted += programs[part].state != KERNEL_UNWANTED;
	}
}
