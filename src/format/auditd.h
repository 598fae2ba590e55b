/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of the Linux audit system as auditd writes them, one a line:
 *   [node=HOST ]type=TYPE msg=audit(SECONDS.MILLISECONDS:SERIAL): name=value ...
 * https://github.com/linux-audit/audit-documentation/wiki/SPEC-Audit-Event-Enrichment
 */
#pragma once

#include "base/text.h"

/* What a record begins with. */
struct auditd_head {
	struct text node;  /* empty: not said */
	struct text type;  /* as written: SYSCALL, 1300 or UNKNOWN[1300] */
	struct text stamp; /* "1721362140.500:77" */
	int64_t time_ns;
	uint64_t serial;
	size_t size; /* bytes of the line up to the fields */
};

/* False where ${line} does not begin as a record does. */
bool auditd_head_read(struct text line, struct auditd_head *out);

/* A type's number, or 0 where it is not known; and back: NULL where it is not known. */
unsigned auditd_type_number(struct text type);
const char *auditd_type_name(unsigned number);

/* Does no record of the same event follow one of this type? */
bool auditd_type_ends(unsigned number);

enum auditd_kind {
	AUDITD_BARE,   /* as the log has it */
	AUDITD_QUOTED, /* was in quotes */
	AUDITD_NULL,   /* (null) */
	AUDITD_WORDS,  /* words that belong to no name */
};

struct auditd_field {
	struct text name; /* empty for words */
	struct text value;
	uint8_t kind; /* enum auditd_kind */
};

/*
 * auditd_field_read(rest, out):
 * Take the next field from ${rest}.  Fields inside msg='...' and { ... } are fields like the
 * others, and so are those that enriched records have behind the byte 0x1d.  False at the end.
 */
bool auditd_field_read(struct text *rest, struct auditd_field *out);

/*
 * auditd_is_encoded(field, is_execve):
 * Is the value hexadecimal digits that stand for bytes, as the kernel and user space write what
 * has blanks, quotes or control bytes in it?  ${is_execve}: the record is a program's arguments.
 */
bool auditd_is_encoded(const struct auditd_field *field, bool is_execve);

/* Write the bytes that hexadecimal ${digits} stand for to ${out}; returns how many. */
size_t auditd_decode(struct text digits, char *out);

/* An architecture's name as in x86_64 (arch=c000003e), or NULL. */
const char *auditd_arch_name(struct text arch);

/* The name of the system call ${number} of the architecture ${arch} (c000003e), or NULL. */
const char *auditd_syscall_name(struct text arch, struct text number);

/* A socket address as in saddr=: family and, where it has them, address or path, and port. */
struct auditd_address {
	const char *family; /* inet, inet6, local, netlink, packet; NULL: not known */
	char address[110];  /* text; empty: none */
	char port[8];
};

/* False where ${saddr} is no address. */
bool auditd_address_read(struct text saddr, struct auditd_address *out);
