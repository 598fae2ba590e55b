// SPDX-License-Identifier: Apache-2.0
// The journal export format -> documents.
#include "format/journal_export.h"

#include <errno.h>

struct journal_export {
	struct window window;
	struct json_document document;
	uint64_t line, begins_line;
	uint64_t begins_at;
	size_t used;  /* bytes of the entry that was read last, its empty line included */
	bool pending; /* that entry had a fault, which was told; now it comes itself */
	struct json_node nodes[JOURNAL_FIELDS_MAX + 1];
};

/* Where reading an entry has got to. */
struct entry {
	size_t at; /* behind the last field */
	uint64_t lines;
	uint32_t count;    /* nodes */
	const char *fault; /* the first one */
	uint64_t fault_line;
};

/* systemd.journal-fields(7): upper case, digits, underscores. */
static bool is_name(struct text text)
{
	for (size_t i = 0; i < text.size; i++) {
		char c = text.at[i];

		if ((c < 'A' || c > 'Z') && c != '_' && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return text.size != 0 && text.size <= 64;
}

bool journal_export_tell(struct text head)
{
	const char *equals, *newline;

	if (!text_starts(head, TEXT("__")))
		return false;
	newline = memchr(head.at, '\n', head.size);
	equals = memchr(head.at, '=', head.size);
	return equals && (!newline || equals < newline) &&
	       is_name(text_part(head, 0, (size_t)(equals - head.at)));
}

int journal_export_create(struct journal_export **out)
{
	struct journal_export *journal = calloc(1, sizeof(*journal));

	if (!journal)
		return -ENOMEM;
	*out = journal;
	return 0;
}

void journal_export_free(struct journal_export *journal)
{
	if (!journal)
		return;
	window_done(&journal->window);
	free(journal);
}

void journal_export_start(struct journal_export *journal, window_read *read, void *user)
{
	window_start(&journal->window, read, user);
	journal->line = 1;
	journal->used = 0;
	journal->pending = false;
}

static void note(struct entry *entry, const char *fault)
{
	if (entry->fault)
		return;
	entry->fault = fault;
	entry->fault_line = entry->lines;
}

static void add(struct journal_export *journal, struct entry *entry, size_t name_size,
		size_t value_at, size_t value_size)
{
	if (entry->count > JOURNAL_FIELDS_MAX) {
		note(entry, "the entry has more fields than are kept");
		return;
	}
	journal->nodes[entry->count] =
		(struct json_node){ .key_at = (uint32_t)entry->at,
				    .key_size = (uint32_t)name_size,
				    .at = (uint32_t)value_at,
				    .size = (uint32_t)value_size,
				    .end = entry->count + 1,
				    .type = JSON_TEXT };
	entry->count++;
}

static uint64_t load_le64(const char *at)
{
	uint64_t value = 0;

	for (unsigned i = 8; i-- > 0;)
		value = value << 8 | (unsigned char)at[i];
	return value;
}

/* A field whose value is not text: a line with its name, its size, its bytes, a newline. */
static int read_binary(struct journal_export *journal, struct entry *entry,
		       struct text unread, size_t name_size)
{
	size_t value_at = entry->at + name_size + 1 + 8;
	uint64_t size;

	if (unread.size < value_at)
		return -EAGAIN;
	size = load_le64(unread.at + value_at - 8);
	if (size > WINDOW_SIZE_MAX)
		return -E2BIG;
	if (unread.size < value_at + size + 1)
		return -EAGAIN;
	if (unread.at[value_at + size] != '\n')
		return -EINVAL;
	add(journal, entry, name_size, value_at, (size_t)size);
	/* Lines are counted as an editor would. */
	for (const char *p = unread.at + entry->at, *end = unread.at + value_at + size;
	     (p = memchr(p, '\n', (size_t)(end + 1 - p)));) {
		entry->lines++;
		if (p++ == end)
			break;
	}
	entry->at = value_at + (size_t)size + 1;
	return 0;
}

/*
 * Take the field at ${entry->at}: 0; 1 at the entry's end; -EAGAIN where more bytes are needed.
 * A line that is no field is noted and passed over.
 */
static int read_field(struct journal_export *journal, struct entry *entry,
		      struct text unread)
{
	const char *start = unread.at + entry->at;
	size_t left = unread.size - entry->at, size;
	const char *newline = left ? memchr(start, '\n', left) : NULL;
	const char *equals;
	struct text line;
	int r;

	if (!newline && (!journal->window.ended || !left))
		return journal->window.ended ? 1 : -EAGAIN;
	size = newline ? (size_t)(newline - start) : left;
	line = (struct text){ .at = start, .size = size };
	equals = size ? memchr(start, '=', size) : NULL;
	if (equals && is_name(text_part(line, 0, (size_t)(equals - start)))) {
		size_t name_size = (size_t)(equals - start);

		add(journal, entry, name_size, entry->at + name_size + 1,
		    size - name_size - 1);
	} else if (size && is_name(line) && newline) {
		r = read_binary(journal, entry, unread, size);
		if (r == 0 || (r == -EAGAIN && !journal->window.ended))
			return r;
		note(entry, r == -EAGAIN ? "the input ends inside a binary field"
					 : "the size of a binary field is wrong");
	} else if (size) {
		note(entry, "found neither NAME=value nor the name of a binary field");
	}
	entry->at += size + (newline != NULL);
	entry->lines += newline != NULL;
	return size == 0;
}

/* Drop what is too large: up to the next empty line, or the end. */
static int skip_large(struct journal_export *journal)
{
	struct window *w = &journal->window;
	int r;

	for (;;) {
		struct text unread = window_unread(w);
		const char *end =
			unread.size ? memmem(unread.at, unread.size, "\n\n", 2) : NULL;
		size_t size = end ? (size_t)(end - unread.at) + 2 : unread.size;

		for (size_t i = 0; i < size; i++)
			journal->line += unread.at[i] == '\n';
		w->from += size;
		if (end || w->ended)
			return 0;
		r = window_more(w);
		if (r)
			return r;
	}
}

/* Read an entry that begins at the front: 0, or as window_more. */
static int read_entry(struct journal_export *journal, struct entry *entry)
{
	struct window *w = &journal->window;
	int r;

	while ((r = read_field(journal, entry, window_unread(w))) <= 0) {
		if (r != -EAGAIN)
			continue;
		r = window_more(w);
		if (r)
			return r;
	}
	return 0;
}

/* Go to the first byte of an entry: 1, 0 at the end, or negative errno. */
static int find_start(struct journal_export *journal)
{
	struct window *w = &journal->window;
	int r;

	w->from += journal->used;
	journal->used = 0;
	/* There is no window before anything was read. */
	r = w->at ? 0 : window_more(w);
	if (r)
		return r;
	for (;;) {
		while (w->from < w->end && w->at[w->from] == '\n') {
			w->from++;
			journal->line++;
		}
		if (w->from < w->end)
			return 1;
		if (w->ended)
			return 0;
		r = window_more(w);
		if (r)
			return r;
	}
}

int journal_export_next(struct journal_export *journal, struct why *why)
{
	struct window *w = &journal->window;
	struct json_document *d = &journal->document;
	struct entry entry = { .count = 1 };
	int r;

	if (journal->pending) {
		journal->pending = false;
		return JOURNAL_EXPORT_ENTRY;
	}
	r = find_start(journal);
	if (r <= 0)
		return r < 0 ? r : JOURNAL_EXPORT_END;
	journal->begins_line = journal->line;
	journal->begins_at = w->offset + w->from;
	r = read_entry(journal, &entry);
	if (r == -E2BIG) {
		why_set(why, (unsigned)journal->line, 0,
			"the entry is larger than %u MiB", WINDOW_SIZE_MAX >> 20);
		r = skip_large(journal);
		return r ? r : JOURNAL_EXPORT_BAD;
	}
	if (r)
		return r;
	journal->used = entry.at;
	journal->nodes[0] = (struct json_node){ .end = entry.count, .type = JSON_OBJECT };
	*d = (struct json_document){
		.base = w->at + w->from,
		.size = w->end - w->from,
		.last = w->ended,
		.room_at = (uint32_t)(w->capacity + WINDOW_PADDING - w->from),
		.room_size = (uint32_t)(w->capacity + WINDOW_PADDING),
		.nodes = journal->nodes,
		.capacity = JOURNAL_FIELDS_MAX + 1,
		.count = entry.count,
		.used = entry.at,
	};
	journal->line += entry.lines;
	if (!entry.fault)
		return JOURNAL_EXPORT_ENTRY;
	why_set(why, (unsigned)(journal->begins_line + entry.fault_line), 0, "%s",
		entry.fault);
	journal->pending = entry.count > 1;
	return JOURNAL_EXPORT_BAD;
}

const struct json_document *journal_export_document(const struct journal_export *journal)
{
	return &journal->document;
}

uint64_t journal_export_line(const struct journal_export *journal)
{
	return journal->begins_line;
}

uint64_t journal_export_offset(const struct journal_export *journal)
{
	return journal->begins_at;
}
