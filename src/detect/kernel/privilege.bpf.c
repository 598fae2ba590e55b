// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The kernel side of rights: credentials, namespaces, access to processes, modules, mounts, logins.
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "detect/kernel/record_privilege.h"
#include "detect/kernel/send.bpf.h"
#define DRAFT_RECORD struct record_exec exec
#include "detect/kernel/path.bpf.h"
#include "detect/kernel/call.bpf.h"
#include "detect/kernel/descriptor.bpf.h"
#include "detect/kernel/pid.bpf.h"
#include "detect/kernel/privilege_rights.bpf.h"
#include "detect/kernel/privilege_system.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * What happens in a system call is told when it has ended well.  Back end 1 stands at the end of
 * the function that does it, back end 2 at the call's own tracepoint, and both end in the same
 * lines.  One program serves all tracepoints that kernel_parts.c names for its part.
 */
#ifdef __TARGET_ARCH_x86
#define CALL_FUNCTION "fexit/__x64_sys_"
#else
#define CALL_FUNCTION "fexit/__arm64_sys_"
#endif

#define AT_END_OF(call, name, kind, tell)                                                \
	SEC(CALL_FUNCTION call)                                                          \
	int BPF_PROG(name, struct pt_regs *registers, long result)                       \
	{                                                                                \
		return is_wanted(kind) ? tell(result) : 0;                               \
	}

#define AT_TRACEPOINTS(name, kind, tell)                                                 \
	SEC("tp")                                                                        \
	int name(struct trace_event_raw_sys_exit *context)                               \
	{                                                                                \
		return is_wanted(kind) ? tell(BPF_CORE_READ(context, ret)) : 0;          \
	}

AT_END_OF("unshare", wh_unshare, RECORD_NAMESPACE, unshared)
AT_END_OF("setns", wh_setns, RECORD_NAMESPACE, entered)
AT_TRACEPOINTS(wh_ns_tp, RECORD_NAMESPACE, namespace_called)
AT_TRACEPOINTS(wh_access_tp, RECORD_ACCESS, access_called)
AT_END_OF("bpf", wh_bpf, RECORD_BPF, bpf_called)
AT_TRACEPOINTS(wh_bpf_tp, RECORD_BPF, bpf_called)
AT_END_OF("mount", wh_mount, RECORD_MOUNT, mount_called)
AT_END_OF("umount", wh_umount, RECORD_MOUNT, mount_called)
AT_END_OF("move_mount", wh_move_mount, RECORD_MOUNT, mount_called)
AT_END_OF("pivot_root", wh_pivot_root, RECORD_MOUNT, mount_called)
AT_END_OF("mount_setattr", wh_mount_set, RECORD_MOUNT, mount_called)
AT_TRACEPOINTS(wh_mount_tp, RECORD_MOUNT, mount_called)
AT_END_OF("execve", wh_failed, RECORD_EXEC_FAILED, exec_failed)
AT_END_OF("execveat", wh_failed_at, RECORD_EXEC_FAILED, exec_failed)
AT_TRACEPOINTS(wh_failed_tp, RECORD_EXEC_FAILED, exec_failed)
