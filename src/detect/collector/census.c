// SPDX-License-Identifier: Apache-2.0
// Reading the census: records one after the other.
#include "detect/collector/census.h"

struct text census_next(struct text *census)
{
	struct record head;
	struct text record;

	if (census->size < sizeof(head))
		return (struct text){ 0 };
	memcpy(&head, census->at, sizeof(head));
	if (head.size < sizeof(head) || head.size > census->size)
		return (struct text){ 0 };
	record = text_part(*census, 0, head.size);
	*census = text_part(*census, head.size, census->size);
	return record;
}
