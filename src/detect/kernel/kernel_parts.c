// SPDX-License-Identifier: Apache-2.0
// The parts of the kernel side: what plays them, in which object, for which records.
#include "detect/kernel/kernel_parts.h"

#include "detect/kernel/kernel_privilege.h"

/* Generated, and not by our rules. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "file.skel.h"
#include "network.skel.h"
#include "privilege.skel.h"
#include "process.skel.h"
#pragma GCC diagnostic pop

const struct kernel_object_info kernel_objects[KERNEL_OBJECTS] = {
	[KERNEL_OBJECT_PROCESS] = { .name = "process",
				    .bytes = process_bpf__elf_bytes,
				    .class = RECORD_CLASS_PROCESS },
	[KERNEL_OBJECT_PRIVILEGE] = { .name = "privilege",
				      .bytes = privilege_bpf__elf_bytes,
				      .class = RECORD_CLASS_PROCESS,
				      .prepare = kernel_privilege },
	[KERNEL_OBJECT_NETWORK] = { .name = "network",
				    .bytes = network_bpf__elf_bytes,
				    .class = RECORD_CLASS_NETWORK },
	[KERNEL_OBJECT_FILE] = { .name = "file",
				 .bytes = file_bpf__elf_bytes,
				 .class = RECORD_CLASS_FILE },
};

#define ANY(...)                                                                         \
	{                                                                                \
		.back_end = KERNEL_BACK_END_ANY, .programs = { __VA_ARGS__ }             \
	}

#define FIRST(...)                                                                       \
	{                                                                                \
		.back_end = KERNEL_BACK_END_1, .programs = { __VA_ARGS__ }               \
	}
#define SECOND(...)                                                                      \
	{                                                                                \
		.back_end = KERNEL_BACK_END_2, .programs = { __VA_ARGS__ }               \
	}
#define PRIVILEGE(kind)                                                                  \
	.object = KERNEL_OBJECT_PRIVILEGE, .kinds = RECORD_BIT(RECORD_##kind)

/* Records of packets; their sockets' owners and ends come from the parts beside them. */
#define PACKET_KINDS                                                                     \
	(RECORD_BIT(RECORD_DATAGRAM) | RECORD_BIT(RECORD_DNS) |                          \
	 RECORD_BIT(RECORD_DNS_ANSWER) | RECORD_BIT(RECORD_CLOSE))

