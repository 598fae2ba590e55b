/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Open files: the one behind a descriptor, and whether it still has a name. */
#pragma once

/* The file behind the current process's descriptor ${fd}, or NULL. */
static __always_inline struct file *file_of(__u32 fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = NULL;

	if (!files || fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	(void)bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

enum descriptor_state {
	DESCRIPTOR_DELETED = 1,   /* no name in any folder any more */
	DESCRIPTOR_IN_MEMORY = 2, /* it never had one: memfd */
};

/* What became of the name of ${file}: a set of enum descriptor_state. */
static __always_inline __u32 descriptor_state(struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	char name[8] = "";

	if (!file || BPF_CORE_READ(file, f_inode, __i_nlink) != 0)
		return 0;
	bpf_probe_read_kernel(name, 6, BPF_CORE_READ(dentry, d_name.name));
	if (name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' &&
	    name[4] == 'd' && name[5] == ':' && dentry == BPF_CORE_READ(dentry, d_parent))
		return DESCRIPTOR_DELETED | DESCRIPTOR_IN_MEMORY;
	return DESCRIPTOR_DELETED;
}
