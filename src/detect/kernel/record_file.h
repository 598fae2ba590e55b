/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The records of files: what happened to which, under which name. */
#pragma once

#include "detect/kernel/record.h"

/* What was done; the kind of the record (RECORD_FILE_...) says of which class of events it is. */
enum record_file_action {
	FILE_CREATED = 1, /* by open(2) and kin */
	FILE_OVERWRITTEN, /* it was there, and opened with O_TRUNC */
	FILE_FOLDER_MADE,
	FILE_NODE_MADE, /* mknod(2), or a socket's name */
	FILE_WRITTEN,   /* closed for the last time by its opener, and not as it was */
	FILE_TRUNCATED, /* by name: truncate(2) */
	FILE_RENAMED,
	FILE_EXCHANGED,
	FILE_LINKED,
	FILE_SYMLINKED,
	FILE_DELETED,
	FILE_FOLDER_DELETED,
	FILE_MODE_SET,
	FILE_OWNER_SET,
	FILE_ATTRIBUTE_SET, /* extended attributes */
	FILE_ATTRIBUTE_REMOVED,
	FILE_ACTIONS,
};

enum record_file_known {
	FILE_KNOWS_INODE = 1,       /* inode, device, mode, uid and gid are the file's */
	FILE_KNOWS_SIZE = 2,        /* size */
	FILE_KNOWS_SIZE_BEFORE = 4, /* size_before */
	FILE_KNOWS_MODE_BEFORE = 8, /* mode_before */
	FILE_KNOWS_OWNER_BEFORE = 16, /* uid_before, gid_before */
	FILE_KNOWS_MODE = 32,   /* the permission bits of mode: they were asked for */
	FILE_KNOWS_OWNER = 64,  /* uid and gid: they were asked for; ~0: that one stays */
	FILE_WAS_EMPTIED = 128, /* FILE_WRITTEN: opened with O_TRUNC */
	FILE_NAME_LOST = 256,   /* a name could not be read from the caller's memory */
	FILE_NAME_CUT = 512, /* the beginning of a path is missing, its tail is whole */
};

/*
 * A path is a folder's components, as in record.h, and a name below it.  Back end 1 leaves the
 * name empty or gives one component; back end 2 gives the name as typed, which may be a path,
 * and where it begins with '/', the folder is the caller's root.
 */
enum record_file_text {
	FILE_FOLDER,
	FILE_NAME,
	FILE_OTHER_FOLDER, /* rename, link: where it was; empty for a symlink */
	FILE_OTHER_NAME,   /* the same; what a symlink points to */
	FILE_ATTRIBUTE,    /* name of an extended attribute */
	FILE_TEXTS,
};

#define FILE_ATTRIBUTE_SIZE 256
#define FILE_TEXTS_SIZE     (4 * RECORD_PATH_SIZE + FILE_ATTRIBUTE_SIZE)

struct record_file {
	struct record head; /* of kind RECORD_FILE_... */
	__u64 inode;
	__u64 size, size_before; /* bytes */
	__u32 device;            /* major << 20 | minor, as the kernel has it */
	__u32 action;            /* enum record_file_action */
	__u32 known;             /* enum record_file_known */
	__u32 mode, mode_before; /* st_mode */
	__u32 uid, gid, uid_before, gid_before;
	__u32 text_size[FILE_TEXTS];
};
