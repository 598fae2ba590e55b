// SPDX-License-Identifier: Apache-2.0
// What a YAML scalar is, by the core schema: https://yaml.org/spec/1.2.2/#103-core-schema
#include "format/yaml_schema.h"

#include <math.h>

#include <yaml.h>

#define NUMBER_SIZE_MAX 400 /* digits of a number that is read as one */

static bool is_any(struct text text, const char *const *words)
{
	for (; *words; words++)
		if (text_is(text, text_of(*words)))
			return true;
	return false;
}

static bool is_null(struct text text)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL", NULL };

	return is_any(text, words);
}

static bool is_true(struct text text)
{
	static const char *const words[] = { "true", "True", "TRUE", NULL };

	return is_any(text, words);
}

static bool is_false(struct text text)
{
	static const char *const words[] = { "false", "False", "FALSE", NULL };

	return is_any(text, words);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t skip_digits(struct text text, size_t at)
{
	while (at < text.size && is_digit(text.at[at]))
		at++;
	return at;
}

static size_t skip_sign(struct text text)
{
	return text.size && (text.at[0] == '-' || text.at[0] == '+');
}

/* 0o and octal digits, or 0x and hex digits; no sign. */
static bool is_based(struct text text)
{
	const char *digits;

	if (text.size < 3 || text.at[0] != '0' ||
	    (text.at[1] != 'o' && text.at[1] != 'x'))
		return false;
	digits = text.at[1] == 'o' ? "01234567" : "0123456789abcdefABCDEF";
	for (size_t i = 2; i < text.size; i++)
		if (!text.at[i] || !strchr(digits, text.at[i]))
			return false;
	return true;
}

static bool is_int(struct text text)
{
	size_t at = skip_sign(text);

	return (at < text.size && skip_digits(text, at) == text.size) || is_based(text);
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_finite(struct text text)
{
	size_t at = skip_sign(text), whole = skip_digits(text, at), end = whole;

	if (end < text.size && text.at[end] == '.') {
		end = skip_digits(text, end + 1);
		if (whole == at && end == whole + 1)
			return false;
	} else if (whole == at) {
		return false;
	}
	if (end < text.size && (text.at[end] | 0x20) == 'e') {
		end++;
		if (end < text.size && (text.at[end] == '-' || text.at[end] == '+'))
			end++;
		return end < text.size && skip_digits(text, end) == text.size;
	}
	return end == text.size;
}

static bool is_float(struct text text)
{
	static const char *const words[] = { ".inf", ".Inf", ".INF", NULL };
	static const char *const nans[] = { ".nan", ".NaN", ".NAN", NULL };
	size_t sign = skip_sign(text);

	return is_finite(text) || is_any(text, nans) ||
	       is_any(text_part(text, sign, text.size), words);
}

static enum yaml_kind core_kind(struct text text)
{
	if (is_null(text))
		return YAML_NULL;
	if (is_true(text) || is_false(text))
		return YAML_BOOL;
	if (is_int(text))
		return YAML_INT;
	return is_float(text) ? YAML_FLOAT : YAML_STRING;
}

bool yaml_resolve(struct yaml_node *node, const char *tag)
{
	enum yaml_kind kind = core_kind(node->text);

	if (!tag) {
		node->kind = node->quoted ? YAML_STRING : kind;
	} else if (strcmp(tag, YAML_STR_TAG) == 0 || strcmp(tag, "!") == 0) {
		node->kind = YAML_STRING;
	} else if (strcmp(tag, YAML_FLOAT_TAG) == 0) {
		node->kind = YAML_FLOAT;
		if (kind != YAML_INT && kind != YAML_FLOAT)
			return false;
	} else {
		node->kind = kind;
		if (!(kind == YAML_NULL && strcmp(tag, YAML_NULL_TAG) == 0) &&
		    !(kind == YAML_BOOL && strcmp(tag, YAML_BOOL_TAG) == 0) &&
		    !(kind == YAML_INT && strcmp(tag, YAML_INT_TAG) == 0))
			return false;
	}
	node->truth = node->kind == YAML_BOOL && is_true(node->text);
	return true;
}

bool yaml_number(const struct yaml_node *node, double *out)
{
	char digits[NUMBER_SIZE_MAX + 1];
	double number;

	if (node->kind != YAML_INT && node->kind != YAML_FLOAT &&
	    node->kind != YAML_STRING)
		return false;
	if (node->text.size > NUMBER_SIZE_MAX ||
	    (!is_int(node->text) && !is_finite(node->text)))
		return false;
	memcpy(digits, node->text.at, node->text.size);
	digits[node->text.size] = 0;
	if (is_based(node->text))
		number = (double)strtoull(digits + 2, NULL, digits[1] == 'o' ? 8 : 16);
	else
		number = strtod(digits, NULL);
	if (!isfinite(number))
		return false;
	*out = number;
	return true;
}
