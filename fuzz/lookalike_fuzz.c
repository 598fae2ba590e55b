// SPDX-License-Identifier: Apache-2.0
// Any name beside any brand: the brand's domain up to a newline, the name.
#include <stdlib.h>

#include "model/lookalike.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text all = { .at = (const char *)bytes, .size = size };
	const char *newline = size ? memchr(all.at, '\n', size) : NULL;
	struct text domain = { 0 }, own;
	struct lookalike_brand brand;

	if (newline)
		domain = text_part(all, 0, (size_t)(newline - all.at));
	if (lookalike_brand_set(&brand, domain))
		return 0;
	own = (struct text){ .at = brand.domain, .size = brand.domain_size };
	if (lookalike_check(&brand, own) != LOOKALIKE_NONE)
		abort();
	if (lookalike_check(&brand, text_part(all, domain.size + 1, SIZE_MAX)) >=
	    LOOKALIKE_COUNT)
		abort();
	return 0;
}
