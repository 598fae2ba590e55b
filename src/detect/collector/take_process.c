// SPDX-License-Identifier: Apache-2.0
// Processes: fork, exec and exit, and the table that they keep.
#include "detect/collector/collector_inside.h"

const struct sensed *take_fork(struct collector *c, struct text record)
{
	const struct process *process = complete_place(c);

	(void)record;
	if (!complete_wanted(c, process))
		return NULL;
	complete_begin(c, process);
	complete_program(c, process);
	return complete_end(c, process);
}

const struct sensed *take_exit(struct collector *c, struct text record)
{
	struct process_key key = { .start_ns = c->head.start_ns, .pid = c->head.pid };
	struct process *process = process_table_find(c->table, key);
	int32_t status = c->head.exit_status;

	(void)record;
	if (!process) {
		process_table_unknown(c->table);
		process = complete_place(c);
	}
	if (!process_table_end(c->table, process) || !complete_wanted(c, process))
		return NULL;
	complete_begin(c, process);
	complete_program(c, process);
	/* As wait(2) has it: low seven bits a signal, or else the code above them. */
	if (status & 0x7f)
		put_number(c, FIELD_EXIT_SIGNAL, (uint64_t)status & 0x7f);
	else
		put_number(c, FIELD_EXIT_CODE, (uint64_t)status >> 8 & 0xff);
	return complete_end(c, process);
}

/* argv: a list, and one line with a blank between. */
static void put_arguments(struct collector *c, struct text arguments)
{
	size_t line = c->used;
	struct text rest;

	if (arguments.size && arguments.at[arguments.size - 1] == '\0')
		arguments.size--;
	if (arguments.size == 0)
		return;
	for (size_t i = 0; i < arguments.size && c->used < COLLECTOR_BYTES_SIZE; i++)
		c->bytes[c->used++] = arguments.at[i] ? arguments.at[i] : ' ';
	put_from(c, FIELD_COMMAND_LINE, VALUE_TEXT, line);
	/* The ancestors' values must find room behind those of a long list. */
	for (rest = arguments; c->sensed.event.count < EVENT_VALUES_MAX - 64;) {
		const char *nul = memchr(rest.at, '\0', rest.size);
		size_t size = nul ? (size_t)(nul - rest.at) : rest.size;

		event_add(&c->sensed.event, c->numbers[FIELD_ARGUMENTS], VALUE_TEXT, line,
			  size);
		c->sensed.fields[c->sensed.event.count - 1] = FIELD_ARGUMENTS;
		if (!nul)
			return;
		line += size + 1;
		rest = text_part(rest, size + 1, rest.size);
	}
	c->sensed.event.dropped++;
}

/* "pts0" is /dev/pts/0; every other terminal's name is its path below /dev. */
static void put_terminal(struct collector *c, struct text name)
{
	char path[RECORD_TERMINAL_SIZE + 8] = "pts/";

	if (text_starts(name, TEXT("pts")) && name.size > 3 &&
	    name.size < RECORD_TERMINAL_SIZE) {
		memcpy(path + 4, name.at + 3, name.size - 3);
		name = (struct text){ .at = path, .size = name.size + 1 };
	}
	put_text(c, FIELD_TERMINAL, name);
}

#define CONTAINER_ID_SIZE 64

/*
 * Container runtimes name a container's cgroup after its id, 64 hex digits, in their own frame: of
 * the components of ${cgroup} the innermost that has one.
 */
static struct text container_of(struct text cgroup)
{
	size_t run = 0;

	for (size_t i = 0; i <= cgroup.size; i++) {
		char at = i < cgroup.size ? cgroup.at[i] : '/';

		if ((at >= '0' && at <= '9') || (at >= 'a' && at <= 'f')) {
			run++;
			continue;
		}
		if (run == CONTAINER_ID_SIZE)
			return text_part(cgroup, i - run, run);
		run = 0;
	}
	return (struct text){ 0 };
}

static void put_place(struct collector *c, const struct record_parts *parts)
{
	const struct record_exec *exec = &parts->exec;

	if (exec->login_uid != ~0u) {
		put_text(c, FIELD_LOGIN_USER, names_find(&c->users, exec->login_uid));
		put_number(c, FIELD_LOGON_ID, exec->login_uid);
	}
	put_number(c, FIELD_SESSION_ID, exec->session);
	put_terminal(c, parts->texts[RECORD_TERMINAL]);
	put_number(c, FIELD_PID_NAMESPACE, exec->pid_namespace);
	put_number(c, FIELD_MOUNT_NAMESPACE, exec->mount_namespace);
	put_number(c, FIELD_NETWORK_NAMESPACE, exec->network_namespace);
	put_number(c, FIELD_USER_NAMESPACE, exec->user_namespace);
	if (exec->cgroup_id)
		put_number(c, FIELD_CGROUP_ID, exec->cgroup_id);
	put_path(c, FIELD_CGROUP, parts->texts[RECORD_CGROUP]);
	put_text(c, FIELD_CONTAINER_ID, container_of(parts->texts[RECORD_CGROUP]));
}

