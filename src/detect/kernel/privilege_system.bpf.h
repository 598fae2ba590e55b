/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Modules, BPF programs, mounts, programs that do not start, logins and containers. */
#pragma once

/* Texts behind a record's fixed part */

/*
 * The place of one, right before the draft's texts: so a record of any size ends where they begin.
 * They start at 0, as those of an exec do.
 */
#define draft_record(draft, type) ((type *)((draft)->texts - sizeof(type)))

_Static_assert(sizeof(struct record_mount) <= sizeof(struct record_exec) &&
		       sizeof(struct record_module) <= sizeof(struct record_exec) &&
		       sizeof(struct record_exec_failed) <= sizeof(struct record_exec),
	       "a draft has room for the fixed part");

static __always_inline struct draft *new_draft(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&wh_draft, &zero);
}

/* Append the string at ${address} of the caller's memory, without its NUL. */
static __always_inline __u64 draft_user(struct draft *draft, __u64 at, __u64 address,
					__u32 limit)
{
	long size;

	barrier_var(at);
	if (!address || at > RECORD_TEXTS_SIZE - RECORD_PATH_SIZE)
		return 0;
	size = bpf_probe_read_user_str(draft->texts + at, limit, (void *)address);
	return size > 1 && size <= limit ? size - 1 : 0;
}

/* What a walk added; its mark for a cut goes into the record's flags. */
static __always_inline __u64 walked(struct record *record, __u64 result, __u16 flag)
{
	if (result & DRAFT_CUT)
		record->flags |= flag;
	result &= ~(__u64)DRAFT_CUT;
	return result > RECORD_PATH_SIZE ? 0 : result;
}

/* The caller's working directory, where the path at ${address} needs it. */
static __always_inline __u64 draft_base(struct record *record, __u64 at, __u64 address)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	char first = '/';

	if (!fs || bpf_probe_read_user(&first, 1, (void *)address) || first == '/')
		return 0;
	return walked(record,
		      draft_path(at, (__u64)__builtin_preserve_access_index(&fs->pwd)),
		      RECORD_DIRECTORY_CUT);
}

static __always_inline int send_draft(struct record *record, __u64 size, __u64 at)
{
	barrier_var(at);
	if (at <= RECORD_TEXTS_SIZE)
		send(record, size + at, true);
	return 0;
}

/* Modules of the kernel */

static __always_inline int module_moved(struct module *module, bool unloaded)
{
	struct draft *draft = new_draft();
	struct record_module *record;
	struct file *file = NULL;
	long size;
	__u64 at;

	if (!is_wanted(RECORD_MODULE) || !draft || !module)
		return 0;
	record = draft_record(draft, struct record_module);
	fill_head(&record->head, RECORD_MODULE, (void *)bpf_get_current_task());
	record->call = this_call();
	record->unloaded = unloaded;
	size = bpf_probe_read_kernel_str(draft->texts, RECORD_MODULE_NAME_SIZE,
					 __builtin_preserve_access_index(&module->name));
	at = size > 1 && size <= RECORD_MODULE_NAME_SIZE ? size - 1 : 0;
	record->text_size[RECORD_MODULE_NAME] = at;
	record->text_size[RECORD_MODULE_PATH] = 0;
	if (record->call == CALL_FINIT_MODULE)
		file = file_of(call_argument(1));
	if (file)
		record->text_size[RECORD_MODULE_PATH] = walked(
			&record->head,
			draft_path(at,
				   (__u64)__builtin_preserve_access_index(&file->f_path)),
			RECORD_IMAGE_CUT);
	at += record->text_size[RECORD_MODULE_PATH];
	return send_draft(&record->head, sizeof(*record), at);
}

SEC("tp_btf/module_load")
int BPF_PROG(wh_module_load, struct module *module)
{
	return module_moved(module, false);
}

SEC("tp_btf/module_free")
int BPF_PROG(wh_module_free, struct module *module)
{
	return module_moved(module, true);
}

/* BPF programs */

#define COMMAND_PROG_LOAD 5