const struct kernel_part_info kernel_parts[KERNEL_PARTS] = {
	[KERNEL_FORK] = { .name = "fork",
			  .object = KERNEL_OBJECT_PROCESS,
			  .kinds = RECORD_BIT(RECORD_FORK),
			  .variants = { ANY("wh_fork") } },
	[KERNEL_EXEC] = { .name = "exec",
			  .object = KERNEL_OBJECT_PROCESS,
			  .kinds = RECORD_BIT(RECORD_EXEC) |
				   RECORD_BIT(RECORD_ENVIRONMENT),
			  .variants = { ANY("wh_exec") } },
	[KERNEL_EXIT] = { .name = "exit",
			  .object = KERNEL_OBJECT_PROCESS,
			  .kinds = RECORD_BIT(RECORD_EXIT),
			  .variants = { ANY("wh_exit"), ANY("wh_exit_live") } },
	[KERNEL_EXEC_FAILED] = { .name = "exec-failed",
				 PRIVILEGE(EXEC_FAILED),
				 .variants = { FIRST("wh_failed", "wh_failed_at"),
					       SECOND("wh_failed_tp@sys_exit_execve",
						      "wh_failed_tp@sys_exit_"
						      "execveat") } },
	[KERNEL_CREDENTIALS] = { .name = "credentials",
				 PRIVILEGE(CREDENTIALS),
				 .variants = { FIRST("wh_creds"),
					       SECOND("wh_creds_in@sys_enter_setuid",
						      "wh_creds_out@sys_exit_setuid",
						      "wh_creds_in@sys_enter_setgid",
						      "wh_creds_out@sys_exit_setgid",
						      "wh_creds_in@sys_enter_setreuid",
						      "wh_creds_out@sys_exit_setreuid",
						      "wh_creds_in@sys_enter_setregid",
						      "wh_creds_out@sys_exit_setregid",
						      "wh_creds_in@sys_enter_setresuid",
						      "wh_creds_out@sys_exit_setresuid",
						      "wh_creds_in@sys_enter_setresgid",
						      "wh_creds_out@sys_exit_setresgid",
						      "wh_creds_in@sys_enter_setfsuid",
						      "wh_creds_out@sys_exit_setfsuid",
						      "wh_creds_in@sys_enter_setfsgid",
						      "wh_creds_out@sys_exit_setfsgid",
						      "wh_creds_in@sys_enter_capset",
						      "wh_creds_out@sys_exit_capset",
						      "wh_creds_exec") } },
	[KERNEL_NAMESPACE] = { .name = "namespace",
			       PRIVILEGE(NAMESPACE),
			       .variants = { FIRST("wh_ns_fork", "wh_unshare",
						   "wh_setns"),
					     SECOND("wh_ns_fork",
						    "wh_ns_tp@sys_exit_unshare",
						    "wh_ns_tp@sys_exit_setns") } },
	[KERNEL_ACCESS] = { .name = "access",
			    PRIVILEGE(ACCESS),
			    .variants = { FIRST("wh_access"),
					  SECOND("wh_access_tp@sys_exit_ptrace",
						 "wh_access_tp@sys_exit_process_vm_readv",
						 "wh_access_tp@sys_exit_process_vm_"
						 "writev") } },
	[KERNEL_SIGNAL] = { .name = "signal",
			    PRIVILEGE(SIGNAL),
			    .variants = { ANY("wh_signal") } },
	[KERNEL_MODULE] = { .name = "module",
			    PRIVILEGE(MODULE),
			    .variants = { ANY("wh_module_load", "wh_module_free") },
			    .needs = "/proc/modules" },
	[KERNEL_BPF] = { .name = "bpf",
			 PRIVILEGE(BPF),
			 .variants = { FIRST("wh_bpf"),
				       SECOND("wh_bpf_tp@sys_exit_bpf") } },
	/* Linux 5.10 and 5.11 have no mount_setattr. */
	[KERNEL_MOUNT] = { .name = "mount",
			   PRIVILEGE(MOUNT),
			   .variants = { FIRST("wh_mount", "wh_umount", "wh_move_mount",
					       "wh_pivot_root", "wh_mount_set"),
					 FIRST("wh_mount", "wh_umount", "wh_move_mount",
					       "wh_pivot_root"),
					 SECOND("wh_mount_tp@sys_exit_mount",
						"wh_mount_tp@sys_exit_umount",
						"wh_mount_tp@sys_exit_move_mount",
						"wh_mount_tp@sys_exit_pivot_root",
						"wh_mount_tp@sys_exit_mount_setattr") } },
	[KERNEL_SESSION] = { .name = "session",
			     PRIVILEGE(SESSION),
			     .variants = { FIRST("wh_session"),
					   SECOND("wh_session_exec") } },
	[KERNEL_CONTAINER] = { .name = "container",
			       PRIVILEGE(CONTAINER),
			       .variants = { ANY("wh_cgroup_make", "wh_cgroup_enter",
						 "wh_cgroup_end") } },
	[KERNEL_CONNECT] = { .name = "connect",
			     .object = KERNEL_OBJECT_NETWORK,
			     .kinds = RECORD_BIT(RECORD_CONNECT) |
				      RECORD_BIT(RECORD_DNS) |
				      RECORD_BIT(RECORD_DNS_ANSWER) |
				      RECORD_BIT(RECORD_CLOSE),
			     .variants = { FIRST("wh_connect_entry"),
					   SECOND("wh_connect") } },
	[KERNEL_LISTEN] = { .name = "listen",
			    .object = KERNEL_OBJECT_NETWORK,
			    .kinds = RECORD_BIT(RECORD_LISTEN) |
				     RECORD_BIT(RECORD_ACCEPT) | RECORD_BIT(RECORD_CLOSE),
			    .variants = { FIRST("wh_listen_exit"),
					  SECOND("wh_listen") } },
	[KERNEL_ACCEPT] = { .name = "accept",
			    .object = KERNEL_OBJECT_NETWORK,
			    .kinds = RECORD_BIT(RECORD_ACCEPT) | RECORD_BIT(RECORD_CLOSE),
			    .variants = { FIRST("wh_accept_exit"),
					  SECOND("wh_accept") } },
	[KERNEL_CLOSE] = { .name = "close",
			   .object = KERNEL_OBJECT_NETWORK,
			   .kinds = RECORD_BIT(RECORD_CLOSE),
			   .variants = { ANY("wh_close"), SECOND("wh_close_ops") } },
	[KERNEL_SOCKET_USE] = { .name = "socket-use",
				.object = KERNEL_OBJECT_NETWORK,
				.kinds = PACKET_KINDS,
				.variants = { ANY("wh_connect4", "wh_connect6",
						  "wh_sendmsg4", "wh_sendmsg6",
						  "wh_bind4", "wh_bind6") } },
	[KERNEL_PACKET] = { .name = "packet",
			    .object = KERNEL_OBJECT_NETWORK,
			    .kinds = PACKET_KINDS,
			    .variants = { ANY("wh_egress", "wh_ingress",
					      "wh_release") } },
	[KERNEL_SOCKET_CENSUS] = { .name = "socket-census",
				   .object = KERNEL_OBJECT_NETWORK,
				   .kinds = PACKET_KINDS | RECORD_BIT(RECORD_ACCEPT),
				   .variants = { ANY("wh_census") } },
	/* clang-format off */
	[KERNEL_FILE_OPEN] = {
		.name = "file-open",
		.object = KERNEL_OBJECT_FILE,
		.kinds = RECORD_BIT(RECORD_FILE_CREATE) | RECORD_BIT(RECORD_FILE_CHANGE),
		.variants = {
			FIRST("wh_hook_open"),
			SECOND("wh_open@sys_exit_open", "wh_openat@sys_exit_openat",
			       "wh_openat2@sys_exit_openat2", "wh_creat@sys_exit_creat"),
		} },
	[KERNEL_FILE_MAKE] = {
		.name = "file-make",
		.object = KERNEL_OBJECT_FILE,
		.kinds = RECORD_BIT(RECORD_FILE_CREATE),
		.variants = {
			FIRST("wh_path_mkdir", "wh_did_mkdir", "wh_path_mknod", "wh_did_mknod",
			      "wh_did_create"),
			SECOND("wh_mkdir@sys_exit_mkdir", "wh_mkdirat@sys_exit_mkdirat",
			       "wh_mknod@sys_exit_mknod", "wh_mknodat@sys_exit_mknodat"),
		} },
	[KERNEL_FILE_CLOSE] = {
		.name = "file-close",
		.object = KERNEL_OBJECT_FILE,
		.kinds = RECORD_BIT(RECORD_FILE_CHANGE),
		.variants = {
			FIRST("wh_hook_close", "wh_truncated"),
			FIRST("wh_hook_unlock", "wh_truncated"),
			SECOND("wh_close@sys_enter_close", "wh_dup@sys_enter_dup2",
			       "wh_dup@sys_enter_dup3", "wh_close_range@sys_enter_close_range",
			       "wh_close_exit", "wh_truncate@sys_exit_truncate"),
		} },
	[KERNEL_FILE_RENAME] = {
		.name = "file-rename",
		.object = KERNEL_OBJECT_FILE,
		.kinds = RECORD_BIT(RECORD_FILE_RENAME),
		.variants = {
			FIRST("wh_path_rename", "wh_did_rename"),
			SECOND("wh_rename@sys_exit_rename", "wh_renameat@sys_exit_renameat",
			       "wh_renameat2@sys_exit_renameat2"),
		} },
	[KERNEL_FILE_LINK] = {
		.name = "file-link",
		.object = KERNEL_OBJECT_FILE,
		.kinds = RECORD_BIT(RECORD_FILE_LINK),
		.variants = {
			FIRST("wh_path_link", "wh_did_link", "wh_path_symlink", "wh_did_symlink"),
			SECOND("wh_link@sys_exit_link", "wh_linkat@sys_exit_linkat",
			       "wh_symlink@sys_exit_symlink", "wh_symlinkat@sys_exit_symlinkat"),
		} },
	[KERNEL_FILE_DELETE] = {
		.name = "file-delete",
		.object = KERNEL_OBJECT_FILE,
		.kinds = RECORD_BIT(RECORD_FILE_DELETE),
		.variants = {
			FIRST("wh_path_unlink", "wh_did_unlink", "wh_path_rmdir", "wh_did_rmdir"),
			SECOND("wh_unlink@sys_exit_unlink", "wh_rmdir@sys_exit_rmdir",
			       "wh_unlinkat@sys_exit_unlinkat"),
		} },
	[KERNEL_FILE_ATTRIBUTES] = {
		.name = "file-attributes",
		.object = KERNEL_OBJECT_FILE,
		.kinds = RECORD_BIT(RECORD_FILE_ATTRIBUTES),
		.variants = {
			FIRST("wh_path_chmod", "wh_path_chown", "wh_did_change",
			      "wh_did_setxattr", "wh_did_delxattr"),
			SECOND("wh_chmod@sys_exit_chmod", "wh_chmodat@sys_exit_fchmodat",
			       "wh_chmodat@sys_exit_fchmodat2", "wh_fchmod@sys_exit_fchmod",
			       "wh_chown@sys_exit_chown", "wh_chown@sys_exit_lchown",
			       "wh_chownat@sys_exit_fchownat", "wh_fchown@sys_exit_fchown",
			       "wh_set_xattr@sys_exit_setxattr", "wh_set_xattr@sys_exit_lsetxattr",
			       "wh_set_xattrat@sys_exit_setxattrat",
			       "wh_fset_xattr@sys_exit_fsetxattr",
			       "wh_del_xattr@sys_exit_removexattr",
			       "wh_del_xattr@sys_exit_lremovexattr",
			       "wh_del_xattrat@sys_exit_removexattrat",
			       "wh_fdel_xattr@sys_exit_fremovexattr"),
		} },
	/* clang-format on */
};

_Static_assert(KERNEL_PARTS <= 32, "refusals of parts fit into half of 64 bits");

const char *kernel_part_name(enum kernel_part part)
{
	return kernel_parts[part].name;
}

uint64_t kernel_part_kinds(enum kernel_part part)
{
	return kernel_parts[part].kinds;
}
