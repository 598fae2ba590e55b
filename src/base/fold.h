/* SPDX-License-Identifier: Apache-2.0 */
/* Unicode simple case folding (CaseFolding.txt, status C and S), on UTF-8. */
#pragma once

#include "base/text.h"

/* The version of Unicode whose folding this is; tools/fold-table wrote src/base/fold_table.h. */
#define FOLD_UNICODE_VERSION "15.0.0"

/* The point that ${point} folds to; itself where it has no folding. */
uint32_t fold_point(uint32_t point);

/* Bytes that fold_text may write for ${size} bytes: a folded point can be one byte longer. */
#define FOLD_SIZE(size) ((size) + (size) / 2 + 16)

/* Whether all bytes of ${text} are ASCII. */
static inline bool text_is_ascii(struct text text)
{
	uint64_t all = 0, word;
	size_t at = 0;

	for (; text.size - at >= 8; at += 8) {
		memcpy(&word, text.at + at, 8);
		all |= word;
	}
	if (text.size >= 8) {
		memcpy(&word, text.at + text.size - 8, 8);
		return !((all | word) & 0x8080808080808080u);
	}
	for (; at < text.size; at++)
		all |= (uint8_t)text.at[at];
	return !(all & 0x8080808080808080u);
}

/* Whether eight bytes of ASCII at ${at} fold to those at ${folded}. */
static inline bool ascii_word_folds_to(const char *at, const char *folded)
{
	uint64_t word, wanted, from_a, behind_z;

	memcpy(&word, at, 8);
	memcpy(&wanted, folded, 8);
	/* Each byte is below 0x80, so that none carries into the next. */
	from_a = word + 0x3f3f3f3f3f3f3f3fu;
	behind_z = word + 0x2525252525252525u;
	return (word | (from_a & ~behind_z & 0x8080808080808080u) >> 2) == wanted;
}

/*
 * ascii_folds_to(at, folded, size):
 * Whether the folded form of ${size} bytes of ASCII is ${folded}, without writing it anywhere.
 */
static inline bool ascii_folds_to(const char *at, const char *folded, size_t size)
{
	size_t done = 0;

	if (size < 8) {
		for (; done < size; done++) {
			char c = at[done];

			if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != folded[done])
				return false;
		}
		return true;
	}
	for (; done + 8 < size; done += 8)
		if (!ascii_word_folds_to(at + done, folded + done))
			return false;
	return ascii_word_folds_to(at + size - 8, folded + size - 8);
}

/*
 * text_keeps_ascii(text):
 * False where a character of ${text} that is not ASCII folds to one that is: U+017F, the long s, or
 * U+212A, the Kelvin sign.  Elsewhere ASCII stands in the folded text only where it stands in
 * the text itself.
 */
bool text_keeps_ascii(struct text text);

/*
 * fold_text(in, size, out):
 * Write the folded form of ${size} bytes of UTF-8 to ${out} (FOLD_SIZE(size) bytes, not
 * overlapping) and return its size.  Bytes that are not UTF-8 stay as they are.
 */
size_t fold_text(const char *in, size_t size, char *out);

/* The same in plain C, for machines without SSE2 and for the test that compares the two. */
size_t fold_text_plain(const char *in, size_t size, char *out);

/*
 * utf8_read(at, size, point):
 * Decode the character at the start of ${size} > 0 bytes.  Returns how many bytes it has;
 * a byte that does not start valid UTF-8 is one byte long and gives 0xdc00 + the byte.
 */
size_t utf8_read(const char *at, size_t size, uint32_t *point);

/* Write ${point} (at most 0x10ffff) as UTF-8 and return its size, 1 to 4. */
size_t utf8_write(uint32_t point, char *out);
