// SPDX-License-Identifier: Apache-2.0
// Domain names that are made to be taken for a brand's own.
#include "model/lookalike.h"

#include "base/fold.h"
#include "model/confusable_table.h"

#define LOOKALIKE_NAME_SIZE                                                              \
	253         /* bytes of a name: RFC 1035, 2.3.4, without the length of the root */
#define UNKNOWN '?' /* looks like nothing in ASCII */

/* A brand of so many letters is looked for anywhere in a label; a shorter one only as a word. */
#define LONG_BRAND 7

/*
 * Letters that typing errors may cost a brand of so many; the third only behind a sound
 * beginning.
 */
#define ONE_ERROR    6
#define TWO_ERRORS   10
#define THREE_ERRORS 11

#define HALF_SIZE 5 /* letters of a brand's half that is looked for by itself */

/* A label without its hyphens. */
struct sketch {
	char plain[LOOKALIKE_LABEL_SIZE + 1]; /* as written, small */
	char alike[LOOKALIKE_LABEL_SIZE + 1]; /* what looks alike made the same */
	uint32_t size;
	uint64_t
		begins; /* bit i: a word begins at letter i, the first one or behind a hyphen */
};

/* Words that stand beside a brand to make somebody click. */
static const char *const lures[] = {
	"access",   "account",  "alert",    "app",     "auth",     "billing", "blue",
	"bsod",     "bug",      "center",   "check",   "claim",    "client",  "cloud",
	"crash",    "customer", "desk",     "down",    "download", "email",   "error",
	"fail",     "failure",  "fix",      "fixer",   "free",     "gift",    "help",
	"helpdesk", "hotfix",   "id",       "info",    "invoice",  "issue",   "live",
	"login",    "logon",    "mail",     "me",      "my",       "net",     "online",
	"outage",   "patch",    "pay",      "payment", "portal",   "prize",   "recover",
	"recovery", "refund",   "remove",   "repair",  "reset",    "restore", "secure",
	"security", "service",  "services", "shop",    "sign",     "signin",  "site",
	"sso",      "store",    "support",  "team",    "tech",     "token",   "tool",
	"unlock",   "update",   "updates",  "upgrade", "user",     "verify",  "wallet",
	"web",      "win",
};

static char alike_of(char c)
{
	static const char others[128] = {
		['0'] = 'o', ['1'] = 'l', ['i'] = 'l', ['3'] = 'e',
		['4'] = 'a', ['5'] = 's', ['7'] = 't', ['8'] = 'b'
	};
	char other = others[c & 0x7f];

	return other ? other : c;
}

