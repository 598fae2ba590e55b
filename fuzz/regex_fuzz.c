// SPDX-License-Identifier: Apache-2.0
// Any regex on any text: a byte of flags, the regex up to a newline, the text.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/fold.h"
#include "model/regex.h"
#include "update/regex/regex_compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int search(const struct buffer *program, struct text text)
{
	struct regex_scratch *scratch = regex_scratch_create();
	uint64_t steps = 1 << 24;
	int found;

	if (!scratch)
		abort();
	found = regex_search(buffer_view(program), text, scratch, &steps);
	/* With steps for a part of the text it gives up, or knows already. */
	steps = text.size / 2;
	if (found >= 0 &&
	    regex_search(buffer_view(program), text, scratch, &steps) == !found)
		abort();
	regex_scratch_free(scratch);
	return found;
}

/* Compiled, and proven; false where it is refused. */
static bool compile(struct text pattern, unsigned flags, struct buffer *out)
{
	struct why why = { 0 };
	int r = regex_compile(pattern, flags, out, &why);

	if (r == -EINVAL && !why.reason[0])
		abort();
	if (!r && regex_verify(buffer_view(out)))
		abort();
	return !r;
}

/* As sets of states it says the same. */
static void compare(struct text pattern, unsigned flags, struct text text, int found)
{
	AUTO(buffer) struct buffer program = { .limit = REGEX_SIZE_MAX };
	int other;

	if (regex_compile_nfa(pattern, flags, &program, NULL) ||
	    regex_verify(buffer_view(&program)))
		abort();
	other = search(&program, text);
	if (found >= 0 && other >= 0 && found != other)
		abort();
}

static bool holds(struct text text, struct text literal)
{
	AUTO(free) char *a = malloc(FOLD_SIZE(text.size));
	AUTO(free) char *b = malloc(FOLD_SIZE(literal.size));
	size_t size;

	if (!a || !b)
		abort();
	size = fold_text(text.at, text.size, a);
	return memmem(a, size, b, fold_text(literal.at, literal.size, b));
}

/* A text that matches holds one of the literals. */
static void check_literals(struct text pattern, unsigned flags, struct text text)
{
	AUTO(arena) struct arena *arena = arena_create(1 << 20);
	struct text *literals;
	uint32_t count, i = 0;

	if (!arena || regex_literals(pattern, flags, arena, &literals, &count))
		abort();
	while (i < count && !holds(text, literals[i]))
		i++;
	if (count && i == count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO(buffer) struct buffer program = { .limit = REGEX_SIZE_MAX };
	const struct text all = { (const char *)bytes, size };
	const unsigned flags = size ? bytes[0] : 0;
	const char *newline = size ? memchr(bytes, '\n', size) : NULL;
	const size_t end = newline ? (size_t)(newline - all.at) : size;
	const struct text pattern = text_part(all, 1, end ? end - 1 : 0);
	const struct text text = text_part(all, end + 1, size);
	int found;

	if (!compile(pattern, flags & 7, &program))
		return 0;
	found = search(&program, text);
	if (found == 1)
		check_literals(pattern, flags & 7, text);
	compare(pattern, flags & 7, text, found);
	return 0;
}
