// SPDX-License-Identifier: Apache-2.0
// Wildcard patterns as the pack carries them.
#include "detect/engine/glob.h"

#include "base/fold.h"

#define ANY_RUN '\xff'
#define ANY_ONE '\xfe'

/*
 * The last run seen takes one character more whenever what follows it does not fit: the
 * earlier ones need never be tried again, so there is one place to go back to, not a stack.
 */
bool glob_match(struct text glob, struct text value, uint64_t *steps)
{
	size_t g = 0, v = 0, run = SIZE_MAX, resume = 0;
	uint32_t point;

	while (v < value.size || g < glob.size) {
		if (*steps == 0)
			return false;
		--*steps;
		if (g < glob.size && glob.at[g] == ANY_RUN) {
			run = ++g;
			resume = v;
			continue;
		}
		if (g < glob.size && v < value.size) {
			if (glob.at[g] == ANY_ONE) {
				g++;
				v += utf8_read(value.at + v, value.size - v, &point);
				continue;
			}
			if (glob.at[g] == value.at[v]) {
				g++;
				v++;
				continue;
			}
		}
		if (run == SIZE_MAX || resume >= value.size)
			return false;
		resume += utf8_read(value.at + resume, value.size - resume, &point);
		g = run;
		v = resume;
	}
	return true;
}
