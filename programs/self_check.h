/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the sensor sees what the marker does: its part of the self-check. */
#pragma once

#include "detect/collector/collector.h"
#include "roles.h"

struct self_check {
	uint32_t pid;         /* of the marker; 0: there is none */
	bool is_looking;      /* its process is known */
	uint64_t done;        /* kinds that the marker says it did */
	int64_t deadline_ns;  /* when all of it is to be here; 0: it has not said it */
	uint64_t heard, deaf; /* kinds: once heard; not heard by the last check */
	uint64_t checks;
};

enum self_check_said {
	SELF_CHECK_NOTHING,
	SELF_CHECK_LOOKING, /* the marker may begin */
	SELF_CHECK_SAME,    /* checked; nothing is new */
	SELF_CHECK_DEAF,    /* more kinds than before are not heard */
	SELF_CHECK_BETTER,  /* fewer */
};

/* A marker is there, with this pid. */
void self_check_begin(struct self_check *check, uint32_t pid);

/* It did ${kinds}. */
void self_check_done(struct self_check *check, uint64_t kinds, int64_t now_ns);

/*
 * self_check_see(check, collector, programs, asked, now_ns):
 * To be called often.  Of what was done, those of the kinds ${asked} for are to be seen for which
 * each of ${programs} is attached.
 */
enum self_check_said self_check_see(struct self_check *check, struct collector *collector,
				    const struct kernel_program *programs, uint64_t asked,
				    int64_t now_ns);

/* What is not heard, in words; ${*lost}: some of it was heard before. */
void self_check_sentence(const struct self_check *check, char *out, size_t room,
			 bool *lost);
