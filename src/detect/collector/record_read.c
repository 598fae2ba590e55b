// SPDX-License-Identifier: Apache-2.0
// The parts of a record, every size checked.
#include "detect/collector/record_read.h"

static const uint32_t text_limits[RECORD_TEXTS] = {
	[RECORD_ARGUMENTS] = RECORD_ARGUMENTS_SIZE,
	[RECORD_TYPED] = RECORD_PATH_SIZE,
	[RECORD_IMAGE] = RECORD_PATH_SIZE,
	[RECORD_DIRECTORY] = RECORD_PATH_SIZE,
	[RECORD_CGROUP] = RECORD_CGROUP_SIZE,
	[RECORD_TERMINAL] = RECORD_TERMINAL_SIZE,
};

static enum record_result read_exec(struct text record, struct record_parts *out)
{
	size_t at = sizeof(out->exec);

	if (record.size < sizeof(out->exec))
		return RECORD_MALFORMED;
	memcpy(&out->exec, record.at, sizeof(out->exec));
	for (int i = 0; i < RECORD_TEXTS; i++) {
		uint32_t size = out->exec.text_size[i];

		if (size > text_limits[i] || size > record.size - at)
			return RECORD_MALFORMED;
		out->texts[i] = text_part(record, at, size);
		at += size;
	}
	return RECORD_READ;
}

enum record_result record_read(struct text record, struct record_parts *out)
{
	if (record.size < sizeof(out->head))
		return RECORD_MALFORMED;
	memcpy(&out->head, record.at, sizeof(out->head));
	if (out->head.size != record.size)
		return RECORD_MALFORMED;
	switch (out->head.kind) {
	case RECORD_FORK:
	case RECORD_EXIT:
		return RECORD_READ;
	case RECORD_EXEC:
	case RECORD_CENSUS:
		return read_exec(record, out);
	case RECORD_USER:
	case RECORD_GROUP:
	case RECORD_HOST:
		out->name = text_part(record, sizeof(out->head), record.size);
		return RECORD_READ;
	default:
		return RECORD_UNKNOWN;
	}
}

size_t record_path(struct text components, char *out, size_t room)
{
	size_t at = 0, end;

	/* Without the NUL that ends the last one. */
	if (components.size && components.at[components.size - 1] == '\0')
		components.size--;
	if (components.size == 0 && room) {
		out[0] = '/';
		return 1;
	}
	if (components.size + 1 > room)
		components.size = room ? room - 1 : 0;
	for (end = components.size; end > 0 && room;) {
		const char *nul = memrchr(components.at, '\0', end);
		size_t from = nul ? (size_t)(nul - components.at) + 1 : 0;

		out[at++] = '/';
		memcpy(out + at, components.at + from, end - from);
		at += end - from;
		end = from ? from - 1 : 0;
	}
	return at;
}
