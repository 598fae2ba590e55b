/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Files in the kernel: which are of interest, what is known of one, records of it. */
#pragma once

#define O_ACCMODE     3
#define O_WRONLY      1
#define O_CREAT       0100
#define O_TRUNC       01000
#define O_TMPFILE_BIT 020000000 /* without O_DIRECTORY, which is part of O_TMPFILE */
#define FMODE_READ    1
#define FMODE_WRITE   2
#define FMODE_CREATED 0x100000
#define S_IFMT        0170000
#define S_IFREG       0100000
#define SB_KERNMOUNT  (1 << 22)

/* Before Linux 6.13, 6.11 and 6.6. */
struct file___counted {
	atomic_long_t f_count;
} __attribute__((preserve_access_index));

struct inode___whole_times {
	struct timespec64 i_mtime;
} __attribute__((preserve_access_index));

struct inode___hidden_times {
	struct timespec64 __i_mtime;
} __attribute__((preserve_access_index));

/*
 * File systems whose files are the kernel's own affairs, by their magic; and those that nobody
 * mounted: pipes, sockets, memfd.
 */
static __always_inline bool is_of_files(struct super_block *super)
{
	if (BPF_CORE_READ(super, s_flags) & SB_KERNMOUNT)
		return false;
	switch (BPF_CORE_READ(super, s_magic)) {
	case 0x9fa0:     /* proc */
	case 0x62656572: /* sysfs */
	case 0x27e0eb:   /* cgroup */
	case 0x63677270: /* cgroup2 */
	case 0x64626720: /* debugfs */
	case 0x74726163: /* tracefs */
	case 0x73636673: /* securityfs */
	case 0xcafe4a11: /* bpf */
	case 0x1cd1:     /* devpts */
	case 0x19800202: /* mqueue */
		return false;
	default:
		return true;
	}
}

static __always_inline void read_mtime(struct inode *inode, __s64 *seconds, __u32 *ns)
{
	struct inode___whole_times *whole = (void *)inode;
	struct inode___hidden_times *hidden = (void *)inode;

	if (bpf_core_field_exists(inode->i_mtime_sec)) {
		*seconds = BPF_CORE_READ(inode, i_mtime_sec);
		*ns = BPF_CORE_READ(inode, i_mtime_nsec);
	} else if (bpf_core_field_exists(whole->i_mtime)) {
		*seconds = BPF_CORE_READ(whole, i_mtime.tv_sec);
		*ns = BPF_CORE_READ(whole, i_mtime.tv_nsec);
	} else {
		*seconds = BPF_CORE_READ(hidden, __i_mtime.tv_sec);
		*ns = BPF_CORE_READ(hidden, __i_mtime.tv_nsec);
	}
}

/* Whether nobody else holds ${file}: closing this reference of it ends it. */
static __always_inline bool is_last_reference(struct file *file)
{
	struct file___counted *counted = (void *)file;

	if (bpf_core_field_exists(counted->f_count))
		return BPF_CORE_READ(counted, f_count.counter) == 1;
	return BPF_CORE_READ(file, f_ref.refcnt.counter) == 0;
}

/* ${pointer} as a number, for a global function takes no pointer of the kernel's for one. */
static __always_inline __u64 address_of(const void *pointer)
{
	__u64 address = 0;

	(void)bpf_probe_read_kernel(&address, sizeof(address), &pointer);
	return address;
}

/* An empty record of ${kind}, without texts; NULL: there is none to be had. */
static __always_inline struct draft *begin_draft(enum record_kind kind, __u32 action)
{
	__u32 zero = 0;
	struct draft *draft = bpf_map_lookup_elem(&wh_draft, &zero);

	if (!draft)
		return NULL;
	fill_head(&draft->file.head, kind, (void *)bpf_get_current_task());
	__builtin_memset((void *)&draft->file + sizeof(draft->file.head), 0,
			 sizeof(draft->file) - sizeof(draft->file.head));
	draft->file.action = action;
	return draft;
}

static __always_inline void fill_inode(struct record_file *record, struct inode *inode)
{
	record->inode = BPF_CORE_READ(inode, i_ino);
	record->device = BPF_CORE_READ(inode, i_sb, s_dev);
	record->mode = BPF_CORE_READ(inode, i_mode);
	record->uid = BPF_CORE_READ(inode, i_uid.val);
	record->gid = BPF_CORE_READ(inode, i_gid.val);
	record->size = BPF_CORE_READ(inode, i_size);
	record->known |= FILE_KNOWS_INODE | FILE_KNOWS_SIZE;
}

/* What a walk added as text ${which}. */
static __always_inline __u64 walked(struct draft *draft, __u32 which, __u64 result)
{
	if (result & DRAFT_CUT)
		draft->file.known |= FILE_NAME_CUT;
	result &= ~(__u64)DRAFT_CUT;
	if (result > RECORD_PATH_SIZE)
		result = 0;
	draft->file.text_size[which] = result;
	return result;
}

/* What a text of ${size} bytes, its NUL included, added as text ${which}. */
static __always_inline __u64 read_text(struct draft *draft, __u32 which, long size)
{
	if (size <= 0 || size > RECORD_PATH_SIZE) {
		draft->file.known |= FILE_NAME_LOST;
		return 0;
	}
	draft->file.text_size[which] = size - 1;
	return size - 1;
}

/* Append the text ${which} at ${at} from kernel memory. */
static __always_inline __u64 add_kernel_text(struct draft *draft, __u64 at, __u32 which,
					     __u32 limit, const void *text)
{
	barrier_var(at);
	if (at > FILE_TEXTS_SIZE)
		return 0;
	return read_text(draft, which,
			 bpf_probe_read_kernel_str(draft->texts + at, limit, text));
}

/* The same from the caller's memory. */
static __always_inline __u64 add_user_text(struct draft *draft, __u64 at, __u32 which,
					   __u32 limit, __u64 text)
{
	barrier_var(at);
	if (at > FILE_TEXTS_SIZE)
		return 0;
	return read_text(draft, which,
			 bpf_probe_read_user_str(draft->texts + at, limit, (void *)text));
}

/* Send the draft, whose texts end at ${at}. */
static __always_inline void send_draft(struct draft *draft, __u64 at)
{
	barrier_var(at);
	if (at <= FILE_TEXTS_SIZE)
		send(&draft->file.head, sizeof(draft->file) + at, false);
}
