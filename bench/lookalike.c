// SPDX-License-Identifier: Apache-2.0
// What it takes to see that a domain name does not look like a brand's, or that it does.
#include <stdio.h>
#include <time.h>

#include "model/lookalike.h"

#define ROUNDS 100000

static const char *const names[] = {
	"www.debian.org",
	"deb.debian.org",
	"security.ubuntu.com",
	"fonts.gstatic.com",
	"safebrowsing.googleapis.com",
	"d2z8w2v3k1qg0b.cloudfront.net",
	"settings-win.data.microsoft.com",
	"e1234.dscb.akamaiedge.net",
	"api.github.com",
	"registry.npmjs.org",
	"production.cloudflare.docker.com",
	"ec2-198-51-100-23.eu-central-1.compute.amazonaws.com",
	"xn--mnchen-3ya.de",
	"4.3.2.1.in-addr.arpa",
	"windows-update-service.example.net",
	"example-login.test",
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

static double now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(void)
{
	struct lookalike_brand brand;
	unsigned found = 0;
	double begin;

	if (lookalike_brand_set(&brand, TEXT("exam+ple.com")))
		return 1;
	begin = now_ns();
	for (unsigned round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < NAME_COUNT; i++)
			found += lookalike_check(&brand, text_of(names[i])) !=
				 LOOKALIKE_NONE;
	printf("look-alikes: %.0f ns a name and brand (%u of %zu names; aimed at: "
	       "1000)\n",
	       (now_ns() - begin) / (ROUNDS * NAME_COUNT), found / ROUNDS, NAME_COUNT);
	return 0;
}
