// SPDX-License-Identifier: Apache-2.0
// What a loader has loaded, as windhoverd keeps it: the state of each part, and the maps.
#include "loaded.h"

#include <errno.h>
#include <string.h>

#include "base/message.h"

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
	return 0;
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
