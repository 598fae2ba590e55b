/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of the flight recorder's files: segment-0 to segment-7, and a lock. */
#pragma once

#include "base/auto.h"
#include "detect/recorder/recorder.h"

#define FOLDER_DEFAULT "/var/lib/windhover/recorder"

/* The files, open; -1: not there. */
struct folder {
	int segments[RECORDER_SEGMENTS];
	unsigned count; /* that are there */
	int lock;
};

/*
 * folder_write(path, out):
 * Open the folder for the one recorder that may write in it, making what is not there: the
 * folder (0700; its parent must be there, or can be made) and empty files.  Returns 0; -EBUSY
 * where another one writes; -EPERM where the folder is another user's, or open to others;
 * other -errno.  ${out} is then the caller's to close.
 */
int folder_write(const char *path, struct folder *out) MUST_USE;

/* Open what is there for reading; ${out->lock} is -1.  0 or -errno. */
int folder_read(const char *path, struct folder *out) MUST_USE;

/* Close all.  Accepts a folder that folder_init() made, and leaves such a one. */
void folder_close(struct folder *folder);
void folder_init(struct folder *folder);

static inline void auto_folder(struct folder *folder)
{
	folder_close(folder);
}