/* bpf(2): what it made is behind the descriptor that it returns. */
static __always_inline int bpf_called(long result)
{
	struct bpf_prog *program;
	struct record_bpf record;

	if (result < 0 || (__u32)call_argument(1) != COMMAND_PROG_LOAD)
		return 0;
	program = BPF_CORE_READ(file_of(result), private_data);
	fill_head(&record.head, RECORD_BPF, (void *)bpf_get_current_task());
	record.type = BPF_CORE_READ(program, type);
	record.attach_type = BPF_CORE_READ(program, expected_attach_type);
	record.id = BPF_CORE_READ(program, aux, id);
	record.reserved = 0;
	__builtin_memset(record.name, 0, sizeof(record.name));
	BPF_CORE_READ_STR_INTO(&record.name, program, aux, name);
	send(&record.head, sizeof(record), true);
	return 0;
}

/* Mounts */

/*
 * The texts of one call, as its caller typed them; 0 where the call has no such.  Addresses are
 * read when the call is over: whoever changes them meanwhile is told as he has changed them.
 */
struct mount_call {
	__u64 target, source, type, options, flags;
};

static __always_inline int mounted(const struct mount_call *call)
{
	struct draft *draft = new_draft();
	struct record_mount *record;
	__u32 *size;
	__u64 at;

	if (!draft)
		return 0;
	record = draft_record(draft, struct record_mount);
	fill_head(&record->head, RECORD_MOUNT, (void *)bpf_get_current_task());
	record->flags = call->flags;
	record->call = this_call();
	record->reserved = record->reserved_too = 0;
	size = record->text_size;
	at = size[RECORD_MOUNT_TARGET] =
		draft_user(draft, 0, call->target, RECORD_PATH_SIZE);
	at += size[RECORD_MOUNT_SOURCE] =
		draft_user(draft, at, call->source, RECORD_PATH_SIZE);
	at += size[RECORD_MOUNT_TYPE] =
		draft_user(draft, at, call->type, RECORD_MOUNT_TYPE_SIZE);
	at += size[RECORD_MOUNT_OPTIONS] =
		draft_user(draft, at, call->options, RECORD_MOUNT_OPTIONS_SIZE);
	at += size[RECORD_MOUNT_DIRECTORY] = draft_base(&record->head, at, call->target);
	return send_draft(&record->head, sizeof(*record), at);
}

static __always_inline int mount_called(long result)
{
	struct mount_call call = { 0 };
	__s32 number = this_call();

	if (result < 0)
		return 0;
	if (number == CALL_MOUNT) {
		call.source = call_argument(1);
		call.target = call_argument(2);
		call.type = call_argument(3);
		call.flags = call_argument(4);
		call.options = call_argument(5);
	} else if (number == CALL_UMOUNT2) {
		call.target = call_argument(1);
		call.flags = call_argument(2);
	} else if (number == CALL_MOVE_MOUNT) {
		call.source = call_argument(2);
		call.target = call_argument(4);
	} else if (number == CALL_PIVOT_ROOT) {
		call.target = call_argument(1);
		call.source = call_argument(2);
	} else if (number == CALL_MOUNT_SETATTR) {
		call.target = call_argument(2);
		(void)bpf_probe_read_user(&call.flags, sizeof(call.flags),
					  (void *)call_argument(4));
	} else {
		return 0;
	}
	return mounted(&call);
}

/* Programs that could not be started */

static __always_inline int exec_failed(long result)
{
	struct draft *draft = new_draft();
	struct record_exec_failed *record;
	__u64 path, at;
	__s32 number = this_call();

	if (!draft || result >= 0)
		return 0;
	record = draft_record(draft, struct record_exec_failed);
	fill_head(&record->head, RECORD_EXEC_FAILED, (void *)bpf_get_current_task());
	record->call = number;
	record->error = -result;
	path = number == CALL_EXECVEAT ? call_argument(2) : call_argument(1);
	at = record->text_size[RECORD_FAILED_TYPED] =
		draft_user(draft, 0, path, RECORD_PATH_SIZE);
	at += record->text_size[RECORD_FAILED_DIRECTORY] =
		draft_base(&record->head, at, path);
	return send_draft(&record->head, sizeof(*record), at);
}

/* Logins */

