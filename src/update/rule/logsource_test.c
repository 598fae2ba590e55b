// SPDX-License-Identifier: Apache-2.0
// Proof of what log sources mean.
#include "update/rule/logsource.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/buffer.h"

static void show_target(struct buffer *out, const struct logsource_target *target)
{
	const struct logsource_rename *rename = target->renames;

	buffer_text(out, target->source);
	for (uint32_t i = 0; target->ids && i < target->id_count; i++)
		buffer_format(out, " %u", target->ids[i]);
	if (target->field)
		buffer_format(out, " %s=%s", target->field, target->value);
	for (; rename && rename->from; rename++)
		buffer_format(out, " %s->%s", rename->from, rename->to);
	if (!target->has_intake)
		buffer_string(out, " (none)");
}

/* All targets as text: source, ids, condition, renames. */
static void targets_are(const char *product, const char *category, const char *service,
			const char *expected)
{
	const struct logsource logsource = { .product = text_of(product),
					     .category = text_of(category),
					     .service = text_of(service) };
	AUTO(arena) struct arena *arena = arena_create(1u << 20);
	AUTO(buffer) struct buffer shown;
	struct logsource_target *targets;
	uint32_t count = 0;

	buffer_init(&shown, 65536);
	assert_non_null(arena);
	targets = arena_array(arena, LOGSOURCE_TARGETS_MAX, sizeof(*targets));
	assert_non_null(targets);
	assert_int_equal(logsource_resolve(&logsource, arena, targets, &count), 0);
	for (uint32_t i = 0; i < count; i++) {
		buffer_string(&shown, i ? "; " : "");
		show_target(&shown, &targets[i]);
	}
	buffer_char(&shown, 0);
	assert_false(shown.failed);
	assert_string_equal(shown.at, expected);
}

#define SYSMON "windows:microsoft-windows-sysmon/operational"

static void a_windows_category_is_event_ids_of_a_channel(void **state)
{
	(void)state;
	targets_are("windows", "file_event", "", SYSMON " 11");
	targets_are("windows", "pipe_created", "", SYSMON " 17 18");
	targets_are("windows", "registry_add", "", SYSMON " 12 EventType=CreateKey");
	targets_are("windows", "registry_delete", "",
		    SYSMON " 12 EventType=DeleteKey; " SYSMON
			   " 12 EventType=DeleteValue");
	targets_are("windows", "ps_script", "",
		    "windows:microsoft-windows-powershell/operational 4104; "
		    "windows:powershellcore/operational 4104");
	targets_are("windows", "ps_classic_start", "", "windows:windows powershell 400");
}

static void process_creation_is_sysmon_1_and_security_4688_with_other_names(void **state)
{
	(void)state;
	targets_are("windows", "process_creation", "",
		    SYSMON " 1; windows:security 4688 Image->NewProcessName "
			   "ParentImage->ParentProcessName");
	targets_are("windows", "process_creation", "security",
		    "windows:security 4688 Image->NewProcessName "
		    "ParentImage->ParentProcessName");
	targets_are("windows", "process_creation", "sysmon", SYSMON " 1");
}

static void antivirus_is_defender_whatever_the_product(void **state)
{
	const char *expected =
		"windows:microsoft-windows-windows defender/operational 1006 1007 "
		"1008 1009 1010 1011 1012 1017 1018 1019 1115 1116 "
		"Signature->ThreatName Filename->Path";

	(void)state;
	targets_are("", "antivirus", "", expected);
	targets_are("windows", "antivirus", "", expected);
}

static void a_windows_service_is_its_channels(void **state)
{
	(void)state;
	targets_are("windows", "", "security", "windows:security");
	targets_are("windows", "", "sysmon", SYSMON);
	targets_are("windows", "", "dns-server", "windows:dns server");
	targets_are("windows", "", "security-mitigations",
		    "windows:microsoft-windows-security-mitigations/kernel mode; "
		    "windows:microsoft-windows-security-mitigations/user mode");
}

