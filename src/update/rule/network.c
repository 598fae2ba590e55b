// SPDX-License-Identifier: Apache-2.0
// "10.0.0.0/8", "fe80::/10" -> network and size.
#include "update/rule/network.h"

#include <arpa/inet.h>

static const uint8_t mapped_ipv4[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* Decimal digits, nothing else, at most ${most}; -1 otherwise. */
static int parse_bits(struct text text, int most)
{
	int bits = 0;

	if (!text.size || text.size > 3)
		return -1;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return -1;
		bits = bits * 10 + (text.at[i] - '0');
	}
	return bits <= most ? bits : -1;
}

static bool has_bits_after(const uint8_t address[16], int bits)
{
	for (int i = bits; i < 128; i++)
		if (address[i / 8] & 0x80 >> i % 8)
			return true;
	return false;
}

const char *network_parse(struct text text, struct rule_value *value)
{
	const char *slash = text.size ? memchr(text.at, '/', text.size) : NULL;
	size_t size = slash ? (size_t)(slash - text.at) : text.size;
	char host[INET6_ADDRSTRLEN + 1];
	uint8_t address[16];
	bool is_ipv4;
	int bits;

	if (!size || size >= sizeof(host))
		return "is no network: expected an address, '/' and a number of bits";
	memcpy(host, text.at, size);
	host[size] = 0;
	memcpy(address, mapped_ipv4, sizeof(mapped_ipv4));
	is_ipv4 = inet_pton(AF_INET, host, address + 12) == 1;
	if (!is_ipv4 && inet_pton(AF_INET6, host, address) != 1)
		return "is no network: what stands before '/' is no IPv4 or IPv6 address";
	bits = is_ipv4 ? 32 : 128;
	if (slash)
		bits = parse_bits(text_part(text, size + 1, text.size), bits);
	if (bits < 0)
		return is_ipv4 ? "is no network: expected 0 to 32 bits after '/'"
			       : "is no network: expected 0 to 128 bits after '/'";
	bits += is_ipv4 ? 96 : 0;
	if (has_bits_after(address, bits))
		return "is an address inside a network, not the network: bits are set "
		       "after "
		       "those that '/' counts";
	memcpy(value->network, address, sizeof(address));
	value->network_bits = (uint8_t)bits;
	return NULL;
}