void take_program(struct collector *c, struct process *process)
{
	struct text arguments = c->parts.texts[RECORD_ARGUMENTS];
	struct text image = { .at = c->bytes };
	struct text line = { .at = c->bytes + RECORD_PATH_SIZE };

	image.size = c->parts.texts[RECORD_IMAGE].size
			     ? record_path(c->parts.texts[RECORD_IMAGE], c->bytes,
					   RECORD_PATH_SIZE)
			     : 0;
	if (arguments.size && arguments.at[arguments.size - 1] == '\0')
		arguments.size--;
	for (; line.size < arguments.size && line.size < PROCESS_COMMAND_LINE_SIZE;
	     line.size++) {
		char at = arguments.at[line.size];

		c->bytes[RECORD_PATH_SIZE + line.size] = at ? at : ' ';
	}
	process_table_program(c->table, process, image, line,
			      container_of(c->parts.texts[RECORD_CGROUP]));
}

const struct sensed *take_environment(struct collector *c, struct text record)
{
	static const uint32_t limit = RECORD_ENVIRONMENT_SIZE;
	struct process_key key = { .start_ns = c->head.start_ns, .pid = c->head.pid };
	struct record_environment body = { .text_size = 0 };
	struct text bytes;

	if (record_take(record, &body, sizeof(body), &body.text_size, &limit, 1,
			&bytes) != RECORD_READ)
		return complete_malformed(c);
	environments_keep(&c->environments, key, bytes,
			  c->head.flags & RECORD_ENVIRONMENT_CUT);
	c->counters.events[RECORD_ENVIRONMENT]++;
	return NULL;
}

/* Those variables that may be told, if the kernel side was asked for them. */
static void put_environment(struct collector *c, const struct process *process)
{
	const struct environment *environment =
		environments_take(&c->environments, process->key);
	struct text rest, variable;

	if (!environment) {
		if (c->wanted & RECORD_BIT(RECORD_ENVIRONMENT))
			put_true(c, FIELD_ENVIRONMENT_CUT);
		return;
	}
	rest = (struct text){ .at = environment->bytes, .size = environment->size };
	while (c->sensed.event.count < EVENT_VALUES_MAX - 64 &&
	       environment_next(&rest, &variable))
		put_text(c, FIELD_ENVIRONMENT, variable);
	if (environment->is_cut || rest.size)
		put_true(c, FIELD_ENVIRONMENT_CUT);
}

/* A script is what was typed; where that was a descriptor, the file behind it. */
static void put_script(struct collector *c)
{
	const struct text *texts = c->parts.texts;
	uint16_t flags = c->head.flags;

	if (flags & RECORD_SCRIPT_BY_FD)
		put_path(c, FIELD_ORIGINAL_IMAGE, texts[RECORD_TYPED]);
	else
		put_text(c, FIELD_ORIGINAL_IMAGE, texts[RECORD_TYPED]);
	if (!(flags & RECORD_IS_SCRIPT))
		return;
	if (flags & RECORD_SCRIPT_BY_FD)
		put_path(c, FIELD_SCRIPT, texts[RECORD_TYPED]);
	else
		put_typed(c, FIELD_SCRIPT, texts[RECORD_TYPED], texts[RECORD_DIRECTORY]);
	if (flags & RECORD_SCRIPT_DELETED)
		put_true(c, FIELD_SCRIPT_DELETED);
	if (flags & RECORD_SCRIPT_IN_MEMORY)
		put_true(c, FIELD_SCRIPT_IN_MEMORY);
}

const struct sensed *take_exec(struct collector *c, struct text record)
{
	const struct record_parts *parts = &c->parts;
	uint16_t flags = c->head.flags;
	struct process *process;

	if (record_read(record, &c->parts) != RECORD_READ)
		return complete_malformed(c);
	process = complete_place(c);
	take_program(c, process);
	if (!complete_wanted(c, process))
		return NULL;
	complete_begin(c, process);
	if (parts->texts[RECORD_IMAGE].size) {
		put_path(c, FIELD_IMAGE, parts->texts[RECORD_IMAGE]);
		put_name_of_last(c, FIELD_PROCESS_NAME);
	}
	put_script(c);
	put_arguments(c, parts->texts[RECORD_ARGUMENTS]);
	/* No component is the root; or it could not be read, and has lost all of them. */
	if (parts->texts[RECORD_DIRECTORY].size || !(flags & RECORD_DIRECTORY_CUT))
		put_path(c, FIELD_CURRENT_DIRECTORY, parts->texts[RECORD_DIRECTORY]);
	if (flags & (RECORD_ARGUMENTS_CUT | RECORD_ARGUMENTS_LOST))
		put_true(c, FIELD_COMMAND_LINE_CUT);
	if (flags & RECORD_IMAGE_CUT)
		put_true(c, FIELD_IMAGE_CUT);
	if (flags & RECORD_IMAGE_DELETED)
		put_true(c, FIELD_IMAGE_DELETED);
	if (flags & RECORD_IMAGE_IN_MEMORY)
		put_true(c, FIELD_IMAGE_IN_MEMORY);
	put_environment(c, process);
	put_place(c, parts);
	return complete_end(c, process);
}