/* The kernel's numbers of logins that are known; whoever loads this adds those that are there. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u8);
} wh_sessions SEC(".maps");

static __always_inline int in_session(struct task_struct *task)
{
	struct record_session record;
	__u8 known = 1;

	if (!is_wanted(RECORD_SESSION) || !bpf_core_field_exists(task->sessionid))
		return 0;
	record.session = BPF_CORE_READ(task, sessionid);
	if (record.session == ~0u ||
	    bpf_map_update_elem(&wh_sessions, &record.session, &known, BPF_NOEXIST))
		return 0;
	fill_head(&record.head, RECORD_SESSION, task);
	record.login_uid = BPF_CORE_READ(task, loginuid.val);
	send(&record.head, sizeof(record), true);
	return 0;
}

SEC("fexit/audit_set_loginuid")
int BPF_PROG(wh_session)
{
	return in_session((void *)bpf_get_current_task());
}

/* Back end 2 sees a login by the first program that runs in it. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(wh_session_exec, struct task_struct *task)
{
	return task ? in_session(task) : 0;
}

/* Containers */

struct container {
	char id[RECORD_CONTAINER_ID_SIZE];
};

enum container_state { CONTAINER_MADE, CONTAINER_RUNS };

/* Those whose cgroup was made since the start, in whichever hierarchies the runtime makes one. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct container);
	__type(value, __u32);
} wh_containers SEC(".maps");

static __always_inline bool is_hex(char at)
{
	return (at >= '0' && at <= '9') || (at >= 'a' && at <= 'f');
}

#define NAME_ROOM 128 /* "cri-containerd-ID.scope" and longer ones */

/*
 * The id that stands at the end of a cgroup's name, before ".scope" if that is there.
 */
static __always_inline bool id_of(struct kernfs_node *node, struct container *out)
{
	char name[NAME_ROOM] = "";
	long size =
		bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(node, name));
	__u32 end = size - 1;

	if (size <= RECORD_CONTAINER_ID_SIZE || size >= NAME_ROOM)
		return false;
	if (name[(end - 1) & (NAME_ROOM - 1)] == 'e' &&
	    name[(end - 6) & (NAME_ROOM - 1)] == '.')
		end -= 6;
	if (end < RECORD_CONTAINER_ID_SIZE || end >= NAME_ROOM)
		return false;
	end -= RECORD_CONTAINER_ID_SIZE;
	if (end > NAME_ROOM - RECORD_CONTAINER_ID_SIZE)
		return false;
	__builtin_memcpy(out, name + end, sizeof(*out));
	for (int i = 0; i < RECORD_CONTAINER_ID_SIZE; i++)
		if (!is_hex(out->id[i]))
			return false;
	return true;
}

static __always_inline int send_container(const struct container *container,
					  struct task_struct *task, bool ended)
{
	struct record_container record;

	fill_head(&record.head, RECORD_CONTAINER, (void *)bpf_get_current_task());
	record.target_pid = 0;
	record.target_start_ns = 0;
	if (task)
		fill_target(&record, task);
	record.ended = ended;
	__builtin_memcpy(record.id, container->id, sizeof(record.id));
	send(&record.head, sizeof(record), true);
	return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(wh_cgroup_make, struct cgroup *group)
{
	struct container container;
	__u32 state = CONTAINER_MADE;

	if (is_wanted(RECORD_CONTAINER) && group &&
	    id_of(BPF_CORE_READ(group, kn), &container))
		bpf_map_update_elem(&wh_containers, &container, &state, BPF_NOEXIST);
	return 0;
}

/* A runtime puts the first process into the container's cgroup, or into one right below. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(wh_cgroup_enter, struct cgroup *group, const char *path,
	     struct task_struct *task)
{
	struct kernfs_node *node;
	struct container container;
	__u32 *state;

	if (!is_wanted(RECORD_CONTAINER) || !group || !task)
		return 0;
	node = BPF_CORE_READ(group, kn);
	if (!id_of(node, &container) && !id_of(kernfs_above(node), &container))
		return 0;
	state = bpf_map_lookup_elem(&wh_containers, &container);
	if (!state || __sync_val_compare_and_swap(state, CONTAINER_MADE,
						  CONTAINER_RUNS) != CONTAINER_MADE)
		return 0;
	return send_container(&container, task, false);
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(wh_cgroup_end, struct cgroup *group)
{
	struct container container;

	if (!group || !id_of(BPF_CORE_READ(group, kn), &container) ||
	    bpf_map_delete_elem(&wh_containers, &container))
		return 0;
	return send_container(&container, NULL, true);
}
