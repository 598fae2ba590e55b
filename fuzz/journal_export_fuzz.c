// SPDX-License-Identifier: Apache-2.0
// Any bytes as a journal's export, and as an event's XML, with what is promised checked.
#include <assert.h>
#include <stdint.h>

#include "detect/intake/intake.h"
#include "event_check.h"
#include "format/event_xml.h"
#include "format/journal_export.h"

/* Every node is inside of the document, and so are its bytes; a sum over them. */
static uint64_t touch(const struct json_document *d)
{
	uint64_t sum = d->count;

	assert(d->count && d->nodes[0].end == d->count);
	for (uint32_t i = 0; i < d->count; i++) {
		const struct json_node *node = &d->nodes[i];
		struct text texts[] = { json_key(d, node), json_text(d, node) };

		assert(node->end > i && node->end <= d->count);
		for (unsigned t = 0; t < 2; t++)
			for (size_t k = 0; k < texts[t].size; k++)
				sum = 31 * sum + (unsigned char)texts[t].at[k];
	}
	return sum;
}

static uint64_t run(struct journal_export *journal, struct testing_stream input,
		    struct intake *intake)
{
	static struct event event;
	size_t size = input.size, steps = 0;
	struct why why = { 0 };
	uint64_t sum = 0;
	int r;

	journal_export_start(journal, testing_stream_read, &input);
	while ((r = journal_export_next(journal, &why)) > 0) {
		/* An entry may have a fault and come all the same. */
		assert(++steps <= 2 * size + 1);
		if (r == JOURNAL_EXPORT_BAD) {
			assert(why.line && why.reason[0]);
			continue;
		}
		assert(journal_export_offset(journal) < size);
		sum = 31 * sum + touch(journal_export_document(journal));
		(void)intake_json(intake, journal_export_document(journal), &event);
	}
	assert(r == JOURNAL_EXPORT_END);
	return sum;
}

/* The bytes as XML, in a buffer that has what the parser asks for, and no more. */
static void run_xml(const uint8_t *bytes, size_t size)
{
	static struct json_node nodes[512];
	size_t room = size + 2 * JSON_PADDING;
	struct json_document d = { .room_at = (uint32_t)(size + JSON_PADDING),
				   .room_size = (uint32_t)room,
				   .nodes = nodes,
				   .capacity = 512 };
	AUTO(free) char *copy = calloc(1, size + JSON_PADDING + room);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, bytes, size);
	d.base = copy;
	if (event_xml_parse((struct text){ copy, size }, &d)) {
		assert(d.room_used <= d.room_size);
		(void)touch(&d);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	/* Made once: making them takes longer than most inputs do. */
	static struct journal_export *journal;
	static struct intake *intake;
	uint64_t sum;

	(void)journal_export_tell((struct text){ (const char *)bytes, size });
	if (!journal && (journal_export_create(&journal) ||
			 intake_create(&event_check_pack, NULL, &intake)))
		abort();
	sum = run(journal, (struct testing_stream){ (const char *)bytes, size, SIZE_MAX },
		  intake);
	/* The same in small pieces gives the same. */
	assert(sum ==
	       run(journal,
		   (struct testing_stream){ (const char *)bytes, size, 1 + size / 7 },
		   intake));
	run_xml(bytes, size);
	return 0;
}
