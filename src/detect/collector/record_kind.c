// SPDX-License-Identifier: Apache-2.0
// What there is to know of a kind of record: record_kind.def as a table.
#include "detect/collector/record_kind.h"

static const struct record_kind_info kinds[RECORD_KINDS] = {
	/* Who lost it does not know what it was. */
	[RECORD_NONE] = { TEXT("unknown"), TEXT(""), RECORD_CLASS_PROCESS },
#define KIND(id, name, class, source)                                                    \
	[RECORD_##id] = { TEXT(name), TEXT(source), RECORD_CLASS_##class },
#include "detect/kernel/record_kind.def"
#undef KIND
};

const struct record_kind_info *record_kind_info(enum record_kind kind)
{
	return &kinds[kind];
}

struct text record_class_name(enum record_class class)
{
	static const struct text names[RECORD_CLASSES] = {
		[RECORD_CLASS_PROCESS] = TEXT("process"),
		[RECORD_CLASS_FILE] = TEXT("file"),
		[RECORD_CLASS_NETWORK] = TEXT("network"),
	};

	return names[class];
}
