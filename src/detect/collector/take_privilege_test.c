// SPDX-License-Identifier: Apache-2.0
// Records of rights and of the kernel become events that say who, what and to whom.
#include "detect/collector/collector.h"

#include "base/buffer.h"
#include "detect/kernel/record_privilege.h"

#include <errno.h>
#include <linux/mount.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include <cmocka.h>

#define DOER   70
#define VICTIM 50
#define START  30000001

/* The head of a record of the doer, whose parent is the victim. */
static struct record head_of(enum record_kind kind)
{
	return (struct record){ .kind = (uint16_t)kind,
				.pid = DOER,
				.start_ns = START,
				.parent_pid = VICTIM,
				.parent_start_ns = 20000000 };
}

/* ${body} and then ${texts}, with its size in its head. */
static struct text record_of(struct buffer *out, void *body, size_t size,
			     struct text texts)
{
	struct record *head = body;

	head->size = (uint32_t)(size + texts.size);
	buffer_clear(out);
	buffer_add(out, body, size);
	buffer_text(out, texts);
	return buffer_view(out);
}

static struct text value(const struct sensed *sensed, enum field field, unsigned number)
{
	for (uint32_t i = 0; i < sensed->event.count; i++)
		if (sensed->fields[i] == field && number-- == 0)
			return event_text(&sensed->event, &sensed->event.values[i]);
	return (struct text){ 0 };
}

static void assert_value(const struct sensed *sensed, enum field field, unsigned number,
			 const char *expected)
{
	struct text is;

	assert_non_null(sensed);
	is = value(sensed, field, number);
	if (!text_is(is, text_of(expected)))
		fail_msg("%s[%u] is '%.*s', expected '%s'", field_info(field)->sigma.at,
			 number, (int)is.size, is.at ? is.at : "", expected);
}

struct fixture {
	struct buffer census, record;
	struct collector *collector;
};

static void add_user(struct buffer *census, uint32_t number, const char *name)
{
	struct record head = { .kind = RECORD_USER, .uid = number };

	head.size = (uint32_t)(sizeof(head) + strlen(name));
	buffer_add(census, &head, sizeof(head));
	buffer_string(census, name);
}

/* The doer runs /usr/bin/doer, the victim /usr/sbin/sshd. */
static void add_process(struct buffer *census, uint32_t pid, uint64_t start_ns,
			struct text image)
{
	struct record_exec exec = {
		.head = { .kind = RECORD_CENSUS, .pid = pid, .start_ns = start_ns }
	};

	exec.text_size[RECORD_IMAGE] = (uint32_t)image.size;
	exec.head.size = (uint32_t)(sizeof(exec) + image.size);
	buffer_add(census, &exec, sizeof(exec));
	buffer_text(census, image);
}

static int begin(void **state)
{
	const struct process_table_limits limits = { .processes = 64,
						     .text_size = 65536 };
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	buffer_init(&f->census, 1 << 20);
	buffer_init(&f->record, 1 << 20);
	add_user(&f->census, 0, "root");
	add_user(&f->census, 1000, "ada");
	add_process(&f->census, VICTIM, 20000000,
		    (struct text){ .at = "sshd\0sbin\0usr\0", .size = 14 });
	add_process(&f->census, DOER, START,
		    (struct text){ .at = "doer\0bin\0usr\0", .size = 13 });
	return collector_create(&limits, buffer_view(&f->census), &f->collector);
}

static int end(void **state)
{
	struct fixture *f = *state;

	collector_free(f->collector);
	buffer_done(&f->census);
	buffer_done(&f->record);
	free(f);
	return 0;
}

/* The event of a record that is ${body} and ${texts}. */
#define take(f, body, texts)                                                             \
	collector_take((f)->collector,                                                   \
		       record_of(&(f)->record, &(body), sizeof(body), texts))

