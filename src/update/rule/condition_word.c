// SPDX-License-Identifier: Apache-2.0
// The words of a condition.
#include "update/rule/condition_word.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_mark(char c)
{
	return c == '(' || c == ')' || c == '|';
}

void words_next(struct words *words)
{
	struct text text = words->text;
	size_t at = words->next, end;

	while (at < text.size && is_blank(text.at[at]))
		at++;
	end = at;
	if (at == text.size) {
		words->kind = WORD_END;
	} else if (is_mark(text.at[at])) {
		words->kind = text.at[at] == '('   ? WORD_OPEN
			      : text.at[at] == ')' ? WORD_CLOSE
						   : WORD_BAR;
		end = at + 1;
	} else {
		words->kind = WORD_TEXT;
		while (end < text.size && !is_blank(text.at[end]) &&
		       !is_mark(text.at[end]))
			end++;
	}
	words->at = at;
	words->next = end;
	words->word = text_part(text, at, end - at);
}

bool word_is(struct text word, const char *keyword)
{
	if (word.size != strlen(keyword))
		return false;
	for (size_t i = 0; i < word.size; i++)
		if ((word.at[i] | 0x20) != keyword[i])
			return false;
	return true;
}

uint32_t word_number(struct text word)
{
	uint64_t number = 0;

	for (size_t i = 0; i < word.size; i++) {
		if (word.at[i] < '0' || word.at[i] > '9')
			return 0;
		number = number * 10 + (uint64_t)(word.at[i] - '0');
		if (number > UINT32_MAX)
			number = UINT32_MAX;
	}
	return (uint32_t)number;
}

static bool is_digits(struct text word)
{
	for (size_t i = 0; i < word.size; i++)
		if (word.at[i] < '0' || word.at[i] > '9')
			return false;
	return word.size > 0;
}

bool word_is_quantifier(struct text word)
{
	return is_digits(word) || word_is(word, "any") || word_is(word, "all");
}

bool word_fits(struct text name, struct text pattern)
{
	size_t n = 0, p = 0, star = SIZE_MAX, retry = 0;

	/* A star that took too little takes one more; only the last star can be at fault. */
	while (n < name.size) {
		if (p < pattern.size && pattern.at[p] == '*') {
			star = ++p;
			retry = n;
		} else if (p < pattern.size && pattern.at[p] == name.at[n]) {
			p++;
			n++;
		} else if (star != SIZE_MAX) {
			p = star;
			n = ++retry;
		} else {
			return false;
		}
	}
	while (p < pattern.size && pattern.at[p] == '*')
		p++;
	return p == pattern.size;
}