/* The ASCII character that ${point}, which is none, looks like. */
static char confusable(uint32_t point)
{
	size_t low = 0, high = sizeof(confusable_table) / sizeof(confusable_table[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;
		uint32_t entry = confusable_table[middle];

		if (entry >> 8 == point)
			return (char)(entry & 0x7f);
		if (entry >> 8 < point)
			low = middle + 1;
		else
			high = middle;
	}
	return UNKNOWN;
}

static void sketch_add(struct sketch *sketch, uint32_t point)
{
	char c;

	if (point == '-') {
		if (sketch->size < LOOKALIKE_LABEL_SIZE)
			sketch->begins |= (uint64_t)1 << sketch->size;
		return;
	}
	if (sketch->size == LOOKALIKE_LABEL_SIZE)
		return;
	if (point >= 'A' && point <= 'Z')
		point |= 0x20;
	else if (point >= 0x80)
		point = fold_point(point);
	c = point < 0x80 ? (char)point : confusable(point);
	sketch->plain[sketch->size] = point < 0x80 ? c : UNKNOWN;
	sketch->alike[sketch->size++] = alike_of(c);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0' + 26;
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

/* How much the next step is: RFC 3492, 6.1. */
static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / 700 : delta / 2;
	for (delta += delta / count; delta > 35 * 26 / 2; k += 36)
		delta /= 35;
	return k + 36 * delta / (delta + 38);
}

/*
 * Decode a label behind its "xn--" (RFC 3492, 6.2) into ${points}; how many these are, or 0
 * where it is not Punycode.
 */
static uint32_t punycode_read(struct text label, uint32_t points[LOOKALIKE_LABEL_SIZE])
{
	const char *hyphen = label.size ? memrchr(label.at, '-', label.size) : NULL;
	size_t at = hyphen ? (size_t)(hyphen - label.at) : 0;
	uint32_t count = 0, point = 0x80, place = 0, bias = 72;

	for (size_t i = 0; i < at && count < LOOKALIKE_LABEL_SIZE; i++)
		points[count++] = (unsigned char)label.at[i];
	for (at += hyphen != NULL; at < label.size && count < LOOKALIKE_LABEL_SIZE;) {
		uint32_t before = place, weight = 1;

		for (uint32_t k = 36;; k += 36) {
			int digit = at < label.size ? digit_of(label.at[at++]) : -1;
			uint32_t limit = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
			uint32_t step;

			if (digit < 0 ||
			    __builtin_mul_overflow((uint32_t)digit, weight, &step) ||
			    __builtin_add_overflow(place, step, &place))
				return 0;
			if ((uint32_t)digit < limit)
				break;
			if (__builtin_mul_overflow(weight, 36 - limit, &weight))
				return 0;
		}
		count++;
		bias = adapt(place - before, count, before == 0);
		point += place / count;
		place %= count;
		if (point > 0x10ffff)
			return 0;
		memmove(points + place + 1, points + place,
			(count - 1 - place) * sizeof(*points));
		points[place++] = point;
	}
	return count;
}

static void sketch_make(struct sketch *sketch, struct text label)
{
	uint32_t points[LOOKALIKE_LABEL_SIZE], count = 0, point;

	sketch->size = 0;
	sketch->begins = 1;
	if (label.size > 4 && ascii_folds_to(label.at, "xn--", 4))
		count = punycode_read(text_part(label, 4, SIZE_MAX), points);
	for (uint32_t i = 0; i < count; i++)
		sketch_add(sketch, points[i]);
	for (size_t at = 0; !count && at < label.size;) {
		at += utf8_read(label.at + at, label.size - at, &point);
		sketch_add(sketch, point);
	}
}

/* Letters that look like one other when they stand together; the size of ${out}. */
static uint32_t join(const char *in, uint32_t size, char *out)
{
	static const struct {
		char pair[3], one;
	} pairs[] = { { "rn", 'm' }, { "vv", 'w' }, { "cl", 'd' } };
	uint32_t count = 0;

	for (uint32_t at = 0; at < size; at++) {
		char c = in[at];

		for (unsigned i = 0; i < 3 && at + 1 < size; i++)
			if (in[at] == pairs[i].pair[0] && in[at + 1] == pairs[i].pair[1])
				c = pairs[i].one;
		at += c != in[at];
		out[count++] = c;
	}
	return count;
}

/* Which letters are there, each as one bit of 32: those of equal number are taken for one. */
static uint32_t letters_of(const char *at, uint32_t size)
{
	uint32_t letters = 0;

	for (uint32_t i = 0; i < size; i++)
		letters |= 1u << (at[i] & 31);
	return letters;
}

const char *lookalike_brand_set(struct lookalike_brand *brand, struct text text)
{
	struct text label = { 0 };
	struct sketch sketch;

	brand->half = brand->domain_size = 0;
	for (size_t i = 0; i < text.size; i++) {
		char c = text.at[i];

		if (c == '+' && !label.size && brand->domain_size && !brand->half) {
			brand->half = brand->domain_size;
			continue;
		}
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
		    c != '.')
			return "small letters, digits, hyphens and dots";
		if (brand->domain_size == sizeof(brand->domain))
			return "at most 253 bytes";
		if (c == '.' && !label.size)
			label = (struct text){ brand->domain, brand->domain_size };
		brand->domain[brand->domain_size++] = c;
	}
	if (!label.size || brand->domain[brand->domain_size - 1] == '.')
		return "a domain, as in example.com";
	if (brand->half && memchr(label.at, '-', label.size))
		return "'+' or '-' between the brand's words, not both";
	sketch_make(&sketch, label);
	if (sketch.size < LOOKALIKE_BRAND_SIZE)
		return "a name of at least 4 letters";
	brand->size = sketch.size;
	memcpy(brand->plain, sketch.plain, sketch.size);
	memcpy(brand->alike, sketch.alike, sketch.size);
	brand->letters = letters_of(sketch.alike, sketch.size);
	brand->joined_size = join(sketch.alike, sketch.size, brand->joined);
	return NULL;
}

static bool is_lure(const char *at, uint32_t size)
{
	for (size_t i = 0; size && i < sizeof(lures) / sizeof(lures[0]); i++)
		if (lures[i][0] == at[0] && strlen(lures[i]) == size &&
		    memcmp(lures[i], at, size) == 0)
			return true;
	return false;
}

static bool is_break(const struct sketch *sketch, uint32_t at)
{
	return at == sketch->size || sketch->begins >> at & 1;
}