static void credentials_tell_what_was_gained_and_lost_and_how(void **state)
{
	struct fixture *f = *state;
	struct record_credentials body = {
		.head = head_of(RECORD_CREDENTIALS),
		.old_permitted = 1u << 13,
		.permitted = 1u << 21,
		.effective = UINT64_C(1) << 39,
		.old_uid = 1000,
		.old_euid = 1000,
		.old_gid = 5,
		.call = SYS_execve,
		.flags = RECORD_SETUID_FILE,
	};
	const struct sensed *sensed;

	body.head.uid = 1000;
	sensed = take(f, body, TEXT(""));
	assert_non_null(sensed);
	assert_true(text_is(sensed->event.source, TEXT("linux:credentials")));
	assert_value(sensed, FIELD_EVENT_ACTION, 0, "credentials");
	assert_value(sensed, FIELD_IMAGE, 0, "/usr/bin/doer");
	assert_value(sensed, FIELD_USER, 0, "ada");
	assert_value(sensed, FIELD_EFFECTIVE_USER, 0, "root");
	assert_value(sensed, FIELD_PREVIOUS_USER_ID, 0, "1000");
	assert_value(sensed, FIELD_PREVIOUS_EFFECTIVE_USER_ID, 0, "1000");
	assert_value(sensed, FIELD_PREVIOUS_GROUP_ID, 0, "5");
	assert_value(sensed, FIELD_CALL, 0, "execve");
	assert_value(sensed, FIELD_CAPABILITIES_GAINED, 0, "CAP_SYS_ADMIN");
	assert_value(sensed, FIELD_CAPABILITIES_GAINED, 1, "CAP_BPF");
	assert_value(sensed, FIELD_CAPABILITIES_GAINED, 2, "");
	assert_value(sensed, FIELD_CAPABILITIES_LOST, 0, "CAP_NET_RAW");
	assert_value(sensed, FIELD_CAPABILITIES_LOST, 1, "");
	assert_value(sensed, FIELD_SETUID_PROGRAM, 0, "true");
	assert_value(sensed, FIELD_SETGID_PROGRAM, 0, "");
}

static void users_after_a_change_are_those_of_later_events(void **state)
{
	struct fixture *f = *state;
	struct record_credentials body = { .head = head_of(RECORD_CREDENTIALS),
					   .call = SYS_setresuid };
	struct record_access access = { .head = head_of(RECORD_ACCESS),
					.call = SYS_ptrace,
					.target_pid = DOER,
					.target_start_ns = START };

	body.head.uid = body.head.euid = 1000;
	assert_non_null(take(f, body, TEXT("")));
	access.head.pid = VICTIM;
	access.head.start_ns = 20000000;
	assert_value(take(f, access, TEXT("")), FIELD_TARGET_USER, 0, "ada");
}

static void
a_call_without_a_name_is_told_by_its_number_and_a_foreign_one_not(void **state)
{
	struct fixture *f = *state;
	struct record_credentials body = { .head = head_of(RECORD_CREDENTIALS),
					   .call = 9999 };

	assert_value(take(f, body, TEXT("")), FIELD_CALL, 0, "syscall-9999");
	body.call = RECORD_CALL_FOREIGN;
	assert_value(take(f, body, TEXT("")), FIELD_CALL, 0, "");
}

static void namespaces_are_told_by_kind_and_which_of_them_are_the_hosts(void **state)
{
	struct fixture *f = *state;
	struct record_namespace body = {
		.head = head_of(RECORD_NAMESPACE),
		.changed = 1u << RECORD_NS_MOUNT | 1u << RECORD_NS_PID,
		.host = 1u << RECORD_NS_PID,
		.call = SYS_setns,
		.number = { [RECORD_NS_MOUNT] = 4026531841, [RECORD_NS_PID] = 7 },
	};
	const struct sensed *sensed = take(f, body, TEXT(""));

	assert_value(sensed, FIELD_NAMESPACES, 0, "mount");
	assert_value(sensed, FIELD_NAMESPACES, 1, "pid");
	assert_value(sensed, FIELD_NAMESPACES, 2, "");
	assert_value(sensed, FIELD_HOST_NAMESPACES, 0, "pid");
	assert_value(sensed, FIELD_HOST_NAMESPACES, 1, "");
	assert_value(sensed, FIELD_MOUNT_NAMESPACE, 0, "4026531841");
	assert_value(sensed, FIELD_PID_NAMESPACE, 0, "7");
	assert_value(sensed, FIELD_CALL, 0, "setns");
}

