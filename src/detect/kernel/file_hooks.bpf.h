/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Files, back end 1: what the security hooks are asked, told when the function has done it. */
#pragma once

/* What the current thread was allowed, and is about to do. */
struct intent {
	__u32 action; /* enum record_file_action; 0: nothing */
	__u32 mode, uid, gid;
	__u32 device, known;
	__u64 inode, size;
	struct vfsmount *mount;
	struct dentry *dentry;       /* the file; of a rename the new one */
	struct dentry *folder;       /* of a rename: the new one's */
	struct dentry *other_folder; /* the old one's */
	struct dentry *other;        /* of a link: what it is a link to */
	const char *target;          /* of a symlink; the kernel's copy */
	/* Of a rename: it exchanges the names of the two. */
	char name[RECORD_COMPONENT_SIZE], other_name[RECORD_COMPONENT_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct intent);
} wh_file_intent SEC(".maps");

/* A new intent of the current thread, with what is known of the file at ${dentry}. */
static __always_inline struct intent *intend(enum record_kind kind, __u32 action,
					     const struct path *folder,
					     struct dentry *dentry)
{
	struct intent *intent;
	struct inode *inode;

	if (!is_wanted(kind) || !folder || !dentry ||
	    !is_of_files(BPF_CORE_READ(folder, mnt, mnt_sb)))
		return NULL;
	intent = bpf_task_storage_get(&wh_file_intent, bpf_get_current_task_btf(), NULL,
				      BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!intent)
		return NULL;
	intent->action = action;
	intent->mount = BPF_CORE_READ(folder, mnt);
	intent->dentry = dentry;
	inode = BPF_CORE_READ(dentry, d_inode);
	intent->known = inode ? FILE_KNOWS_INODE | FILE_KNOWS_SIZE : 0;
	intent->inode = BPF_CORE_READ(inode, i_ino);
	intent->device = BPF_CORE_READ(inode, i_sb, s_dev);
	intent->mode = BPF_CORE_READ(inode, i_mode);
	intent->uid = BPF_CORE_READ(inode, i_uid.val);
	intent->gid = BPF_CORE_READ(inode, i_gid.val);
	intent->size = BPF_CORE_READ(inode, i_size);
	return intent;
}

#define ERROR_BEGIN (-4096ull) /* pointers above are errors */

/* The intent that came to pass, if it was one from ${first} to ${last}; it is one no more. */
static __always_inline struct intent *done(void *context, __u32 first, __u32 last)
{
	struct intent *intent = bpf_task_storage_get(&wh_file_intent,
						     bpf_get_current_task_btf(), NULL, 0);
	__u64 result = 0;

	if (!intent || intent->action < first || intent->action > last)
		return NULL;
	/* An int, or a pointer where Linux 6.15 and later give one. */
	if (bpf_get_func_ret(context, &result) || result > ERROR_BEGIN ||
	    (result >> 32 == 0 && (__s32)result < 0)) {
		intent->action = 0;
		return NULL;
	}
	return intent;
}

static __always_inline __u64 add_names(struct draft *draft, __u64 at, __u32 which,
				       struct vfsmount *mount, struct dentry *dentry)
{
	return walked(draft, which, draft_names(at, (__u64)mount, (__u64)dentry));
}

/* The file of an intent that came to pass. */
static __always_inline struct inode *inode_of(const struct intent *intent)
{
	struct dentry *dentry = intent->dentry;

	return BPF_CORE_READ(dentry, d_inode);
}

static __always_inline void fill_intent(struct record_file *record,
					const struct intent *intent)
{
	record->inode = intent->inode;
	record->device = intent->device;
	record->mode = intent->mode;
	record->uid = intent->uid;
	record->gid = intent->gid;
	record->size = intent->size;
	record->known = intent->known;
}

/* Tell of an intent with one name. */
static __always_inline int tell_intent(struct intent *intent, enum record_kind kind)
{
	struct draft *draft;

	if (!intent)
		return 0;
	draft = begin_draft(kind, intent->action);
	intent->action = 0;
	if (!draft)
		return 0;
	if (kind == RECORD_FILE_CREATE)
		fill_inode(&draft->file, inode_of(intent));
	else
		fill_intent(&draft->file, intent);
	send_draft(draft,
		   add_names(draft, 0, FILE_FOLDER, intent->mount, intent->dentry));
	return 0;
}

/* Opening and closing */

SEC("fentry/security_file_open")
int BPF_PROG(wh_hook_open, struct file *file)
{
	return file ? open_file(file, BPF_CORE_READ(file, f_flags) & O_TRUNC) : 0;
}

SEC("fentry/__fput")
int BPF_PROG(wh_hook_close, struct file *file)
{
	return file && is_wanted(RECORD_FILE_CHANGE) ? close_file(file, false) : 0;
}

/* It is called by __fput alone, which some kernels can't show. */
SEC("fentry/locks_remove_file")
int BPF_PROG(wh_hook_unlock, struct file *file)
{
	return file && is_wanted(RECORD_FILE_CHANGE) ? close_file(file, false) : 0;
}

