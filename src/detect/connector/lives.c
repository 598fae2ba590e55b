// SPDX-License-Identifier: Apache-2.0
// The living processes: who each is, in memory that does not grow.
#include "detect/connector/lives.h"

/* A table with open addresses, a power of two, at most three quarters full. */
#define PLACES 65536u

_Static_assert(LIVES_MAX <= PLACES / 4 * 3, "there is always a free place");

struct lives {
	uint32_t count;
	struct life places[PLACES];
};

struct lives *lives_create(void)
{
	return calloc(1, sizeof(struct lives));
}

void lives_free(struct lives *lives)
{
	free(lives);
}

/* Pids are handed out in turn: as they are, they are spread as well as any hash would. */
static uint32_t home(uint32_t pid)
{
	return pid & (PLACES - 1);
}

static uint32_t place_of(const struct lives *lives, uint32_t pid)
{
	uint32_t at = home(pid);

	while (lives->places[at].pid && lives->places[at].pid != pid)
		at = (at + 1) & (PLACES - 1);
	return at;
}

struct life *lives_find(struct lives *lives, uint32_t pid)
{
	struct life *life = &lives->places[place_of(lives, pid)];

	return pid && life->pid ? life : NULL;
}

struct life *lives_put(struct lives *lives, const struct life *life)
{
	struct life *place = &lives->places[place_of(lives, life->pid)];

	if (life->pid == 0 || (place->pid == 0 && lives->count == LIVES_MAX))
		return NULL;
	lives->count += place->pid == 0;
	*place = *life;
	return place;
}

void lives_remove(struct lives *lives, uint32_t pid)
{
	uint32_t hole = place_of(lives, pid), at = hole;

	if (pid == 0 || lives->places[hole].pid == 0)
		return;
	lives->count--;
	/* Whoever stands behind the hole and could not be found any more moves into it. */
	for (;;) {
		uint32_t from_home, from_hole;

		at = (at + 1) & (PLACES - 1);
		if (lives->places[at].pid == 0)
			break;
		from_home = (at - home(lives->places[at].pid)) & (PLACES - 1);
		from_hole = (at - hole) & (PLACES - 1);
		if (from_home < from_hole)
			continue;
		lives->places[hole] = lives->places[at];
		hole = at;
	}
	lives->places[hole] = (struct life){ 0 };
}

const struct life *lives_next(const struct lives *lives, uint32_t *place)
{
	while (*place < PLACES) {
		const struct life *life = &lives->places[(*place)++];

		if (life->pid)
			return life;
	}
	*place = 0;
	return NULL;
}

uint32_t lives_count(const struct lives *lives)
{
	return lives->count;
}
