// SPDX-License-Identifier: Apache-2.0
// Any bytes as a DNS message: no fault, every text in its place, every name plain text.

#include <stdlib.h>

#include "detect/collector/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const struct dns_message *message, struct text text)
{
	if (text.size && (text.at < message->texts || text.size > message->used ||
			  text.at + text.size > message->texts + message->used))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct dns_message message;

	dns_read((struct text){ .at = (const char *)bytes, .size = size }, &message);
	if (message.used > DNS_TEXTS_SIZE || message.result_count > DNS_RESULTS_MAX ||
	    message.name.size > DNS_NAME_SIZE)
		abort();
	check(&message, message.name);
	for (size_t i = 0; i < message.name.size; i++)
		if (message.name.at[i] <= ' ' || message.name.at[i] > '~')
			abort();
	for (uint32_t i = 0; i < message.result_count; i++)
		check(&message, message.results[i]);
	/* A result takes at least eleven bytes of the message. */
	if ((message.result_count + message.left_out) * 11 > size)
		abort();
	return 0;
}