SEC("fexit/vfs_truncate")
int BPF_PROG(wh_truncated, const struct path *path, long long length, long result)
{
	struct inode *inode;
	struct draft *draft;

	if (!path || result || !is_wanted(RECORD_FILE_CHANGE))
		return 0;
	inode = BPF_CORE_READ(path, dentry, d_inode);
	if (!is_of_files(BPF_CORE_READ(inode, i_sb)))
		return 0;
	draft = begin_draft(RECORD_FILE_CHANGE, FILE_TRUNCATED);
	if (!draft)
		return 0;
	fill_inode(&draft->file, inode);
	send_draft(draft, walked(draft, FILE_FOLDER, draft_path(0, (__u64)path)));
	return 0;
}

/* Making */

SEC("fentry/security_path_mkdir")
int BPF_PROG(wh_path_mkdir, const struct path *folder, struct dentry *dentry)
{
	intend(RECORD_FILE_CREATE, FILE_FOLDER_MADE, folder, dentry);
	return 0;
}

SEC("fexit/vfs_mkdir")
int wh_did_mkdir(void *context)
{
	return tell_intent(done(context, FILE_FOLDER_MADE, FILE_FOLDER_MADE),
			   RECORD_FILE_CREATE);
}

SEC("fentry/security_path_mknod")
int BPF_PROG(wh_path_mknod, const struct path *folder, struct dentry *dentry)
{
	intend(RECORD_FILE_CREATE, FILE_NODE_MADE, folder, dentry);
	return 0;
}

SEC("fexit/vfs_mknod")
int wh_did_mknod(void *context)
{
	return tell_intent(done(context, FILE_NODE_MADE, FILE_NODE_MADE),
			   RECORD_FILE_CREATE);
}

SEC("fexit/vfs_create")
int wh_did_create(void *context)
{
	return tell_intent(done(context, FILE_NODE_MADE, FILE_NODE_MADE),
			   RECORD_FILE_CREATE);
}

/* Renaming and linking */

SEC("fentry/security_path_rename")
int BPF_PROG(wh_path_rename, const struct path *old_folder, struct dentry *old,
	     const struct path *new_folder, struct dentry *new, unsigned int flags)
{
	struct intent *intent =
		intend(RECORD_FILE_RENAME, flags & 2 ? FILE_EXCHANGED : FILE_RENAMED,
		       old_folder, old);

	if (!intent || !new_folder || !new)
		return 0;
	intent->folder = BPF_CORE_READ(new_folder, dentry);
	intent->other_folder = BPF_CORE_READ(old_folder, dentry);
	bpf_probe_read_kernel_str(intent->name, sizeof(intent->name),
				  (const char *)BPF_CORE_READ(new, d_name.name));
	bpf_probe_read_kernel_str(intent->other_name, sizeof(intent->other_name),
				  (const char *)BPF_CORE_READ(old, d_name.name));
	return 0;
}

SEC("fexit/vfs_rename")
int wh_did_rename(void *context)
{
	struct intent *intent = done(context, FILE_RENAMED, FILE_EXCHANGED);
	struct draft *draft;
	__u64 at;

	if (!intent)
		return 0;
	draft = begin_draft(RECORD_FILE_RENAME, intent->action);
	intent->action = 0;
	if (!draft)
		return 0;
	fill_intent(&draft->file, intent);
	at = add_names(draft, 0, FILE_FOLDER, intent->mount, intent->folder);
	at += add_kernel_text(draft, at, FILE_NAME, RECORD_COMPONENT_SIZE, intent->name);
	at += add_names(draft, at, FILE_OTHER_FOLDER, intent->mount,
			intent->other_folder);
	at += add_kernel_text(draft, at, FILE_OTHER_NAME, RECORD_COMPONENT_SIZE,
			      intent->other_name);
	send_draft(draft, at);
	return 0;
}

SEC("fentry/security_path_link")
int BPF_PROG(wh_path_link, struct dentry *old, const struct path *folder,
	     struct dentry *new)
{
	struct intent *intent = intend(RECORD_FILE_LINK, FILE_LINKED, folder, new);

	if (intent)
		intent->other = old;
	return 0;
}

SEC("fentry/security_path_symlink")
int BPF_PROG(wh_path_symlink, const struct path *folder, struct dentry *dentry,
	     const char *target)
{
	struct intent *intent = intend(RECORD_FILE_LINK, FILE_SYMLINKED, folder, dentry);

	if (intent)
		intent->target = target;
	return 0;
}

static __always_inline int tell_link(struct intent *intent)
{
	struct draft *draft;
	__u64 at;

	if (!intent)
		return 0;
	draft = begin_draft(RECORD_FILE_LINK, intent->action);
	if (!draft)
		return 0;
	fill_inode(&draft->file, inode_of(intent));
	at = add_names(draft, 0, FILE_FOLDER, intent->mount, intent->dentry);
	if (intent->action == FILE_LINKED)
		at += add_names(draft, at, FILE_OTHER_FOLDER, intent->mount,
				intent->other);
	else
		at += add_kernel_text(draft, at, FILE_OTHER_NAME, RECORD_PATH_SIZE,
				      intent->target);
	intent->action = 0;
	send_draft(draft, at);
	return 0;
}

