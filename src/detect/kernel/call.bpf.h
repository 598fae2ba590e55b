/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The system call that a task is in: its number, and what it was given. */
#pragma once

/* The numbers of the calls that are asked about. */
#ifdef __TARGET_ARCH_x86
#define CALL_PTRACE       101
#define CALL_PIVOT_ROOT   155
#define CALL_MOUNT        165
#define CALL_UMOUNT2      166
#define CALL_UNSHARE      272
#define CALL_FINIT_MODULE 313
#define CALL_EXECVEAT     322
#else
#define CALL_UMOUNT2      39
#define CALL_MOUNT        40
#define CALL_PIVOT_ROOT   41
#define CALL_UNSHARE      97
#define CALL_PTRACE       117
#define CALL_FINIT_MODULE 273
#define CALL_EXECVEAT     281
#endif
#define CALL_MOVE_MOUNT    429 /* newer ones have one number everywhere */
#define CALL_MOUNT_SETATTR 442

/* Both architectures' kernel stacks, where no helper says: Linux before 5.15, without FRED. */
#define CALL_STACK_SIZE (16 << 10)

/* The registers with which the current task entered the kernel; read them by probe. */
static __always_inline struct pt_regs *call_registers(void)
{
	struct task_struct *task;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, stack) + CALL_STACK_SIZE -
	       bpf_core_type_size(struct pt_regs);
}

#ifdef RECORD_CALL_FOREIGN
/* As "call" in record_privilege.h. */
static __always_inline __s32 this_call(void)
{
	struct pt_regs *registers = call_registers();
#ifdef __TARGET_ARCH_x86
	struct task_struct *task = (void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, thread_info.status) & 2) /* TS_COMPAT */
		return RECORD_CALL_FOREIGN;
	return BPF_CORE_READ(registers, orig_ax);
#else
	return BPF_CORE_READ(registers, syscallno);
#endif
}
#endif

/* What the call was given, from 1; the kernel leaves these registers alone until its end. */
#define call_argument(n) PT_REGS_PARM##n##_CORE_SYSCALL(call_registers())
