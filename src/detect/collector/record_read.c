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

enum record_result record_head(struct text record, struct record *out)
{
	if (record.size < sizeof(*out))
		return RECORD_MALFORMED;
	memcpy(out, record.at, sizeof(*out));
	if (out->size != record.size)
		return RECORD_MALFORMED;
	return out->kind > RECORD_NONE && out->kind < RECORD_KINDS ? RECORD_READ
								   : RECORD_UNKNOWN;
}

enum record_result record_take(struct text record, void *fixed, size_t fixed_size,
			       const uint32_t *text_size, const uint32_t *limits,
			       unsigned count, struct text *texts)
{
	size_t at = fixed_size;

	if (record.size < fixed_size)
		return RECORD_MALFORMED;
	memcpy(fixed, record.at, fixed_size);
	for (unsigned i = 0; i < count; i++) {
		if (text_size[i] > limits[i] || text_size[i] > record.size - at)
			return RECORD_MALFORMED;
		texts[i] = text_part(record, at, text_size[i]);
		at += text_size[i];
	}
	return RECORD_READ;
}

enum record_result record_read(struct text record, struct record_parts *out)
{
	enum record_result result = record_head(record, &out->head);

	if (result != RECORD_READ)
		return result;
	switch (out->head.kind) {
	case RECORD_FORK:
	case RECORD_EXIT:
		return RECORD_READ;
	case RECORD_EXEC:
	case RECORD_CENSUS:
		return record_take(record, &out->exec, sizeof(out->exec),
				   out->exec.text_size, text_limits, RECORD_TEXTS,
				   out->texts);
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
