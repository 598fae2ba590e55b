// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The kernel side of files: made, written, renamed, linked, deleted, their modes and owners.
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "detect/kernel/record_file.h"
#include "detect/kernel/send.bpf.h"
#define DRAFT_RECORD struct record_file file
#include "detect/kernel/path.bpf.h"
#include "detect/kernel/call.bpf.h"
#include "detect/kernel/descriptor.bpf.h"
#include "detect/kernel/file.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * What is told is what came to pass.  Back end 1 keeps in mind what the security hooks are asked
 * and tells it where the function that does it returns; back end 2 stands at the end of the system
 * calls, which still know what they were given.
 */

/* Files that are open for writing, as they were when opened; by the address of struct file. */
struct opened {
	__u64 size;
	__s64 seconds; /* of the last change */
	__u32 ns;
	__u32 emptied; /* opened with O_TRUNC */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, struct opened);
} wh_file_opened SEC(".maps");

/* Tell of the open file at ${address}: global, so that the verifier proves it once. */
__noinline int tell_file(__u64 address, __u32 kind, __u32 action, __u32 known,
			 __u64 before)
{
	struct file *file = (void *)address;
	struct draft *draft = begin_draft(kind, action);

	if (!draft)
		return 0;
	fill_inode(&draft->file, BPF_CORE_READ(file, f_inode));
	draft->file.known |= known;
	draft->file.size_before = before;
	send_draft(draft, walked(draft, FILE_FOLDER,
				 draft_path(0, (__u64)__builtin_preserve_access_index(
						       &file->f_path))));
	return 0;
}

/* ${file} was opened; ${emptied}: with O_TRUNC. */
static __always_inline int open_file(struct file *file, bool emptied)
{
	__u32 mode = BPF_CORE_READ(file, f_mode);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	bool created = mode & FMODE_CREATED;
	struct opened opened = {};
	__u64 address = address_of(file);

	if ((!created && !(mode & FMODE_WRITE)) ||
	    (BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG ||
	    !is_of_files(BPF_CORE_READ(inode, i_sb)))
		return 0;
	if (mode & FMODE_WRITE && is_wanted(RECORD_FILE_CHANGE)) {
		opened.size = BPF_CORE_READ(inode, i_size);
		read_mtime(inode, &opened.seconds, &opened.ns);
		opened.emptied = emptied && !created;
		bpf_map_update_elem(&wh_file_opened, &address, &opened, BPF_ANY);
	}
	/* What has no name yet is told when it gets one, by linkat(2). */
	if ((created || emptied) && is_wanted(RECORD_FILE_CREATE) &&
	    !(BPF_CORE_READ(file, f_flags) & O_TMPFILE_BIT))
		tell_file(address, RECORD_FILE_CREATE,
			  created ? FILE_CREATED : FILE_OVERWRITTEN, 0, 0);
	return 0;
}

/*
 * The last reference to ${file} goes.  It was written if it is not as it was when opened, or, as
 * times have ticks, if who can only write it has moved on in it.  Of a file that was opened before
 * anybody looked only the latter is known; ${known_only}: it is not told.
 */
static __always_inline int close_file(struct file *file, bool known_only)
{
	__u32 mode = BPF_CORE_READ(file, f_mode), known = 0;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u64 address = address_of(file), before = 0;
	bool written = !(mode & FMODE_READ) && BPF_CORE_READ(file, f_pos) > 0;
	struct opened *opened;
	__s64 seconds;
	__u32 ns;

	if (!(mode & FMODE_WRITE) || (BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG)
		return 0;
	opened = bpf_map_lookup_elem(&wh_file_opened, &address);
	if (opened) {
		before = opened->size;
		known = FILE_KNOWS_SIZE_BEFORE;
		read_mtime(inode, &seconds, &ns);
		written |= opened->emptied || opened->seconds != seconds ||
			   opened->ns != ns ||
			   before != (__u64)BPF_CORE_READ(inode, i_size);
		if (opened->emptied)
			known |= FILE_WAS_EMPTIED;
		if (bpf_map_delete_elem(&wh_file_opened, &address))
			return 0;
	} else if (known_only || !is_of_files(BPF_CORE_READ(inode, i_sb))) {
		return 0;
	}
	/* What has no name any more is nobody's concern. */
	if (written && BPF_CORE_READ(inode, __i_nlink) && is_wanted(RECORD_FILE_CHANGE))
		tell_file(address, RECORD_FILE_CHANGE, FILE_WRITTEN, known, before);
	return 0;
}

#include "detect/kernel/file_hooks.bpf.h"
#include "detect/kernel/file_calls.bpf.h"
