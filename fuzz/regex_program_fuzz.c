// SPDX-License-Identifier: Apache-2.0
// Damaged regex programs: verified or not, they run without harm.
//
// The first byte chooses a regex, the last 16 bytes are a text, and every 4 bytes between
// change its program: a place (16 bits), how, and a byte.
#include <stdint.h>
#include <stdlib.h>

#include "model/regex.h"
#include "update/regex/regex_compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const patterns[] = {
	"cmd.{0,5}(?:/c|/r).+powershell.+\"",
	"(?i)\\bnet\\b\\s+user$",
	"^[^\\\\]{3,9}\\\\\303\251+[\303\240-\303\277]?x",
	"(?m)^a.*\\B-z$|\\W{7}",
	"a.{2,128}b.{1,64}c.{1,64}d",
	"(?i)\\b[\303\240-\303\277k]{2,90}q.{1,80}^z|(ab|ba){40}(?:x|[^y]*){30}",
	"",
	"\\Ax",
};

#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

/* A regex's program; compiled once, because the damage is what is tested here. */
static const struct buffer *original(size_t number)
{
	static struct buffer programs[PATTERNS];
	struct buffer *program = &programs[number];

	if (!program->size) {
		buffer_init(program, REGEX_SIZE_MAX);
		if (regex_compile(text_of(patterns[number]), 0, program, NULL) ||
		    regex_verify(buffer_view(program)))
			abort();
	}
	return program;
}

static void change(char *program, size_t *size, const uint8_t *edit)
{
	size_t place = (edit[0] | (size_t)edit[1] << 8) % (*size ? *size : 1);

	if (!*size)
		return;
	switch (edit[2] % 4) {
	case 0:
		program[place] = (char)edit[3];
		break;
	case 1:
		program[place] = (char)(program[place] ^ 1 << edit[3] % 8);
		break;
	case 2:
		program[place] = (char)(program[place] + edit[3]);
		break;
	case 3:
		/* Seldom, because then hardly anything else is looked at. */
		if (edit[3] == 255)
			*size = place;
		break;
	}
}

static void run(struct text program, struct text text)
{
	static struct regex_scratch *scratch;
	uint64_t steps = 1 << 20;
	int found;

	if (!scratch)
		scratch = regex_scratch_create();
	if (!scratch)
		abort();
	found = regex_search(program, text, scratch, &steps);
	if (found < -1 || found > 1 || steps > 1 << 20)
		abort();
	/* So few bytes at so few states cannot cost so many steps. */
	if (!regex_verify(program) && found < 0)
		abort();
	steps = text.size / 2;
	if (regex_search(program, text, scratch, &steps) == -1 && steps)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const size_t tail = size > 17 ? 16 : 0;
	const struct text text = { (const char *)bytes + size - tail, tail };
	const struct buffer *from;
	AUTO(free) char *copy = NULL, *exact = NULL;
	size_t program_size;

	if (!size)
		return 0;
	from = original(bytes[0] % PATTERNS);
	program_size = from->size;
	copy = malloc(program_size);
	if (!copy)
		abort();
	memcpy(copy, from->at, program_size);
	for (size_t i = 1; i + 4 + tail <= size; i += 4)
		change(copy, &program_size, bytes + i);
	/* Not a byte more, so that a sanitizer sees one too many. */
	exact = malloc(program_size ? program_size : 1);
	if (!exact)
		abort();
	memcpy(exact, copy, program_size);
	run((struct text){ exact, program_size }, text);
	run((struct text){ exact, program_size },
	    TEXT("cmd /c net user \303\251a b\n\377z-z\n"));
	return 0;
}