SEC("fexit/vfs_link")
int wh_did_link(void *context)
{
	return tell_link(done(context, FILE_LINKED, FILE_LINKED));
}

SEC("fexit/vfs_symlink")
int wh_did_symlink(void *context)
{
	return tell_link(done(context, FILE_SYMLINKED, FILE_SYMLINKED));
}

/* Deleting */

SEC("fentry/security_path_unlink")
int BPF_PROG(wh_path_unlink, const struct path *folder, struct dentry *dentry)
{
	intend(RECORD_FILE_DELETE, FILE_DELETED, folder, dentry);
	return 0;
}

SEC("fexit/vfs_unlink")
int wh_did_unlink(void *context)
{
	return tell_intent(done(context, FILE_DELETED, FILE_DELETED), RECORD_FILE_DELETE);
}

SEC("fentry/security_path_rmdir")
int BPF_PROG(wh_path_rmdir, const struct path *folder, struct dentry *dentry)
{
	intend(RECORD_FILE_DELETE, FILE_FOLDER_DELETED, folder, dentry);
	return 0;
}

SEC("fexit/vfs_rmdir")
int wh_did_rmdir(void *context)
{
	return tell_intent(done(context, FILE_FOLDER_DELETED, FILE_FOLDER_DELETED),
			   RECORD_FILE_DELETE);
}

/* Modes, owners, extended attributes */

SEC("fentry/security_path_chmod")
int BPF_PROG(wh_path_chmod, const struct path *path)
{
	if (path)
		intend(RECORD_FILE_ATTRIBUTES, FILE_MODE_SET, path,
		       BPF_CORE_READ(path, dentry));
	return 0;
}

SEC("fentry/security_path_chown")
int BPF_PROG(wh_path_chown, const struct path *path)
{
	if (path)
		intend(RECORD_FILE_ATTRIBUTES, FILE_OWNER_SET, path,
		       BPF_CORE_READ(path, dentry));
	return 0;
}

SEC("fexit/notify_change")
int wh_did_change(void *context)
{
	struct intent *intent = done(context, FILE_MODE_SET, FILE_OWNER_SET);
	struct draft *draft;

	if (!intent)
		return 0;
	draft = begin_draft(RECORD_FILE_ATTRIBUTES, intent->action);
	intent->action = 0;
	if (!draft)
		return 0;
	fill_inode(&draft->file, inode_of(intent));
	draft->file.known |= FILE_KNOWS_MODE_BEFORE | FILE_KNOWS_OWNER_BEFORE;
	draft->file.mode_before = intent->mode;
	draft->file.uid_before = intent->uid;
	draft->file.gid_before = intent->gid;
	send_draft(draft,
		   add_names(draft, 0, FILE_FOLDER, intent->mount, intent->dentry));
	return 0;
}

/*
 * These functions are not told through which mount the file was named: it is looked for where the
 * caller stands.  Elsewhere the path begins at the file system's root, and is marked as cut.
 */
static __always_inline struct vfsmount *mount_of(struct dentry *dentry)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct super_block *super = BPF_CORE_READ(dentry, d_sb);
	struct vfsmount *mount = BPF_CORE_READ(task, fs, pwd.mnt);

	if (BPF_CORE_READ(mount, mnt_sb) == super)
		return mount;
	mount = BPF_CORE_READ(task, fs, root.mnt);
	return BPF_CORE_READ(mount, mnt_sb) == super ? mount : NULL;
}

static __always_inline int tell_attribute(void *context, __u32 action)
{
	__u64 result = 0, dentry = 0, name = 0, at;
	struct dentry *file;
	struct draft *draft;

	if (!is_wanted(RECORD_FILE_ATTRIBUTES) || bpf_get_func_ret(context, &result) ||
	    (__s32)result < 0 || bpf_get_func_arg(context, 1, &dentry) ||
	    bpf_get_func_arg(context, 2, &name))
		return 0;
	file = (void *)dentry;
	if (!is_of_files(BPF_CORE_READ(file, d_sb)))
		return 0;
	draft = begin_draft(RECORD_FILE_ATTRIBUTES, action);
	if (!draft)
		return 0;
	fill_inode(&draft->file, BPF_CORE_READ(file, d_inode));
	at = add_names(draft, 0, FILE_FOLDER, mount_of(file), file);
	at += add_kernel_text(draft, at, FILE_ATTRIBUTE, FILE_ATTRIBUTE_SIZE,
			      (const void *)name);
	send_draft(draft, at);
	return 0;
}

SEC("fexit/vfs_setxattr")
int wh_did_setxattr(void *context)
{
	return tell_attribute(context, FILE_ATTRIBUTE_SET);
}

SEC("fexit/vfs_removexattr")
int wh_did_delxattr(void *context)
{
	return tell_attribute(context, FILE_ATTRIBUTE_REMOVED);
}
