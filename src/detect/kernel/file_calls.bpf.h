/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Files, back end 2: at the end of the system calls (of close, at its beginning). */
#pragma once

#define AT_FDCWD     (-100)
#define AT_REMOVEDIR 0x200
#define EXCHANGE     2 /* RENAME_EXCHANGE */

/* Names */

/* Whether what ${name} begins with is a place of the kernel's own files. */
static __always_inline bool is_kernels(const char *name)
{
	return name[0] == '/' &&
	       ((name[1] == 'p' && name[2] == 'r' && name[3] == 'o' && name[4] == 'c' &&
		 name[5] == '/') ||
		(name[1] == 's' && name[2] == 'y' && name[3] == 's' && name[4] == '/'));
}

#define OF_NO_INTEREST (~0ull)

/*
 * Append where the name at ${name} in the caller's memory is, as the texts ${which} and the next:
 * its folder and it as typed.  Returns the bytes added, or OF_NO_INTEREST.
 */
__noinline __u64 add_name(__u64 at, __u32 which, __s32 folder, __u64 name)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	__u64 path = (__u64)__builtin_preserve_access_index(&fs->pwd), begin = at;
	__u32 zero = 0;
	struct draft *draft = bpf_map_lookup_elem(&wh_draft, &zero);
	const struct path *place;
	struct file *file;
	char first[8] = "";

	if (!draft)
		return 0;
	/* One of the two folders: no other can be, and now the verifier knows it, too. */
	which &= FILE_FOLDER | FILE_OTHER_FOLDER;
	barrier_var(which);
	(void)bpf_probe_read_user_str(first, sizeof(first), (void *)name);
	if (is_kernels(first))
		return OF_NO_INTEREST;
	if (first[0] == '/') {
		path = (__u64)__builtin_preserve_access_index(&fs->root);
	} else if (folder != AT_FDCWD) {
		file = file_of(folder);
		path = (__u64)__builtin_preserve_access_index(&file->f_path);
	}
	place = (void *)path;
	if (first[0] != '/' && !is_of_files(BPF_CORE_READ(place, mnt, mnt_sb)))
		return OF_NO_INTEREST;
	at += walked(draft, which, draft_path(at, path));
	at += add_user_text(draft, at, which + 1, RECORD_PATH_SIZE, name);
	return at - begin;
}

/* A file by one name; ${mode}, ${uid} and ${gid} as ${known} says. */
__noinline int tell_named(__u32 kind_and_action, __s32 folder, __u64 name, __u32 known,
			  __u64 value)
{
	__u32 action = kind_and_action & 0xffff;
	struct draft *draft = begin_draft(kind_and_action >> 16, action);
	__u64 size;

	if (!draft)
		return 0;
	draft->file.known = known;
	if (known & FILE_KNOWS_MODE)
		draft->file.mode = value & 07777;
	if (known & FILE_KNOWS_OWNER) {
		draft->file.uid = value >> 32;
		draft->file.gid = value;
	}
	size = add_name(0, FILE_FOLDER, folder, name);
	/* The name of an extended attribute is a text of its own. */
	if (size != OF_NO_INTEREST && action >= FILE_ATTRIBUTE_SET)
		size += add_user_text(draft, size, FILE_ATTRIBUTE, FILE_ATTRIBUTE_SIZE,
				      value);
	if (size != OF_NO_INTEREST)
		send_draft(draft, size);
	return 0;
}

/* An open file, whose mode, owner or attribute was set. */
__noinline int tell_open(__s32 fd, __u32 action, __u64 attribute)
{
	struct file *file = file_of(fd);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct draft *draft;
	__u64 at;

	if (!is_of_files(BPF_CORE_READ(inode, i_sb)))
		return 0;
	draft = begin_draft(RECORD_FILE_ATTRIBUTES, action);
	if (!draft)
		return 0;
	fill_inode(&draft->file, inode);
	at = walked(draft, FILE_FOLDER,
		    draft_path(0, (__u64)__builtin_preserve_access_index(&file->f_path)));
	if (action >= FILE_ATTRIBUTE_SET)
		at += add_user_text(draft, at, FILE_ATTRIBUTE, FILE_ATTRIBUTE_SIZE,
				    attribute);
	send_draft(draft, at);
	return 0;
}

