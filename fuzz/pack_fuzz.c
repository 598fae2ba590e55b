// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a pack damaged in any way is refused, or runs without a fault.
#include <stdlib.h>

#include "pack_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct pack_bench *bench;

	if (!bench)
		bench = pack_bench_create(SEED_RULES);
	if (!bench)
		abort();
	(void)pack_bench_try(bench,
			     (struct text){ .at = (const char *)bytes, .size = size },
			     100, (uint32_t)size);
	return 0;
}