/* Do the letters from ${from} to ${to}, where the brand was found, stand there as a word? */
static bool stands_alone(const struct sketch *sketch, uint32_t from, uint32_t to)
{
	bool begins = is_break(sketch, from) || is_lure(sketch->plain, from);

	return begins &&
	       (is_break(sketch, to) || is_lure(sketch->plain + to, sketch->size - to));
}

/* The brand, written as it is or in letters that look like it, somewhere in the label. */
static enum lookalike find_brand(const struct lookalike_brand *brand,
				 const struct sketch *sketch)
{
	for (uint32_t at = 0; at + brand->size <= sketch->size; at++) {
		if (memcmp(sketch->alike + at, brand->alike, brand->size) != 0)
			continue;
		if (brand->size < LONG_BRAND &&
		    !stands_alone(sketch, at, at + brand->size))
			continue;
		if (memcmp(sketch->plain + at, brand->plain, brand->size) != 0)
			return LOOKALIKE_HOMOGRAPH;
		return sketch->size == brand->size ? LOOKALIKE_SUFFIX : LOOKALIKE_WORDS;
	}
	return LOOKALIKE_NONE;
}

/* The same with rn for m and the like. */
static enum lookalike find_joined(const struct lookalike_brand *brand,
				  const struct sketch *sketch)
{
	char joined[LOOKALIKE_LABEL_SIZE];
	uint32_t size = join(sketch->alike, sketch->size, joined);

	if (size == sketch->size && brand->joined_size == brand->size)
		return LOOKALIKE_NONE;
	if (brand->size < LONG_BRAND && size != brand->joined_size)
		return LOOKALIKE_NONE;
	if (memmem(joined, size, brand->joined, brand->joined_size))
		return LOOKALIKE_HOMOGRAPH;
	return LOOKALIKE_NONE;
}

/*
 * Letters left out, put in, taken for others or swapped with their neighbours, to make one text
 * of the other (optimal string alignment); above ${limit} it stops counting.
 */
static uint32_t errors_between(const char *a, uint32_t a_size, const char *b,
			       uint32_t b_size, uint32_t limit)
{
	uint8_t rows[3][LOOKALIKE_LABEL_SIZE + 1];
	uint32_t best;

	if (a_size > b_size + limit || b_size > a_size + limit)
		return limit + 1;
	for (uint32_t j = 0; j <= b_size; j++)
		rows[0][j] = (uint8_t)j;
	for (uint32_t i = 1; i <= a_size; i++) {
		uint8_t *row = rows[i % 3], *above = rows[(i - 1) % 3];

		best = row[0] = (uint8_t)i;
		for (uint32_t j = 1; j <= b_size; j++) {
			uint32_t errors = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1u < errors)
				errors = above[j] + 1u;
			if (row[j - 1] + 1u < errors)
				errors = row[j - 1] + 1u;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    rows[(i - 2) % 3][j - 2] + 1u < errors)
				errors = rows[(i - 2) % 3][j - 2] + 1u;
			row[j] = (uint8_t)errors;
			if (errors < best)
				best = errors;
		}
		if (best > limit)
			return limit + 1;
	}
	return rows[a_size % 3][b_size];
}

static uint32_t common_beginning(const struct lookalike_brand *brand, const char *word,
				 uint32_t size)
{
	uint32_t count = 0;

	while (count < size && count < brand->size && word[count] == brand->alike[count])
		count++;
	return count;
}

/* A word of the label that is the brand but for typing errors, perhaps with a lure behind it. */
static bool is_typo(const struct lookalike_brand *brand, const char *word, uint32_t size)
{
	uint32_t limit = brand->size >= TWO_ERRORS ? 2 : brand->size >= ONE_ERROR;
	uint32_t errors, missing;

	/* An error can cost one of the brand's letters. */
	missing = brand->letters & ~letters_of(word, size);
	if (__builtin_popcount(missing) > 3)
		return false;
	if (brand->size >= THREE_ERRORS &&
	    common_beginning(brand, word, size) >= brand->size / 2 + 2)
		limit = 3;
	errors = errors_between(word, size, brand->alike, brand->size, limit);
	if (errors && errors <= limit)
		return true;
	if (brand->size < LONG_BRAND)
		return false;
	for (uint32_t part = brand->size - 1; part <= brand->size + 1 && part < size;
	     part++)
		if (is_lure(word + part, size - part) &&
		    errors_between(word, part, brand->alike, brand->size, 1) == 1)
			return true;
	return false;
}

static enum lookalike find_typo(const struct lookalike_brand *brand,
				const struct sketch *sketch)
{
	uint32_t end;

	if (sketch->begins != 1 && is_typo(brand, sketch->alike, sketch->size))
		return LOOKALIKE_TYPO;
	for (uint32_t at = 0; at < sketch->size; at = end) {
		for (end = at + 1; !is_break(sketch, end); end++)
			;
		if (is_typo(brand, sketch->alike + at, end - at))
			return LOOKALIKE_TYPO;
	}
	return LOOKALIKE_NONE;
}