static void a_product_alone_is_all_its_sources(void **state)
{
	(void)state;
	targets_are("windows", "", "", "windows:*");
	targets_are("linux", "", "", "linux:*");
	targets_are("macos", "", "", "macos:*");
}

#define AUDITD                                                                           \
	" Image->exe CurrentDirectory->cwd ProcessId->pid ParentProcessId->ppid "        \
	"User->UID DestinationIp->laddr DestinationPort->lport; "

static void linux_is_the_sensor_and_sysmon_for_linux_and_text_logs(void **state)
{
	(void)state;
	targets_are("linux", "process_creation", "",
		    "linux:linux-sysmon/operational 1; linux:auditd 1" AUDITD
		    "linux:process_creation");
	targets_are("linux", "network_connection", "",
		    "linux:linux-sysmon/operational 3; linux:auditd 3" AUDITD
		    "linux:network_connection");
	targets_are("linux", "file_event", "",
		    "linux:linux-sysmon/operational 11; linux:auditd 11" AUDITD
		    "linux:file_event");
	targets_are("linux", "", "sysmon", "linux:linux-sysmon/operational");
	targets_are("linux", "", "auditd", "linux:auditd");
	targets_are("linux", "", "sshd", "linux:sshd");
	/* What a system's auth.log and its syslog have in them. */
	targets_are("linux", "", "auth", "linux:auth; linux:sshd; linux:sudo");
	targets_are(
		"linux", "", "syslog",
		"linux:syslog; linux:clamav; linux:cron; linux:guacamole; linux:vsftpd");
	targets_are("macos", "process_creation", "", "macos:process_creation");
}

static void a_category_without_a_product_is_that_of_all_products(void **state)
{
	(void)state;
	targets_are("", "file_delete", "",
		    SYSMON
		    " 23; linux:linux-sysmon/operational 23; linux:auditd 23" AUDITD
		    "linux:file_delete; macos:file_delete");
}

static void web_servers_have_sources_of_their_own(void **state)
{
	(void)state;
	targets_are("", "webserver", "", "web:webserver");
	targets_are("", "", "apache", "web:apache");
	targets_are("", "", "nginx", "web:nginx");
}

static void what_the_table_does_not_know_is_a_source_of_its_own(void **state)
{
	(void)state;
	targets_are("aws", "", "cloudtrail", "aws//cloudtrail (none)");
	targets_are("", "proxy", "", "/proxy/ (none)");
	targets_are("paloalto", "file_event", "globalprotect",
		    "paloalto/file_event/globalprotect (none)");
	targets_are("windows", "file_access", "", "windows/file_access/ (none)");
	targets_are("windows", "", "nobody", "windows//nobody (none)");
	targets_are("windows", "process_creation", "system",
		    "windows/process_creation/system (none)");
	targets_are("linux", "dns_query", "auditd", "linux/dns_query/auditd (none)");
	targets_are("qualys", "", "", "qualys// (none)");
}

static void an_arena_that_is_full_is_out_of_memory(void **state)
{
	const struct logsource logsource = { .product = TEXT("aws") };
	AUTO(arena) struct arena *arena = arena_create(0);
	struct logsource_target target; /* the only one, if there were one */
	uint32_t count = 7;

	(void)state;
	assert_non_null(arena);
	assert_int_equal(logsource_resolve(&logsource, arena, &target, &count), -ENOMEM);
	assert_int_equal(count, 7);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_windows_category_is_event_ids_of_a_channel),
		cmocka_unit_test(
			process_creation_is_sysmon_1_and_security_4688_with_other_names),
		cmocka_unit_test(antivirus_is_defender_whatever_the_product),
		cmocka_unit_test(a_windows_service_is_its_channels),
		cmocka_unit_test(a_product_alone_is_all_its_sources),
		cmocka_unit_test(linux_is_the_sensor_and_sysmon_for_linux_and_text_logs),
		cmocka_unit_test(a_category_without_a_product_is_that_of_all_products),
		cmocka_unit_test(web_servers_have_sources_of_their_own),
		cmocka_unit_test(what_the_table_does_not_know_is_a_source_of_its_own),
		cmocka_unit_test(an_arena_that_is_full_is_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
