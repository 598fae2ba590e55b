// SPDX-License-Identifier: Apache-2.0
// Events of rights and of the kernel: credentials, namespaces, access, modules, mounts, logins.
#include "detect/collector/collector_inside.h"
#include "detect/collector/kernel_names.h"
#include "detect/kernel/record_privilege.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

/* The fixed part of a record that has no texts. */
static bool read_fixed(struct text record, void *out, size_t size)
{
	return record_take(record, out, size, NULL, NULL, 0, NULL) == RECORD_READ;
}

/* The event of ${process} so far: what every event of this file begins with. */
static void begin(struct collector *c, const struct process *process, int32_t call)
{
	char unnamed[24];
	struct text name = kernel_call_name(call);

	complete_begin(c, process);
	complete_program(c, process);
	if (call == RECORD_CALL_FOREIGN)
		return;
	if (!name.size) {
		(void)snprintf(unnamed, sizeof(unnamed), "syscall-%d", (int)call);
		name = text_of(unnamed);
	}
	put_text(c, FIELD_CALL, name);
}

static void put_target(struct collector *c, uint64_t start_ns, uint32_t pid)
{
	struct process_key key = { .start_ns = start_ns, .pid = pid };
	const struct process *target = process_table_find(c->table, key);

	if (pid == 0)
		return;
	put_number(c, FIELD_TARGET_PROCESS_ID, pid);
	put_guid(c, FIELD_TARGET_PROCESS_GUID, target ? target->key : key);
	if (!target)
		return;
	put_process_text(c, FIELD_TARGET_IMAGE, target, PROCESS_IMAGE);
	put_process_text(c, FIELD_TARGET_COMMAND_LINE, target, PROCESS_COMMAND_LINE);
	put_text(c, FIELD_TARGET_USER, names_find(&c->users, target->uid));
}

static void put_capabilities(struct collector *c, enum field field, uint64_t set)
{
	for (unsigned i = 0; i < CAPABILITY_COUNT; i++)
		if (set & UINT64_C(1) << i)
			put_text(c, field, kernel_capability_name(i));
}

const struct sensed *take_credentials(struct collector *c, struct text record)
{
	struct record_credentials body;
	const struct process *process;
	uint64_t before, after;

	if (!read_fixed(record, &body, sizeof(body)))
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	begin(c, process, body.call);
	put_number(c, FIELD_PREVIOUS_USER_ID, body.old_uid);
	put_number(c, FIELD_PREVIOUS_EFFECTIVE_USER_ID, body.old_euid);
	put_number(c, FIELD_PREVIOUS_GROUP_ID, body.old_gid);
	put_number(c, FIELD_PREVIOUS_EFFECTIVE_GROUP_ID, body.old_egid);
	/* What is permitted may be made effective at any time: it counts as had. */
	before = body.old_permitted | body.old_effective;
	after = body.permitted | body.effective;
	put_capabilities(c, FIELD_CAPABILITIES_GAINED, after & ~before);
	put_capabilities(c, FIELD_CAPABILITIES_LOST, before & ~after);
	if (body.flags & RECORD_SETUID_FILE)
		put_true(c, FIELD_SETUID_PROGRAM);
	if (body.flags & RECORD_SETGID_FILE)
		put_true(c, FIELD_SETGID_PROGRAM);
	return complete_end(c, process);
}

const struct sensed *take_namespace(struct collector *c, struct text record)
{
	struct record_namespace body;
	const struct process *process;

	if (!read_fixed(record, &body, sizeof(body)))
		return complete_malformed(c);
	/* The record of a child in new namespaces may come before that of its fork. */
	process = complete_place(c);
	if (!complete_wanted(c, process))
		return NULL;
	begin(c, process, body.call);
	for (unsigned i = 0; i < RECORD_NS_KINDS; i++)
		if (body.changed & 1u << i)
			put_text(c, FIELD_NAMESPACES, kernel_namespace_name(i));
	for (unsigned i = 0; i < RECORD_NS_KINDS; i++)
		if (body.host & 1u << i)
			put_text(c, FIELD_HOST_NAMESPACES, kernel_namespace_name(i));
	put_number(c, FIELD_PID_NAMESPACE, body.number[RECORD_NS_PID]);
	put_number(c, FIELD_MOUNT_NAMESPACE, body.number[RECORD_NS_MOUNT]);
	put_number(c, FIELD_NETWORK_NAMESPACE, body.number[RECORD_NS_NETWORK]);
	put_number(c, FIELD_USER_NAMESPACE, body.number[RECORD_NS_USER]);
	return complete_end(c, process);
}

