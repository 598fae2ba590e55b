/* SPDX-License-Identifier: Apache-2.0 */
/* The content folder: the keeper's own, with all that lies in it. */
#pragma once

#include "base/auto.h"

#include <sys/types.h>

/*
 * keeper_folder_open(path, uid, gid, out):
 * Make the folder where there is none, give it to the user, and write a descriptor of it to
 * ${*out}.  On a disk that can't be written to it stays as it is.  0 or -errno.
 */
int keeper_folder_open(const char *path, uid_t uid, gid_t gid, int *out) MUST_USE;

/*
 * keeper_folder_give(folder, uid, gid):
 * Give the user what another one made in ${folder} and in its folder "packs": root with a tool or
 * a backup, or the keeper itself while it had another uid.  Files that have another name
 * elsewhere, links and what is no file stay as they are.  0; -errno of the first that could not be
 * given, after all others were.
 */
int keeper_folder_give(int folder, uid_t uid, gid_t gid) MUST_USE;