static void a_victim_is_found_by_its_start_and_pid_or_told_by_them_alone(void **state)
{
	struct fixture *f = *state;
	struct record_access body = { .head = head_of(RECORD_ACCESS),
				      .target_start_ns = 20000000,
				      .target_pid = VICTIM,
				      .call = SYS_process_vm_writev };
	const struct sensed *sensed = take(f, body, TEXT(""));

	assert_value(sensed, FIELD_GRANTED_ACCESS, 0, "write");
	assert_value(sensed, FIELD_TARGET_IMAGE, 0, "/usr/sbin/sshd");
	assert_value(sensed, FIELD_TARGET_PROCESS_ID, 0, "50");
	body.target_start_ns = 4711;
	sensed = take(f, body, TEXT(""));
	assert_value(sensed, FIELD_TARGET_PROCESS_ID, 0, "50");
	assert_value(sensed, FIELD_TARGET_IMAGE, 0, "");
	assert_value(sensed, FIELD_TARGET_PROCESS_GUID, 0,
		     "00000000-0000000000001267-00000032");
	body.target_pid = 0;
	assert_value(take(f, body, TEXT("")), FIELD_TARGET_PROCESS_GUID, 0, "");
}

static void access_has_a_word_for_each_way(void **state)
{
	static const struct {
		int32_t call;
		uint32_t request;
		const char *word;
	} ways[] = {
		{ SYS_ptrace, 16, "attach" },
		{ SYS_ptrace, 0x4206, "seize" },
		{ SYS_process_vm_readv, 0, "read" },
		{ SYS_process_vm_writev, 0, "write" },
		{ SYS_pidfd_getfd, 0, "descriptor" },
		{ SYS_openat, 0, "memory" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct record_access body = { .head = head_of(RECORD_ACCESS),
					      .call = ways[i].call,
					      .request = ways[i].request };

		assert_value(take(f, body, TEXT("")), FIELD_GRANTED_ACCESS, 0,
			     ways[i].word);
	}
}

static void a_signal_has_its_number_and_its_name(void **state)
{
	struct fixture *f = *state;
	struct record_signal body = { .head = head_of(RECORD_SIGNAL),
				      .target_start_ns = 20000000,
				      .target_pid = VICTIM,
				      .call = SYS_kill,
				      .signal = SIGKILL };
	const struct sensed *sensed = take(f, body, TEXT(""));

	assert_value(sensed, FIELD_SIGNAL, 0, "9");
	assert_value(sensed, FIELD_SIGNAL_NAME, 0, "SIGKILL");
	assert_value(sensed, FIELD_TARGET_IMAGE, 0, "/usr/sbin/sshd");
	body.signal = 0xffffffff;
	assert_value(take(f, body, TEXT("")), FIELD_SIGNAL_NAME, 0, "");
}

static void a_module_has_its_name_and_its_file_if_it_came_from_one(void **state)
{
	struct fixture *f = *state;
	struct record_module body = { .head = head_of(RECORD_MODULE),
				      .call = SYS_finit_module };
	struct text texts = { .at = "evilevil.ko\0tmp\0", .size = 16 };
	const struct sensed *sensed;

	body.text_size[RECORD_MODULE_NAME] = 4;
	body.text_size[RECORD_MODULE_PATH] = 12;
	sensed = take(f, body, texts);
	assert_true(text_is(sensed->event.source, TEXT("linux:driver_load")));
	assert_value(sensed, FIELD_MODULE_ACTION, 0, "load");
	assert_value(sensed, FIELD_MODULE_NAME, 0, "evil");
	assert_value(sensed, FIELD_IMAGE_LOADED, 0, "/tmp/evil.ko");
	body.unloaded = 1;
	body.call = SYS_delete_module;
	body.text_size[RECORD_MODULE_PATH] = 0;
	sensed = take(f, body, text_part(texts, 0, 4));
	assert_value(sensed, FIELD_MODULE_ACTION, 0, "unload");
	assert_value(sensed, FIELD_IMAGE_LOADED, 0, "");
}

static void a_bpf_program_has_the_type_and_the_name_that_it_was_loaded_with(void **state)
{
	struct fixture *f = *state;
	struct record_bpf body = { .head = head_of(RECORD_BPF), .type = 6, .id = 12 };
	const struct sensed *sensed;

	memcpy(body.name, "0123456789abcdef", sizeof(body.name)); /* not terminated */
	sensed = take(f, body, TEXT(""));
	assert_value(sensed, FIELD_BPF_TYPE, 0, "xdp");
	assert_value(sensed, FIELD_BPF_NAME, 0, "0123456789abcdef");
	assert_value(sensed, FIELD_BPF_ID, 0, "12");
	body.type = 4711;
	assert_value(take(f, body, TEXT("")), FIELD_BPF_TYPE, 0, "");
}

static void a_mount_point_is_whole_and_flags_are_words_of_the_call(void **state)
{
	struct fixture *f = *state;
	struct record_mount body = { .head = head_of(RECORD_MOUNT),
				     .flags = MS_MGC_VAL | MS_RDONLY | MS_BIND,
				     .call = SYS_mount };
	struct text texts = { .at = "./x/srctmpfsmode=0b\0a\0", .size = 23 };
	const struct sensed *sensed;

	body.text_size[RECORD_MOUNT_TARGET] = 3;
	body.text_size[RECORD_MOUNT_SOURCE] = 4;
	body.text_size[RECORD_MOUNT_TYPE] = 5;
	body.text_size[RECORD_MOUNT_OPTIONS] = 6;
	body.text_size[RECORD_MOUNT_DIRECTORY] = 4;
	sensed = take(f, body, texts);
	assert_value(sensed, FIELD_MOUNT_POINT, 0, "/a/b/x");
	assert_value(sensed, FIELD_MOUNT_SOURCE, 0, "/src");
	assert_value(sensed, FIELD_FILE_SYSTEM, 0, "tmpfs");
	assert_value(sensed, FIELD_MOUNT_OPTIONS, 0, "mode=0");
	assert_value(sensed, FIELD_MOUNT_FLAGS, 0, "ro");
	assert_value(sensed, FIELD_MOUNT_FLAGS, 1, "bind");
	assert_value(sensed, FIELD_MOUNT_FLAGS, 2, "");
	body.call = SYS_umount2;
	body.flags = 2;
	assert_value(take(f, body, texts), FIELD_MOUNT_FLAGS, 0, "lazy");
	body.call = SYS_mount_setattr;
	body.flags = MOUNT_ATTR_NOEXEC;
	assert_value(take(f, body, texts), FIELD_MOUNT_FLAGS, 0, "noexec");
}

static void a_failed_start_has_the_whole_path_and_the_reason(void **state)
{
	struct fixture *f = *state;
	struct record_exec_failed body = { .head = head_of(RECORD_EXEC_FAILED),
					   .call = SYS_execveat,
					   .error = ENOEXEC };
	struct text texts = { .at = "xhome\0", .size = 6 };
	const struct sensed *sensed;

	body.text_size[RECORD_FAILED_TYPED] = 1;
	body.text_size[RECORD_FAILED_DIRECTORY] = 5;
	sensed = take(f, body, texts);
	assert_value(sensed, FIELD_ORIGINAL_IMAGE, 0, "/home/x");
	assert_value(sensed, FIELD_ERROR, 0, "ENOEXEC");
	assert_value(sensed, FIELD_ERROR_NUMBER, 0, "8");
	body.error = -1;
	sensed = take(f, body, texts);
	assert_value(sensed, FIELD_ERROR, 0, "");
	assert_value(sensed, FIELD_ERROR_NUMBER, 0, "");
}

static void a_login_has_its_user_and_number(void **state)
{
	struct fixture *f = *state;
	struct record_session body = { .head = head_of(RECORD_SESSION),
				       .login_uid = 1000,
				       .session = 12 };
	const struct sensed *sensed = take(f, body, TEXT(""));

	assert_value(sensed, FIELD_LOGIN_USER, 0, "ada");
	assert_value(sensed, FIELD_LOGON_ID, 0, "1000");
	assert_value(sensed, FIELD_LOGIN_SESSION, 0, "12");
}

static void a_container_is_its_id_and_a_text_that_is_none_makes_no_event(void **state)
{
	struct fixture *f = *state;
	struct record_container body = { .head = head_of(RECORD_CONTAINER),
					 .target_pid = VICTIM,
					 .target_start_ns = 20000000 };
	struct collector_counters counters;
	const struct sensed *sensed;

	memset(body.id, 'a', sizeof(body.id));
	sensed = take(f, body, TEXT(""));
	assert_int_equal(value(sensed, FIELD_CONTAINER_ID, 0).size, sizeof(body.id));
	assert_value(sensed, FIELD_CONTAINER_ACTION, 0, "start");
	assert_value(sensed, FIELD_TARGET_IMAGE, 0, "/usr/sbin/sshd");
	body.ended = 1;
	assert_value(take(f, body, TEXT("")), FIELD_CONTAINER_ACTION, 0, "stop");
	body.id[7] = 'g';
	assert_null(take(f, body, TEXT("")));
	collector_counters(f->collector, &counters);
	assert_int_equal(counters.malformed, 1);
}

static void records_that_are_cut_anywhere_make_no_event(void **state)
{
	static const enum record_kind kinds[] = {
		RECORD_EXEC_FAILED, RECORD_CREDENTIALS, RECORD_NAMESPACE, RECORD_ACCESS,
		RECORD_SIGNAL,      RECORD_MODULE,      RECORD_BPF,       RECORD_MOUNT,
		RECORD_SESSION,     RECORD_CONTAINER,
	};
	struct fixture *f = *state;
	struct collector_counters counters;
	struct record_exec_failed body = { .head = head_of(RECORD_EXEC_FAILED) };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct record head = head_of(kinds[i]);

		assert_null(take(f, head, TEXT("")));
		assert_null(take(f, head, TEXT("1234567")));
	}
	body.text_size[RECORD_FAILED_TYPED] = 0xfffffffe;
	assert_null(take(f, body, TEXT("x")));
	body.text_size[RECORD_FAILED_TYPED] = 1;
	body.text_size[RECORD_FAILED_DIRECTORY] = 1;
	assert_null(take(f, body, TEXT("x")));
	collector_counters(f->collector, &counters);
	assert_int_equal(counters.malformed, 2 * sizeof(kinds) / sizeof(kinds[0]) + 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(credentials_tell_what_was_gained_and_lost_and_how),
		TEST(users_after_a_change_are_those_of_later_events),
		TEST(a_call_without_a_name_is_told_by_its_number_and_a_foreign_one_not),
		TEST(namespaces_are_told_by_kind_and_which_of_them_are_the_hosts),
		TEST(a_victim_is_found_by_its_start_and_pid_or_told_by_them_alone),
		TEST(access_has_a_word_for_each_way),
		TEST(a_signal_has_its_number_and_its_name),
		TEST(a_module_has_its_name_and_its_file_if_it_came_from_one),
		TEST(a_bpf_program_has_the_type_and_the_name_that_it_was_loaded_with),
		TEST(a_mount_point_is_whole_and_flags_are_words_of_the_call),
		TEST(a_failed_start_has_the_whole_path_and_the_reason),
		TEST(a_login_has_its_user_and_number),
		TEST(a_container_is_its_id_and_a_text_that_is_none_makes_no_event),
		TEST(records_that_are_cut_anywhere_make_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