/* What a call lets its caller do to the other process. */
static struct text access_of(const struct record_access *body)
{
	switch (body->call) {
	case SYS_ptrace:
		return body->request == PTRACE_SEIZE ? TEXT("seize") : TEXT("attach");
	case SYS_process_vm_readv:
		return TEXT("read");
	case SYS_process_vm_writev:
		return TEXT("write");
	case SYS_pidfd_getfd:
		return TEXT("descriptor");
	default: /* /proc/PID/mem, and what comes after it */
		return TEXT("memory");
	}
}

const struct sensed *take_access(struct collector *c, struct text record)
{
	struct record_access body;
	const struct process *process;

	if (!read_fixed(record, &body, sizeof(body)))
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	begin(c, process, body.call);
	put_text(c, FIELD_GRANTED_ACCESS, access_of(&body));
	put_target(c, body.target_start_ns, body.target_pid);
	return complete_end(c, process);
}

const struct sensed *take_signal(struct collector *c, struct text record)
{
	struct record_signal body;
	const struct process *process;
	const char *word;
	char name[16];

	if (!read_fixed(record, &body, sizeof(body)))
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	begin(c, process, body.call);
	put_number(c, FIELD_SIGNAL, body.signal);
	word = body.signal < NSIG ? sigabbrev_np((int)body.signal) : NULL;
	if (word) {
		(void)snprintf(name, sizeof(name), "SIG%s", word);
		put_text(c, FIELD_SIGNAL_NAME, text_of(name));
	}
	put_target(c, body.target_start_ns, body.target_pid);
	return complete_end(c, process);
}

const struct sensed *take_module(struct collector *c, struct text record)
{
	static const uint32_t limits[RECORD_MODULE_TEXTS] = {
		[RECORD_MODULE_NAME] = RECORD_MODULE_NAME_SIZE,
		[RECORD_MODULE_PATH] = RECORD_PATH_SIZE,
	};
	struct text texts[RECORD_MODULE_TEXTS];
	struct record_module body = { 0 };
	const struct process *process;

	if (record_take(record, &body, sizeof(body), body.text_size, limits,
			RECORD_MODULE_TEXTS, texts) != RECORD_READ)
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	begin(c, process, body.call);
	put_text(c, FIELD_MODULE_ACTION, body.unloaded ? TEXT("unload") : TEXT("load"));
	put_text(c, FIELD_MODULE_NAME, texts[RECORD_MODULE_NAME]);
	if (texts[RECORD_MODULE_PATH].size)
		put_path(c, FIELD_IMAGE_LOADED, texts[RECORD_MODULE_PATH]);
	return complete_end(c, process);
}

const struct sensed *take_bpf(struct collector *c, struct text record)
{
	struct record_bpf body;
	const struct process *process;

	if (!read_fixed(record, &body, sizeof(body)))
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	begin(c, process, SYS_bpf);
	put_number(c, FIELD_BPF_ID, body.id);
	put_text(c, FIELD_BPF_TYPE, kernel_bpf_type_name(body.type));
	put_text(c, FIELD_BPF_NAME,
		 (struct text){ .at = body.name,
				.size = strnlen(body.name, sizeof(body.name)) });
	return complete_end(c, process);
}

static void put_mount_flags(struct collector *c, const struct record_mount *body)
{
	enum mount_flags which = MOUNT_FLAGS_MOUNT;
	struct text word;

	if (body->call == SYS_umount2)
		which = MOUNT_FLAGS_UMOUNT;
	else if (body->call != SYS_mount)
		which = MOUNT_FLAGS_ATTRIBUTES;
	for (unsigned i = 0; (word = kernel_mount_flag(body->flags, which, i)).size; i++)
		put_text(c, FIELD_MOUNT_FLAGS, word);
}