/* Two names: the new one, and where it was; ${folders}: the new one's and the old one's. */
__noinline int tell_renamed(__u32 kind_and_action, __u64 folders, __u64 name, __u64 other)
{
	struct draft *draft =
		begin_draft(kind_and_action >> 16, kind_and_action & 0xffff);
	__u64 size, more;

	if (!draft)
		return 0;
	size = add_name(0, FILE_FOLDER, folders >> 32, name);
	if (size == OF_NO_INTEREST || size > 2 * RECORD_PATH_SIZE)
		return 0;
	if ((kind_and_action & 0xffff) == FILE_SYMLINKED)
		more = add_user_text(draft, size, FILE_OTHER_NAME, RECORD_PATH_SIZE,
				     other);
	else
		more = add_name(size, FILE_OTHER_FOLDER, folders, other);
	if (more != OF_NO_INTEREST)
		send_draft(draft, size + more);
	return 0;
}

#define OF(kind, action) (RECORD_FILE_##kind << 16 | (action))
#define ARGUMENT(n)      ((__u64)PT_REGS_PARM##n##_CORE_SYSCALL(registers))
#define BOTH(new, old)   ((__u64)(__u32)(new) << 32 | (__u32)(old))

/* A program for the end of calls, that does ${what} if the call went well. */
#define AT_END(name, kind, what)                                                         \
	SEC("tp")                                                                        \
	int wh_##name(struct trace_event_raw_sys_exit *end)                              \
	{                                                                                \
		struct pt_regs *registers;                                               \
                                                                                         \
		if (end->ret < 0 || !is_wanted(RECORD_FILE_##kind))                      \
			return 0;                                                        \
		registers = call_registers();                                            \
		return what;                                                             \
	}

/* Opening */

/* ${flags}: as open(2) was given them. */
static __always_inline int end_open(struct trace_event_raw_sys_exit *end, __u64 flags)
{
	struct file *file;

	if (end->ret < 0 || !(flags & (O_ACCMODE | O_CREAT | O_TRUNC)))
		return 0;
	file = file_of(end->ret);
	return file ? open_file(file, flags & O_TRUNC) : 0;
}

SEC("tp")
int wh_open(struct trace_event_raw_sys_exit *end)
{
	return end_open(end, call_argument(2));
}

SEC("tp")
int wh_openat(struct trace_event_raw_sys_exit *end)
{
	return end_open(end, call_argument(3));
}

SEC("tp")
int wh_openat2(struct trace_event_raw_sys_exit *end)
{
	__u64 flags = 0; /* the first member of struct open_how */

	(void)bpf_probe_read_user(&flags, sizeof(flags), (void *)call_argument(3));
	return end_open(end, flags);
}

SEC("tp")
int wh_creat(struct trace_event_raw_sys_exit *end)
{
	return end_open(end, O_WRONLY | O_CREAT | O_TRUNC);
}

AT_END(mkdir, CREATE,
       tell_named(OF(CREATE, FILE_FOLDER_MADE), AT_FDCWD, ARGUMENT(1), 0, 0))
AT_END(mkdirat, CREATE,
       tell_named(OF(CREATE, FILE_FOLDER_MADE), ARGUMENT(1), ARGUMENT(2), 0, 0))
AT_END(mknod, CREATE, tell_named(OF(CREATE, FILE_NODE_MADE), AT_FDCWD, ARGUMENT(1), 0, 0))
AT_END(mknodat, CREATE,
       tell_named(OF(CREATE, FILE_NODE_MADE), ARGUMENT(1), ARGUMENT(2), 0, 0))

/* Closing: at the beginning, as the file is gone at the end */

static __always_inline int close_one(__s32 fd)
{
	struct file *file;

	if (!is_wanted(RECORD_FILE_CHANGE))
		return 0;
	file = file_of(fd);
	if (!file || !(BPF_CORE_READ(file, f_mode) & FMODE_WRITE) ||
	    !is_last_reference(file))
		return 0;
	return close_file(file, false);
}

SEC("tp")
int wh_close(struct trace_event_raw_sys_enter *begin)
{
	return close_one(begin->args[0]);
}

/* dup2(2) and dup3(2) close what was there before. */
SEC("tp")
int wh_dup(struct trace_event_raw_sys_enter *begin)
{
	if (begin->args[0] == begin->args[1] || !file_of(begin->args[0]))
		return 0;
	return close_one(begin->args[1]);
}

#define WORDS_MAX 64 /* of 64 descriptors: those from 4096 on are not looked at */

struct closing {
	__u64 *open;     /* a bit for each descriptor in use */
	__u32 from, end; /* the first descriptor, and the first one not */
	bool known_only;
};

__noinline int close_in_passing(__s32 fd, __u32 known_only)
{
	struct file *file = file_of(fd);

	if (!file || !(BPF_CORE_READ(file, f_mode) & FMODE_WRITE) ||
	    !is_last_reference(file))
		return 0;
	return close_file(file, known_only);
}

static long close_word(__u64 turn, void *context)
{
	struct closing *closing = context;
	__u32 first = (closing->from & ~63u) + 64 * turn;
	__u64 word = 0;

	if (first >= closing->end)
		return STOP;
	(void)bpf_probe_read_kernel(&word, sizeof(word), &closing->open[first / 64]);
	for (__u32 fd = first; fd < first + 64 && word; fd++, word >>= 1)
		if (word & 1 && fd >= closing->from && fd < closing->end)
			close_in_passing(fd, closing->known_only);
	return GO_ON;
}

/* The current process's descriptors from ${from} to ${to} are about to be closed. */
__noinline int close_all(__u32 from, __u32 to, __u32 known_only)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct closing closing = { .from = from, .known_only = known_only };

	closing.open = (void *)BPF_CORE_READ(table, open_fds);
	closing.end = BPF_CORE_READ(table, max_fds);
	if (to < closing.end)
		closing.end = to + 1;
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		bpf_loop(WORDS_MAX, close_word, &closing, 0);
	else
		close_word(0, &closing);
	return 0;
}

SEC("tp")
int wh_close_range(struct trace_event_raw_sys_enter *begin)
{
	if (begin->args[2] & 4 /* CLOSE_RANGE_CLOEXEC */ ||
	    !is_wanted(RECORD_FILE_CHANGE))
		return 0;
	return close_all(begin->args[0], begin->args[1], false);
}

/* Two last threads may both look like it: what the first tells is known no more to the second. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(wh_close_exit, struct task_struct *task)
{
	if (!task || BPF_CORE_READ(task, signal, live.counter) ||
	    !is_wanted(RECORD_FILE_CHANGE))
		return 0;
	return close_all(0, ~0u - 1, true);
}

AT_END(truncate, CHANGE,
       tell_named(OF(CHANGE, FILE_TRUNCATED), AT_FDCWD, ARGUMENT(1), 0, 0))

/* Renaming, linking, deleting */

AT_END(rename, RENAME,
       tell_renamed(OF(RENAME, FILE_RENAMED), BOTH(AT_FDCWD, AT_FDCWD), ARGUMENT(2),
		    ARGUMENT(1)))
AT_END(renameat, RENAME,
       tell_renamed(OF(RENAME, FILE_RENAMED), BOTH(ARGUMENT(3), ARGUMENT(1)), ARGUMENT(4),
		    ARGUMENT(2)))
AT_END(renameat2, RENAME,
       tell_renamed(OF(RENAME, ARGUMENT(5) & EXCHANGE ? FILE_EXCHANGED : FILE_RENAMED),
		    BOTH(ARGUMENT(3), ARGUMENT(1)), ARGUMENT(4), ARGUMENT(2)))
AT_END(link, LINK,
       tell_renamed(OF(LINK, FILE_LINKED), BOTH(AT_FDCWD, AT_FDCWD), ARGUMENT(2),
		    ARGUMENT(1)))
AT_END(linkat, LINK,
       tell_renamed(OF(LINK, FILE_LINKED), BOTH(ARGUMENT(3), ARGUMENT(1)), ARGUMENT(4),
		    ARGUMENT(2)))
AT_END(symlink, LINK,
       tell_renamed(OF(LINK, FILE_SYMLINKED), BOTH(AT_FDCWD, AT_FDCWD), ARGUMENT(2),
		    ARGUMENT(1)))
AT_END(symlinkat, LINK,
       tell_renamed(OF(LINK, FILE_SYMLINKED), BOTH(ARGUMENT(2), AT_FDCWD), ARGUMENT(3),
		    ARGUMENT(1)))
AT_END(unlink, DELETE, tell_named(OF(DELETE, FILE_DELETED), AT_FDCWD, ARGUMENT(1), 0, 0))
AT_END(rmdir, DELETE,
       tell_named(OF(DELETE, FILE_FOLDER_DELETED), AT_FDCWD, ARGUMENT(1), 0, 0))
AT_END(unlinkat, DELETE,
       tell_named(ARGUMENT(3) & AT_REMOVEDIR ? OF(DELETE, FILE_FOLDER_DELETED)
					     : OF(DELETE, FILE_DELETED),
		  ARGUMENT(1), ARGUMENT(2), 0, 0))

/* Modes, owners, extended attributes */

AT_END(chmod, ATTRIBUTES,
       tell_named(OF(ATTRIBUTES, FILE_MODE_SET), AT_FDCWD, ARGUMENT(1), FILE_KNOWS_MODE,
		  ARGUMENT(2)))
AT_END(chmodat, ATTRIBUTES,
       tell_named(OF(ATTRIBUTES, FILE_MODE_SET), ARGUMENT(1), ARGUMENT(2),
		  FILE_KNOWS_MODE, ARGUMENT(3)))
AT_END(fchmod, ATTRIBUTES, tell_open(ARGUMENT(1), FILE_MODE_SET, 0))
AT_END(chown, ATTRIBUTES,
       tell_named(OF(ATTRIBUTES, FILE_OWNER_SET), AT_FDCWD, ARGUMENT(1), FILE_KNOWS_OWNER,
		  BOTH(ARGUMENT(2), ARGUMENT(3))))
AT_END(chownat, ATTRIBUTES,
       tell_named(OF(ATTRIBUTES, FILE_OWNER_SET), ARGUMENT(1), ARGUMENT(2),
		  FILE_KNOWS_OWNER, BOTH(ARGUMENT(3), ARGUMENT(4))))
AT_END(fchown, ATTRIBUTES, tell_open(ARGUMENT(1), FILE_OWNER_SET, 0))

AT_END(set_xattr, ATTRIBUTES,
       tell_named(OF(ATTRIBUTES, FILE_ATTRIBUTE_SET), AT_FDCWD, ARGUMENT(1), 0,
		  ARGUMENT(2)))
AT_END(set_xattrat, ATTRIBUTES,
       tell_named(OF(ATTRIBUTES, FILE_ATTRIBUTE_SET), ARGUMENT(1), ARGUMENT(2), 0,
		  ARGUMENT(4)))
AT_END(fset_xattr, ATTRIBUTES, tell_open(ARGUMENT(1), FILE_ATTRIBUTE_SET, ARGUMENT(2)))
AT_END(del_xattr, ATTRIBUTES,
       tell_named(OF(ATTRIBUTES, FILE_ATTRIBUTE_REMOVED), AT_FDCWD, ARGUMENT(1), 0,
		  ARGUMENT(2)))
AT_END(del_xattrat, ATTRIBUTES,
       tell_named(OF(ATTRIBUTES, FILE_ATTRIBUTE_REMOVED), ARGUMENT(1), ARGUMENT(2), 0,
		  ARGUMENT(4)))
AT_END(fdel_xattr, ATTRIBUTES,
       tell_open(ARGUMENT(1), FILE_ATTRIBUTE_REMOVED, ARGUMENT(2)))
