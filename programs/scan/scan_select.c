// SPDX-License-Identifier: Apache-2.0
// What of the rules and of the events a scan is asked for.
#include "scan_select.h"

#include <errno.h>

#include "base/fold.h"
#include "base/moment.h"
#include "detect/engine/glob.h"
#include "update/rule/rule.h"

int scan_globs_add(struct scan_globs *globs, const char *given)
{
	size_t size = strlen(given);
	AUTO(free) char *folded = malloc(FOLD_SIZE(size));
	struct scan_glob *grown =
		reallocarray(globs->globs, globs->count + 1, sizeof(*grown));

	if (grown)
		globs->globs = grown;
	if (!grown || !folded)
		return -ENOMEM;
	size = fold_text(given, size, folded);
	for (size_t i = 0; i < size; i++)
		if (folded[i] == '*')
			folded[i] = GLOB_ANY_RUN;
		else if (folded[i] == '?')
			folded[i] = GLOB_ANY_ONE;
	globs->globs[globs->count++] = (struct scan_glob){
		.given = given,
		.folded = TAKE(folded),
		.size = size,
	};
	return 0;
}

void scan_globs_done(struct scan_globs *globs)
{
	for (uint32_t i = 0; i < globs->count; i++)
		free(globs->globs[i].folded);
	free(globs->globs);
	*globs = (struct scan_globs){ 0 };
}

static bool match(const struct scan_glob *glob, struct text folded)
{
	uint64_t steps = UINT64_MAX;

	return glob_match((struct text){ .at = glob->folded, .size = glob->size }, folded,
			  &steps);
}

/* The folded form of the part of ${text} that is seen. */
static struct text fold(struct text text, char out[FOLD_SIZE(SCAN_GLOB_TEXT_MAX)])
{
	text = text_part(text, 0, SCAN_GLOB_TEXT_MAX);
	if (!text.size)
		return TEXT("");
	return (struct text){ .at = out, .size = fold_text(text.at, text.size, out) };
}

bool scan_globs_match(const struct scan_globs *globs, struct text text)
{
	char room[FOLD_SIZE(SCAN_GLOB_TEXT_MAX)];
	struct text folded = fold(text, room);

	for (uint32_t i = 0; i < globs->count; i++)
		if (match(&globs->globs[i], folded))
			return true;
	return false;
}

/* Set ${chosen} to ${choice} for those that ${glob} names; returns how many there are. */
static uint32_t choose(const struct scan_named *named, uint32_t all,
		       const struct scan_glob *glob, bool choice, bool *chosen)
{
	char room[FOLD_SIZE(SCAN_GLOB_TEXT_MAX)];
	uint32_t count = 0;

	for (uint32_t i = 0; i < all; i++) {
		if (!match(glob, fold(named[i].title, room)) &&
		    !(named[i].id.size && match(glob, fold(named[i].id, room))))
			continue;
		chosen[i] = choice;
		count++;
	}
	return count;
}

int scan_choose(const struct scan_named *named, uint32_t all,
		const struct scan_globs *only, const struct scan_globs *exclude,
		bool *chosen, const char **unknown, struct why *why)
{
	const char *missing = NULL;

	*unknown = NULL;
	for (uint32_t i = 0; i < all; i++)
		chosen[i] = only->count == 0;
	for (uint32_t i = 0; i < only->count; i++)
		if (!choose(named, all, &only->globs[i], true, chosen) && !missing)
			missing = only->globs[i].given;
	for (uint32_t i = 0; i < exclude->count; i++)
		if (!choose(named, all, &exclude->globs[i], false, chosen) && !*unknown)
			*unknown = exclude->globs[i].given;
	if (missing) {
		why_set(why, 0, 0,
			"--rule expects the ID or title of a usable rule, not '%s'",
			missing);
		return -EINVAL;
	}
	for (uint32_t i = 0; i < all; i++)
		if (chosen[i])
			return 0;
	why_set(why, 0, 0, "--exclude leaves no rule: expected one at least to remain");
	return -EINVAL;
}

/* "90m", as nanoseconds; false where it is no such span. */
static bool read_span(const char *given, int64_t *span_ns)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 },
	};
	int64_t value = 0;
	size_t at = 0;

	for (; given[at] >= '0' && given[at] <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, given[at] - '0', &value))
			return false;
	if (at == 0 || !given[at] || given[at + 1])
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (given[at] == units[i].unit)
			return !__builtin_mul_overflow(
				value, units[i].seconds * 1000000000, span_ns);
	return false;
}

bool scan_moment(const char *given, int64_t now_ns, int64_t *time_ns)
{
	int64_t span_ns;

	if (read_span(given, &span_ns))
		return !__builtin_sub_overflow(now_ns, span_ns, time_ns);
	/* A bare number is more likely a span without its unit than seconds since 1970. */
	return strchr(given, '-') && moment_parse(text_of(given), time_ns);
}
