// SPDX-License-Identifier: Apache-2.0
// The numbers in audit records by name: types, architectures, system calls, addresses.
#include <arpa/inet.h>
#include <stdio.h>

#include "format/auditd.h"

static const struct {
	unsigned number;
	struct text name;
} types[] = {
#define TYPE(number_, name_) { number_, { name_, sizeof(name_) - 1 } },
#include "format/auditd_type.def"
#undef TYPE
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* AUDIT_ARCH_* of linux/audit.h: ELF machine, 64 bits, little endian. */
enum table { TABLE_NONE_, TABLE_X86_64, TABLE_I386, TABLE_GENERIC };

static const struct {
	const char *arch, *name;
	enum table table;
} arches[] = {
	{ "c000003e", "x86_64", TABLE_X86_64 },
	{ "40000003", "i386", TABLE_I386 },
	{ "c00000b7", "aarch64", TABLE_GENERIC },
	{ "40000028", "arm", TABLE_NONE_ },
	{ "c00000f3", "riscv64", TABLE_GENERIC },
	{ "c0000015", "ppc64le", TABLE_NONE_ },
	{ "80000015", "ppc64", TABLE_NONE_ },
	{ "80000016", "s390x", TABLE_NONE_ },
	{ "c0000102", "loongarch64", TABLE_GENERIC },
};

#define SYSCALL_MAX 512

static const char *const syscalls[][SYSCALL_MAX] = {
#define SYSCALL(number_, name_) [number_] = name_,
	[TABLE_NONE_] = { NULL },
	[TABLE_X86_64] = {
#include "format/auditd_x86_64.def"
	},
	[TABLE_I386] = {
#include "format/auditd_i386.def"
	},
	[TABLE_GENERIC] = {
#include "format/auditd_generic.def"
	},
#undef SYSCALL
};

/* The decimal number that ${text} is, up to 9999; 0 where it is none. */
static unsigned small_number(struct text text)
{
	unsigned value = 0;

	if (!text.size || text.size > 4)
		return 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return 0;
		value = 10 * value + (unsigned)(text.at[i] - '0');
	}
	return value;
}

unsigned auditd_type_number(struct text type)
{
	if (text_starts(type, TEXT("UNKNOWN[")) && text_ends(type, TEXT("]")))
		type = text_part(type, 8, type.size - 9);
	if (type.size && type.at[0] >= '0' && type.at[0] <= '9')
		return small_number(type);
	for (size_t i = 0; i < COUNT(types); i++)
		if (text_is(type, types[i].name))
			return types[i].number;
	return 0;
}

const char *auditd_type_name(unsigned number)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (types[i].number == number)
			return types[i].name.at;
	return NULL;
}

bool auditd_type_ends(unsigned number)
{
	/* 1320 EOE, 1327 PROCTITLE; user space's and the kernel's own messages stand alone. */
	return number == 1320 || number == 1327 || (number >= 1100 && number < 1300) ||
	       number >= 2000;
}

static int find_arch(struct text arch)
{
	for (size_t i = 0; i < COUNT(arches); i++)
		if (text_is(arch, text_of(arches[i].arch)))
			return (int)i;
	return -1;
}

const char *auditd_arch_name(struct text arch)
{
	int found = find_arch(arch);

	return found < 0 ? NULL : arches[found].name;
}

const char *auditd_syscall_name(struct text arch, struct text number)
{
	int found = find_arch(arch);
	unsigned value = small_number(number);

	if (found < 0 || !number.size || value >= SYSCALL_MAX ||
	    (value == 0 && !text_is(number, TEXT("0"))))
		return NULL;
	return syscalls[arches[found].table][value];
}

/* The bytes of a socket address, in the byte order of a little-endian machine. */
static bool read_address(const uint8_t *bytes, size_t size, struct auditd_address *out)
{
	unsigned family = bytes[0] | (unsigned)bytes[1] << 8;
	unsigned port = size >= 4 ? (unsigned)bytes[2] << 8 | bytes[3] : 0;

	switch (family) {
	case 1:
		out->family = "local";
		/* An abstract name begins with a zero byte. */
		for (size_t i = 2, at = 0; i < size && at < sizeof(out->address) - 1;
		     i++) {
			if (!bytes[i] && i > 2)
				break;
			out->address[at++] = bytes[i] ? (char)bytes[i] : '@';
		}
		return true;
	case 2:
		if (size < 8 ||
		    !inet_ntop(AF_INET, bytes + 4, out->address, sizeof(out->address)))
			return false;
		out->family = "inet";
		break;
	case 10:
		if (size < 24 ||
		    !inet_ntop(AF_INET6, bytes + 8, out->address, sizeof(out->address)))
			return false;
		out->family = "inet6";
		break;
	case 16:
		out->family = "netlink";
		return true;
	case 17:
		out->family = "packet";
		return true;
	default:
		return true;
	}
	(void)snprintf(out->port, sizeof(out->port), "%u", port);
	return true;
}

bool auditd_address_read(struct text saddr, struct auditd_address *out)
{
	const struct auditd_field field = { .name = TEXT("path"), .value = saddr };
	struct auditd_address address = { 0 };
	uint8_t bytes[128];

	if (saddr.size < 4 || saddr.size > 2 * sizeof(bytes) ||
	    !auditd_is_encoded(&field, false))
		return false;
	(void)auditd_decode(saddr, (char *)bytes);
	if (!read_address(bytes, saddr.size / 2, &address))
		return false;
	*out = address;
	return true;
}
