/* SPDX-License-Identifier: Apache-2.0 */
/* A process as /proc tells of it, in the shape that the kernel side gives its records. */
#pragma once

#include "base/buffer.h"
#include "detect/kernel/record.h"

struct proc {
	int folder;         /* /proc itself */
	struct buffer file; /* the last file that was read, with a NUL behind it */
	struct buffer link; /* where the last link led */
};

/*
 * proc_open(root, out):
 * Look at the /proc below the folder ${root} ("" for this machine's).  0 or -errno.
 */
int proc_open(const char *root, struct proc *out) MUST_USE;
void proc_done(struct proc *proc);

/*
 * proc_read(proc, folder, name, most):
 * The first ${most} bytes of the file ${name} in ${folder}, into ${proc->file}.  0 or -errno.
 */
int proc_read(struct proc *proc, int folder, const char *name, size_t most) MUST_USE;

/* What /proc tells of a process beyond its record. */
struct proc_facts {
	uint32_t threads;
	bool has_ended; /* it waits for its parent to ask how */
};

/*
 * proc_head(proc, pid, head, facts):
 * Fill in who process ${pid} is: its start (rounded down to a tick, and so marked), its parent's
 * pid, its users, and the time now.  What has no place in /proc is zero.  0; -ESRCH where there is
 * no such process (any more); other -errno.
 */
int proc_head(struct proc *proc, uint32_t pid, struct record *head,
	      struct proc_facts *facts) MUST_USE;

/*
 * proc_add(proc, pid, kind, out):
 * Append the whole record, laid out as RECORD_EXEC, of process ${pid} to ${out}.  What can't be
 * read is left empty; where it is the image, the arguments or the working directory, the record is
 * marked: RECORD_IMAGE_CUT, RECORD_ARGUMENTS_LOST, RECORD_DIRECTORY_CUT.  Of one that ends while it
 * is asked, the record has start 0 and is about nobody, but for RECORD_CENSUS, which leaves it out.
 * 0; -errno as proc_head, or -ENOMEM: then ${out} is as it was.
 */
int proc_add(struct proc *proc, uint32_t pid, enum record_kind kind,
	     struct buffer *out) MUST_USE;

/* The length of a clock tick, by which /proc counts starts. */
uint64_t proc_tick_ns(void);

static inline void auto_proc(struct proc *proc)
{
	proc_done(proc);
}
