/* SPDX-License-Identifier: Apache-2.0 */
/* Domain names that are made to be taken for a brand's own. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

#define LOOKALIKE_NAME_SIZE  253 /* bytes: RFC 1035, 2.3.4, without the dot at the end */
#define LOOKALIKE_LABEL_SIZE 63  /* letters of one label */
#define LOOKALIKE_BRAND_SIZE 4   /* a shorter brand is part of too many names */

/* How a name comes to look like the brand's; the order is that of certainty. */
enum lookalike {
	LOOKALIKE_NONE,
	LOOKALIKE_SUFFIX,    /* the brand below another suffix: example.shop */
	LOOKALIKE_SUBDOMAIN, /* below somebody else's name: example.hosting.net */
	LOOKALIKE_WORDS,     /* with other words: example-help.com, fixexample.com */
	LOOKALIKE_HOMOGRAPH, /* in letters that look alike: examp1e.com, xn--exampl-wof.com */
	LOOKALIKE_TYPO,      /* a few letters aside: examlpe.com */
	LOOKALIKE_HALF,      /* half of it beside a lure: exam-login.com */
	LOOKALIKE_COUNT
};

/* A brand, in the form in which names are compared with it. */
struct lookalike_brand {
	char domain[LOOKALIKE_NAME_SIZE]; /* example.com */
	char plain[LOOKALIKE_LABEL_SIZE + 1];
	char alike[LOOKALIKE_LABEL_SIZE + 1];
	char joined[LOOKALIKE_LABEL_SIZE + 1];
	uint32_t domain_size, size, joined_size;
	uint32_t letters; /* which there are: a bit each */
	uint32_t half;    /* letters of its first word; 0: it is one word */
};

/*
 * lookalike_brand_set(brand, text):
 * The brand whose domain is ${text} and whose name is its first label: small ASCII letters,
 * digits and hyphens, LOOKALIKE_BRAND_SIZE letters at least.  A '+' in it parts the brand's two
 * words, for which names are searched too: "exam+ple.com".  NULL, or what was expected; a
 * literal.
 */
const char *lookalike_brand_set(struct lookalike_brand *brand, struct text text);

/*
 * lookalike_check(brand, name):
 * Whether ${name}, as DNS or a browser has it (any case, Punycode or UTF-8, with or without the
 * dot at the end), is made to look like the brand's domain.  The domain itself and all below it
 * are not.  Only the last 253 bytes of a longer name count.  Takes time linear in the name and
 * allocates nothing.
 */
enum lookalike lookalike_check(const struct lookalike_brand *brand, struct text name);

/* Is ${name}, in any case and without a dot at its end, ${domain} or below it? */
bool lookalike_is_below(struct text domain, struct text name);

/* "other suffix", ...; "" for LOOKALIKE_NONE. */
const char *lookalike_word(enum lookalike lookalike);
