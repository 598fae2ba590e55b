// SPDX-License-Identifier: Apache-2.0
// Files: made, written, renamed, linked, deleted, their modes and owners.
#include "detect/collector/collector_inside.h"

#include "detect/kernel/record_file.h"

#include <stdio.h>
#include <sys/stat.h>

static const uint32_t text_limits[FILE_TEXTS] = {
	[FILE_FOLDER] = RECORD_PATH_SIZE,       [FILE_NAME] = RECORD_PATH_SIZE,
	[FILE_OTHER_FOLDER] = RECORD_PATH_SIZE, [FILE_OTHER_NAME] = RECORD_PATH_SIZE,
	[FILE_ATTRIBUTE] = FILE_ATTRIBUTE_SIZE,
};

static const struct text actions[FILE_ACTIONS] = {
	[FILE_CREATED] = TEXT("create"),
	[FILE_OVERWRITTEN] = TEXT("overwrite"),
	[FILE_FOLDER_MADE] = TEXT("make-folder"),
	[FILE_NODE_MADE] = TEXT("make-node"),
	[FILE_WRITTEN] = TEXT("write"),
	[FILE_TRUNCATED] = TEXT("truncate"),
	[FILE_RENAMED] = TEXT("rename"),
	[FILE_EXCHANGED] = TEXT("exchange"),
	[FILE_LINKED] = TEXT("link"),
	[FILE_SYMLINKED] = TEXT("symlink"),
	[FILE_DELETED] = TEXT("delete"),
	[FILE_FOLDER_DELETED] = TEXT("delete-folder"),
	[FILE_MODE_SET] = TEXT("set-mode"),
	[FILE_OWNER_SET] = TEXT("set-owner"),
	[FILE_ATTRIBUTE_SET] = TEXT("set-attribute"),
	[FILE_ATTRIBUTE_REMOVED] = TEXT("remove-attribute"),
};

/* Names */

/* Take the last component off the path of ${size} bytes; "/" has none. */
static size_t parent_of(const char *path, size_t size)
{
	const char *slash = memrchr(path, '/', size);

	return slash ? (size_t)(slash - path) : 0;
}

/*
 * The folder and the name below it as one path, at ${out}: "." and ".." are followed by their
 * words, as nobody here can see where a symbolic link goes.  Returns the size, at most ${room}.
 */
static size_t join(struct text folder, struct text name, char *out, size_t room)
{
	size_t size = record_path(folder, out, room);

	if (size == 1)
		size = 0;
	for (size_t from = 0; from < name.size;) {
		const char *slash = memchr(name.at + from, '/', name.size - from);
		size_t end = slash ? (size_t)(slash - name.at) : name.size;
		struct text part = text_part(name, from, end - from);

		from = end + 1;
		if (part.size == 0 || text_is(part, TEXT(".")))
			continue;
		if (text_is(part, TEXT(".."))) {
			size = parent_of(out, size);
			continue;
		}
		if (part.size + 1 > room - size)
			break;
		out[size++] = '/';
		memcpy(out + size, part.at, part.size);
		size += part.size;
	}
	if (size == 0 && room)
		out[size++] = '/';
	return size;
}

static void put_name(struct collector *c, enum field field, struct text folder,
		     struct text name)
{
	size_t from = c->used;

	c->used += join(folder, name, c->bytes + from, COLLECTOR_BYTES_SIZE - from);
	put_from(c, field, VALUE_TEXT, from);
}

static void put_names(struct collector *c, const struct record_file *file,
		      const struct text *texts)
{
	put_name(c, FIELD_TARGET_FILENAME, texts[FILE_FOLDER], texts[FILE_NAME]);
	if (file->known & (FILE_NAME_CUT | FILE_NAME_LOST))
		put_true(c, FIELD_TARGET_FILENAME_CUT);
	if (file->action == FILE_SYMLINKED)
		put_text(c, FIELD_SOURCE_FILENAME, texts[FILE_OTHER_NAME]);
	else if (file->action >= FILE_RENAMED && file->action <= FILE_LINKED)
		put_name(c, FIELD_SOURCE_FILENAME, texts[FILE_OTHER_FOLDER],
			 texts[FILE_OTHER_NAME]);
	put_text(c, FIELD_FILE_ATTRIBUTE, texts[FILE_ATTRIBUTE]);
}

/* Facts */

static struct text type_of(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return TEXT("file");
	case S_IFDIR:
		return TEXT("dir");
	case S_IFLNK:
		return TEXT("symlink");
	case S_IFIFO:
		return TEXT("fifo");
	case S_IFSOCK:
		return TEXT("socket");
	case S_IFBLK:
	case S_IFCHR:
		return TEXT("device");
	default:
		return (struct text){ 0 };
	}
}

/* The permissions as chmod(1) takes them: always four digits, the first of the set-id bits. */
static void put_mode(struct collector *c, enum field field, uint32_t mode)
{
	char digits[8];

	(void)snprintf(digits, sizeof(digits), "%04o", mode & 07777);
	put_text(c, field, text_of(digits));
}

/* Of a chown(2), ~0 says that it stays as it was. */
static void put_owner(struct collector *c, const struct record_file *file)
{
	if (file->uid != ~0u) {
		put_text(c, FIELD_FILE_OWNER, names_find(&c->users, file->uid));
		put_number(c, FIELD_FILE_OWNER_ID, file->uid);
	}
	if (file->gid != ~0u) {
		put_text(c, FIELD_FILE_GROUP, names_find(&c->groups, file->gid));
		put_number(c, FIELD_FILE_GROUP_ID, file->gid);
	}
}

static void put_facts(struct collector *c, const struct record_file *file)
{
	uint32_t known = file->known;

	if (known & FILE_KNOWS_INODE) {
		put_text(c, FIELD_FILE_TYPE, type_of(file->mode));
		put_number(c, FIELD_FILE_INODE, file->inode);
	}
	if (known & (FILE_KNOWS_INODE | FILE_KNOWS_MODE))
		put_mode(c, FIELD_FILE_MODE, file->mode);
	if (known & (FILE_KNOWS_INODE | FILE_KNOWS_OWNER))
		put_owner(c, file);
	if (known & FILE_KNOWS_SIZE)
		put_number(c, FIELD_FILE_SIZE, file->size);
	if (known & FILE_KNOWS_SIZE_BEFORE)
		put_number(c, FIELD_FILE_SIZE_BEFORE, file->size_before);
	if (known & FILE_KNOWS_MODE_BEFORE)
		put_mode(c, FIELD_FILE_MODE_BEFORE, file->mode_before);
	if (known & FILE_KNOWS_OWNER_BEFORE) {
		put_number(c, FIELD_FILE_OWNER_ID_BEFORE, file->uid_before);
		put_number(c, FIELD_FILE_GROUP_ID_BEFORE, file->gid_before);
	}
	if (known & FILE_WAS_EMPTIED)
		put_true(c, FIELD_FILE_EMPTIED);
}

const struct sensed *take_file(struct collector *c, struct text record)
{
	const struct process *process;
	struct text texts[FILE_TEXTS];
	struct record_file file = { 0 };

	if (record_take(record, &file, sizeof(file), file.text_size, text_limits,
			FILE_TEXTS, texts) != RECORD_READ ||
	    file.action == 0 || file.action >= FILE_ACTIONS)
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	complete_begin(c, process);
	put_text(c, FIELD_FILE_ACTION, actions[file.action]);
	put_names(c, &file, texts);
	put_facts(c, &file);
	complete_program(c, process);
	return complete_end(c, process);
}
