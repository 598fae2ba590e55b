// SPDX-License-Identifier: Apache-2.0
// Any bytes as the process connector's datagrams: no fault, and no record that is not whole.

#include "detect/collector/record_read.h"
#include "detect/collector/ring.h"
#include "detect/connector/connector.h"

#include <errno.h>

#define RING_SIZE 4096u
#define CPUS      2

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(void *user, struct text record)
{
	struct record_parts parts;

	(void)user;
	if (record_read(record, &parts) != RECORD_READ)
		abort();
}

static int open_all(struct connector *c, struct ring **ring)
{
	int r = ring_writer_open(RING_SIZE, &c->ring);

	if (r)
		return r;
	c->lives = lives_create();
	c->next_sequence = calloc(CPUS, sizeof(*c->next_sequence));
	c->cpu_count = CPUS;
	c->proc.folder = -1; /* nobody is there to be looked at */
	buffer_init(&c->record, sizeof(struct record_exec));
	if (!c->lives || !c->next_sequence)
		return -ENOMEM;
	return ring_open(ring_writer_ring_fd(c->ring), RING_SIZE, ring);
}

/* The input is chunks of a 16-bit size and as many bytes: each is what one read gives. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text input = { .at = (const char *)bytes, .size = size };
	struct connector c = { .socket = -1 };
	struct ring *ring = NULL;

	if (open_all(&c, &ring) == 0)
		while (input.size >= 2) {
			size_t chunk = (uint8_t)input.at[0] | (size_t)(uint8_t)input.at[1]
								      << 8;

			connector_take(&c, text_part(input, 2, chunk));
			input = text_part(input, 2 + chunk, input.size);
			while (ring_drain(ring, 64, UINT64_MAX, check, NULL))
				;
			if (ring_malformed(ring))
				abort();
		}
	ring_close(ring);
	ring_writer_close(c.ring);
	lives_free(c.lives);
	buffer_done(&c.record);
	free(c.next_sequence);
	return 0;
}