const struct sensed *take_mount(struct collector *c, struct text record)
{
	static const uint32_t limits[RECORD_MOUNT_TEXTS] = {
		[RECORD_MOUNT_TARGET] = RECORD_PATH_SIZE,
		[RECORD_MOUNT_SOURCE] = RECORD_PATH_SIZE,
		[RECORD_MOUNT_TYPE] = RECORD_MOUNT_TYPE_SIZE,
		[RECORD_MOUNT_OPTIONS] = RECORD_MOUNT_OPTIONS_SIZE,
		[RECORD_MOUNT_DIRECTORY] = RECORD_PATH_SIZE,
	};
	struct text texts[RECORD_MOUNT_TEXTS];
	struct record_mount body = { 0 };
	const struct process *process;

	if (record_take(record, &body, sizeof(body), body.text_size, limits,
			RECORD_MOUNT_TEXTS, texts) != RECORD_READ)
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	begin(c, process, body.call);
	put_typed(c, FIELD_MOUNT_POINT, texts[RECORD_MOUNT_TARGET],
		  texts[RECORD_MOUNT_DIRECTORY]);
	/* It need not be a path: a source's directory is not asked for. */
	put_text(c, FIELD_MOUNT_SOURCE, texts[RECORD_MOUNT_SOURCE]);
	put_text(c, FIELD_FILE_SYSTEM, texts[RECORD_MOUNT_TYPE]);
	put_text(c, FIELD_MOUNT_OPTIONS, texts[RECORD_MOUNT_OPTIONS]);
	put_mount_flags(c, &body);
	return complete_end(c, process);
}

const struct sensed *take_exec_failed(struct collector *c, struct text record)
{
	static const uint32_t limits[RECORD_FAILED_TEXTS] = {
		[RECORD_FAILED_TYPED] = RECORD_PATH_SIZE,
		[RECORD_FAILED_DIRECTORY] = RECORD_PATH_SIZE,
	};
	struct text texts[RECORD_FAILED_TEXTS];
	struct record_exec_failed body = { 0 };
	const struct process *process;
	const char *word;

	if (record_take(record, &body, sizeof(body), body.text_size, limits,
			RECORD_FAILED_TEXTS, texts) != RECORD_READ)
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	begin(c, process, body.call);
	put_typed(c, FIELD_ORIGINAL_IMAGE, texts[RECORD_FAILED_TYPED],
		  texts[RECORD_FAILED_DIRECTORY]);
	if (body.error > 0)
		put_number(c, FIELD_ERROR_NUMBER, (uint64_t)body.error);
	word = body.error > 0 ? strerrorname_np(body.error) : NULL;
	if (word)
		put_text(c, FIELD_ERROR, text_of(word));
	return complete_end(c, process);
}

const struct sensed *take_session(struct collector *c, struct text record)
{
	struct record_session body;
	const struct process *process;

	if (!read_fixed(record, &body, sizeof(body)))
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	complete_begin(c, process);
	complete_program(c, process);
	put_number(c, FIELD_LOGIN_SESSION, body.session);
	put_text(c, FIELD_LOGIN_USER, names_find(&c->users, body.login_uid));
	put_number(c, FIELD_LOGON_ID, body.login_uid);
	return complete_end(c, process);
}

static bool is_container_id(const char *id)
{
	for (size_t i = 0; i < RECORD_CONTAINER_ID_SIZE; i++)
		if (!(id[i] >= '0' && id[i] <= '9') && !(id[i] >= 'a' && id[i] <= 'f'))
			return false;
	return true;
}

const struct sensed *take_container(struct collector *c, struct text record)
{
	struct record_container body;
	const struct process *process;

	if (!read_fixed(record, &body, sizeof(body)) || !is_container_id(body.id))
		return complete_malformed(c);
	process = complete_process(c);
	if (!complete_wanted(c, process))
		return NULL;
	complete_begin(c, process);
	complete_program(c, process);
	put_text(c, FIELD_CONTAINER_ID,
		 (struct text){ .at = body.id, .size = sizeof(body.id) });
	put_text(c, FIELD_CONTAINER_ACTION, body.ended ? TEXT("stop") : TEXT("start"));
	put_target(c, body.target_start_ns, body.target_pid);
	return complete_end(c, process);
}
