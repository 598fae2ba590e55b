// SPDX-License-Identifier: Apache-2.0
// Where and why something a person wrote was not accepted.
#include "base/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void why_set(struct why *why, unsigned line, unsigned column, const char *format, ...)
{
	va_list arguments;

	if (!why)
		return;
	why->line = line;
	why->column = column;
	va_start(arguments, format);
	(void)vsnprintf(why->reason, sizeof(why->reason), format, arguments);
	va_end(arguments);
}

void why_file(struct why *why, const char *file)
{
	size_t size;

	if (!why)
		return;
	size = strlen(file);
	if (size >= sizeof(why->file))
		file += size - (sizeof(why->file) - 1);
	(void)snprintf(why->file, sizeof(why->file), "%s", file);
}

void why_print(const struct why *why, char *out, unsigned long size)
{
	char place[32] = "";

	if (why->line && why->column)
		(void)snprintf(place, sizeof(place), "%u:%u", why->line, why->column);
	else if (why->line)
		(void)snprintf(place, sizeof(place), "%u", why->line);
	(void)snprintf(out, size, "%s%s%s%s%s", why->file,
		       why->file[0] && place[0] ? ":" : "", place,
		       why->file[0] || place[0] ? ": " : "", why->reason);
}
