// SPDX-License-Identifier: Apache-2.0
// What loaders have loaded, as it goes from one process to another: part by part, and the maps.
#include "loaded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"

_Static_assert(ROLE_LOADED_FDS <= MESSAGE_FDS_MAX, "all of it goes with one message");

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

/* The places of the descriptors that ${what} comes with, in the order of the message. */
static unsigned places(const struct role_loaded *what, int out[ROLE_LOADED_FDS])
{
	unsigned count = 0;

	if (what->error || what->map_count > KERNEL_MAPS_MAX)
		return 0;
	out[count++] = ROLE_LOADED_COUNTERS;
	out[count++] = ROLE_LOADED_DOORBELL;
	for (int class = 0; class < RECORD_CLASSES; class ++)
		if (what->ring_size[class])
			out[count++] = ROLE_LOADED_RING + class;
	if (what->has_wake)
		out[count++] = ROLE_LOADED_WAKE;
	for (uint32_t i = 0; i < what->map_count; i++)
		out[count++] = ROLE_LOADED_MAP + (int)i;
	return count;
}

int loaded_send(struct loaded *loaded, int socket, enum role_message kind)
{
	int place[ROLE_LOADED_FDS], fds[ROLE_LOADED_FDS];
	unsigned count = places(&loaded->what, place);

	loaded->what.kind = kind;
	for (unsigned i = 0; i < count; i++)
		fds[i] = loaded->fds[place[i]];
	return message_send(socket, &loaded->what, sizeof(loaded->what), fds, count);
}

int loaded_receive(struct loaded *loaded, int socket, enum role_message kind)
{
	unsigned count = ROLE_LOADED_FDS;
	int place[ROLE_LOADED_FDS], fds[ROLE_LOADED_FDS];
	AUTO(free) struct role_loaded *what = malloc(sizeof(*what));
	size_t size = 0;
	int r = -ENOMEM;

	if (what)
		r = message_receive(socket, what, sizeof(*what), &size, fds, &count);
	if (r)
		return r;
	if (size != sizeof(*what) || what->kind != kind || places(what, place) != count) {
		while (count)
			auto_close(&fds[--count]);
		return -EPROTO;
	}
	if (what->error)
		return -ENODATA;
	loaded_done(loaded);
	loaded->what = *what;
	for (unsigned i = 0; i < count; i++)
		loaded->fds[place[i]] = fds[i];
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
	(void)snprintf(out->what, sizeof(out->what), "%llu",
		       wish->parts ? wish->parts : (unsigned long long)wish->kinds);
	*at++ = "windhover-loader";
	*at++ = wish->parts ? "--more" : "--kinds";
	*at++ = out->what;
	*at++ = "--ring-size";
	*at++ = wish->ring_size;
	*at++ = "--back-ends";
	*at++ = wish->back_ends;
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

static bool has_map(const struct role_loaded *what, const struct kernel_map *map)
{
	for (uint32_t i = 0; i < what->map_count; i++)
		if (memcmp(&what->maps[i], map, sizeof(*map)) == 0)
			return true;
	return false;
}

void loaded_add(struct loaded *loaded, struct loaded *more, uint32_t parts)
{
	struct role_loaded *what = &loaded->what;

	for (int part = 0; part < KERNEL_PARTS; part++)
		if (parts >> part & 1)
			what->programs[part] = more->what.programs[part];
	for (uint32_t i = 0; i < more->what.map_count; i++) {
		if (has_map(what, &more->what.maps[i]) ||
		    what->map_count == KERNEL_MAPS_MAX)
			continue;
		what->maps[what->map_count] = more->what.maps[i];
		loaded->fds[ROLE_LOADED_MAP + what->map_count++] =
			more->fds[ROLE_LOADED_MAP + i];
		more->fds[ROLE_LOADED_MAP + i] = -1;
	}
}

uint32_t loaded_lacks(const struct kernel_program *programs, uint64_t kinds)
{
	uint32_t lacking = 0;

	for (int part = 0; part < KERNEL_PARTS; part++)
		if (programs[part].state == KERNEL_UNWANTED &&
		    programs[part].kinds & kinds)
			lacking |= 1u << part;
	return lacking;
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