/* Does the word begin or end with one of the brand's halves?  ${*other}: what is left of it. */
static bool has_half(const struct lookalike_brand *brand, struct text word,
		     struct text *other)
{
	struct text first = { .at = brand->alike, .size = brand->half };
	struct text second = { .at = brand->alike + brand->half,
			       .size = brand->size - brand->half };

	*other = word;
	if (first.size >= HALF_SIZE && text_starts(word, first))
		*other = text_part(word, first.size, SIZE_MAX);
	else if (second.size >= HALF_SIZE && text_ends(word, second))
		*other = text_part(word, 0, word.size - second.size);
	return other->size < word.size;
}

/* Half of the brand, and a lure: joined to it, or a word of its own. */
static enum lookalike find_half(const struct lookalike_brand *brand,
				const struct sketch *sketch)
{
	bool half = false, lure = false;
	uint32_t end;

	if (!brand->half)
		return LOOKALIKE_NONE;
	for (uint32_t at = 0; at < sketch->size; at = end) {
		struct text word = { .at = sketch->alike + at }, other;

		for (end = at + 1; !is_break(sketch, end); end++)
			;
		word.size = end - at;
		half |= has_half(brand, word, &other);
		lure |= is_lure(sketch->plain + (other.at - sketch->alike),
				(uint32_t)other.size);
	}
	return half && lure ? LOOKALIKE_HALF : LOOKALIKE_NONE;
}

/* What stands behind a label that is the brand: a suffix, as "shop" or "co.uk", or a name? */
static bool is_suffix(struct text rest)
{
	const char *dot = rest.size ? memchr(rest.at, '.', rest.size) : NULL;

	return !dot || (dot - rest.at <= 3 &&
			!memchr(dot + 1, '.', rest.size - (size_t)(dot + 1 - rest.at)));
}

static enum lookalike check_label(const struct lookalike_brand *brand, struct text label,
				  struct text rest)
{
	enum lookalike found;
	struct sketch sketch;

	/* What is much shorter can't be it; this is most labels. */
	if (!brand->half && label.size + 3 < brand->joined_size)
		return LOOKALIKE_NONE;
	sketch_make(&sketch, label);
	found = find_brand(brand, &sketch);
	if (found == LOOKALIKE_SUFFIX && !is_suffix(rest))
		return LOOKALIKE_SUBDOMAIN;
	if (!found)
		found = find_joined(brand, &sketch);
	if (!found)
		found = find_typo(brand, &sketch);
	return found ? found : find_half(brand, &sketch);
}

bool lookalike_is_below(struct text domain, struct text name)
{
	size_t before;

	if (name.size < domain.size)
		return false;
	before = name.size - domain.size;
	return (before == 0 || name.at[before - 1] == '.') && text_is_ascii(name) &&
	       ascii_folds_to(name.at + before, domain.at, domain.size);
}

enum lookalike lookalike_check(const struct lookalike_brand *brand, struct text name)
{
	enum lookalike found = LOOKALIKE_NONE;

	if (name.size && name.at[name.size - 1] == '.')
		name.size--;
	if (name.size > LOOKALIKE_NAME_SIZE)
		name = text_part(name, name.size - LOOKALIKE_NAME_SIZE, SIZE_MAX);
	if (lookalike_is_below((struct text){ brand->domain, brand->domain_size }, name))
		return LOOKALIKE_NONE;
	while (!found && name.size) {
		const char *dot = memchr(name.at, '.', name.size);
		size_t size = dot ? (size_t)(dot - name.at) : name.size;
		struct text rest = text_part(name, size + 1, SIZE_MAX);

		found = check_label(brand, text_part(name, 0, size), rest);
		name = rest;
	}
	return found;
}

const char *lookalike_word(enum lookalike lookalike)
{
	static const char *const words[LOOKALIKE_COUNT] = {
		[LOOKALIKE_NONE] = "",
		[LOOKALIKE_SUFFIX] = "other suffix",
		[LOOKALIKE_SUBDOMAIN] = "subdomain",
		[LOOKALIKE_WORDS] = "other words",
		[LOOKALIKE_HOMOGRAPH] = "look-alike letters",
		[LOOKALIKE_TYPO] = "typing error",
		[LOOKALIKE_HALF] = "half of the brand",
	};

	return lookalike < LOOKALIKE_COUNT ? words[lookalike] : "";
}
