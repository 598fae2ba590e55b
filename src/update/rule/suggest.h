/* SPDX-License-Identifier: Apache-2.0 */
/* "did you mean": the name that a misspelt one is closest to. */
#pragma once

#include "base/text.h"

#define SUGGEST_PHRASE_SIZE 128 /* bytes of a phrase, its end included */

struct suggest {
	struct text wanted, best;
	unsigned distance; /* of the best so far */
};

/* Look for names like ${wanted}. */
void suggest_begin(struct suggest *suggest, struct text wanted);

/* ${candidate} could have been meant; it must outlive the phrase. */
void suggest_try(struct suggest *suggest, struct text candidate);

/* Write " (did you mean 'x'?)" to ${out} and return it; "" where no candidate is close. */
const char *suggest_phrase(const struct suggest *suggest, char out[SUGGEST_PHRASE_SIZE]);
