// SPDX-License-Identifier: Apache-2.0
// Domain names that are made to be taken for a brand's own, and names that are not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "model/lookalike.h"

static void assert_check(const char *domain, const char *name, enum lookalike wanted)
{
	struct lookalike_brand brand;
	enum lookalike found;

	assert_null(lookalike_brand_set(&brand, text_of(domain)));
	found = lookalike_check(&brand, text_of(name));
	if (found != wanted)
		fail_msg("%s beside %s: found '%s', expected '%s'", name, domain,
			 lookalike_word(found), lookalike_word(wanted));
}

static void each_trick_is_told_by_its_name(void **state)
{
	static const struct {
		const char *name;
		enum lookalike wanted;
	} cases[] = {
		{ "example.shop", LOOKALIKE_SUFFIX },
		{ "example.co.uk", LOOKALIKE_SUFFIX },
		{ "EXAMPLE.SHOP.", LOOKALIKE_SUFFIX },
		{ "www.example.shop", LOOKALIKE_SUFFIX },
		{ "example.hosting-company.net", LOOKALIKE_SUBDOMAIN },
		{ "login.example.pages.dev", LOOKALIKE_SUBDOMAIN },
		{ "example.com.hosting.net", LOOKALIKE_SUBDOMAIN },
		{ "example-login.com", LOOKALIKE_WORDS },
		{ "fixexample.com", LOOKALIKE_WORDS },
		{ "my-example-account.verify.net", LOOKALIKE_WORDS },
		{ "examp1e.com", LOOKALIKE_HOMOGRAPH },
		{ "exarnple.com", LOOKALIKE_HOMOGRAPH },
		{ "ex\xd0\xb0mple.com", LOOKALIKE_HOMOGRAPH },
		{ "\xef\xbd\x85xample.com", LOOKALIKE_HOMOGRAPH },
		{ "xn--exmple-4nf.com", LOOKALIKE_HOMOGRAPH },
		{ "XN--EXMPLE-4NF.com", LOOKALIKE_HOMOGRAPH },
		{ "exmaple.com", LOOKALIKE_TYPO },
		{ "exampel.com", LOOKALIKE_TYPO },
		{ "exampl.com", LOOKALIKE_TYPO },
		{ "exampple.com", LOOKALIKE_TYPO },
		{ "exampke-support.com", LOOKALIKE_TYPO },
		{ "exampkesupport.com", LOOKALIKE_TYPO },
		{ "ex-ample.com", LOOKALIKE_SUFFIX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_check("example.com", cases[i].name, cases[i].wanted);
	assert_check("shining+bridge.com", "shining-update.com", LOOKALIKE_HALF);
	assert_check("shining+bridge.com", "fixbridge.com", LOOKALIKE_HALF);
	assert_check("shining+bridge.com", "shinyngbrydge.com", LOOKALIKE_TYPO);
	assert_check("shining+bridge.com", "shiningbridgges.com", LOOKALIKE_TYPO);
}

static void what_is_the_brands_own_or_nobodys_is_left_alone(void **state)
{
	static const char *const names[] = {
		"example.com",
		"EXAMPLE.com.",
		"www.example.com",
		"a.b.c.example.com",
		"sample.com",
		"ample.org",
		"com",
		"",
		".",
		"...",
		"localhost",
		"4.3.2.1.in-addr.arpa",
		"_ldap._tcp.dc._msdcs.corp.test",
		"xn--",
		"xn--99999999999999.com",
		"xn--a-\xff.com",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_check("example.com", names[i], LOOKALIKE_NONE);
	/* A brand that is a word of the language is part of others: a long one counts anywhere. */
	assert_check("example.com", "all-our-examples.net", LOOKALIKE_WORDS);
	/* A short one only as a word of its own, or beside a lure. */
	assert_check("apple.com", "pineapple.com", LOOKALIKE_NONE);
	assert_check("apple.com", "apply.com", LOOKALIKE_NONE);
	assert_check("apple.com", "apple-id.net", LOOKALIKE_WORDS);
	assert_check("apple.com", "appleid.net", LOOKALIKE_WORDS);
	assert_check("shining+bridge.com", "bridge.com", LOOKALIKE_NONE);
	assert_check("shining+bridge.com", "shining-stars.com", LOOKALIKE_NONE);
}

static void a_brand_that_cannot_be_protected_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",     "example",  "exa.com",      "Example.com",
		".com", "example.", "ex ample.com", "a+b-cdef.com"
	};
	struct lookalike_brand brand;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(lookalike_brand_set(&brand, text_of(wrong[i])));
	assert_null(lookalike_brand_set(&brand, TEXT("deutsche-bank.example")));
	assert_int_equal(lookalike_check(&brand, TEXT("deutschebank.test")),
			 LOOKALIKE_SUFFIX);
}

static void any_bytes_are_a_name(void **state)
{
	static const char letters[] = "exampleEXAMPL1-.xn--\x80\xd0\xb0+";
	struct lookalike_brand brand;
	uint32_t random = 1;
	char name[600];

	(void)state;
	assert_null(lookalike_brand_set(&brand, TEXT("exam+ple.com")));
	for (unsigned round = 0; round < 200000; round++) {
		size_t size = (random >> 8) % (round % 50 ? 40 : sizeof(name));

		for (size_t i = 0; i < size; i++) {
			random = random * 1664525u + 1013904223u;
			name[i] = letters[(random >> 16) % (sizeof(letters) - 1)];
		}
		random = random * 1664525u + 1013904223u;
		(void)lookalike_check(&brand, (struct text){ name, size });
	}
}

/* Names that were reported; those that have nothing of the brand in them are no look-alikes. */
static void reported_names_are_found(void **state)
{
	static const char *const strangers[] = { "bsodsm8rlixamzgjedu.com",
						 "portalintranetgrupobbva.com" };
	const char *data = getenv("WINDHOVER_DATA");
	struct lookalike_brand brand;
	char path[400], line[400];
	unsigned count = 0, found = 0;
	FILE *file;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/lookalike/crowdstrike-2024.tsv",
		       data ? data : DATA_FOLDER);
	file = fopen(path, "r");
	if (!file) {
		print_message("skipped: there is no %s\n", path);
		skip();
	}
	assert_null(lookalike_brand_set(&brand, TEXT("crowd+strike.com")));
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\t\n")] = '\0';
		if (line[0] == '#' || strcmp(line, strangers[0]) == 0 ||
		    strcmp(line, strangers[1]) == 0)
			continue;
		count++;
		found += lookalike_check(&brand, text_of(line)) != LOOKALIKE_NONE;
	}
	(void)fclose(file);
	print_message("%u of %u\n", found, count);
	assert_true(count > 40);
	assert_true(found * 100 >= count * 95);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_trick_is_told_by_its_name),
		cmocka_unit_test(what_is_the_brands_own_or_nobodys_is_left_alone),
		cmocka_unit_test(a_brand_that_cannot_be_protected_is_refused),
		cmocka_unit_test(any_bytes_are_a_name),
		cmocka_unit_test(reported_names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
