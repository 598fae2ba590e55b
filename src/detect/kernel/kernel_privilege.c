// SPDX-License-Identifier: Apache-2.0
// What the kernel side of rights has to know before it begins.
#include "detect/kernel/kernel_privilege.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_SIZE 16 /* TASK_COMM_LEN: what is longer the kernel cuts */

/* Who keeps watch, and who lets people in.  Process 1 is protected whatever its name is. */
static const char protected_names[][NAME_SIZE] = {
	"windhoverd",
	"windhover-loade",
	"windhover-senso",
	"windhover-keepe",
	"windhover-recor",
	"auditd",
	"rsyslogd",
	"syslog-ng",
	"systemd-journal",
	"systemd-logind",
	"sshd",
	"fail2ban-server",
	"falco",
	"osqueryd",
	"wazuh-agentd",
	"auditbeat",
	"filebeat",
	"clamd",
	"crowdsec",
};

static int protect(struct bpf_object *bpf)
{
	int fd = bpf_object__find_map_fd_by_name(bpf, "wh_protected"), r = 0;
	uint8_t yes = 1;

	for (size_t i = 0; i < sizeof(protected_names) / NAME_SIZE && r == 0; i++)
		r = bpf_map_update_elem(fd, protected_names[i], &yes, BPF_ANY);
	return r;
}

/* The number of the login that the process is in, as text; or nothing. */
static bool read_session(int proc, const char *process, uint32_t *out)
{
	char path[300], digits[16];
	unsigned long number;
	ssize_t size;
	AUTO(close) int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/sessionid", process);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, digits, sizeof(digits) - 1);
	if (size <= 0)
		return false;
	digits[size] = '\0';
	number = strtoul(digits, NULL, 10);
	*out = (uint32_t)number;
	return number != UINT32_MAX;
}

static int know_sessions(struct bpf_object *bpf)
{
	int fd = bpf_object__find_map_fd_by_name(bpf, "wh_sessions"), r = 0;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint8_t yes = 1;
	uint32_t session;

	while (proc && r == 0 && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    read_session(dirfd(proc), entry->d_name, &session))
			r = bpf_map_update_elem(fd, &session, &yes, BPF_ANY);
	if (proc)
		(void)closedir(proc);
	return r;
}

int kernel_privilege(struct bpf_object *bpf)
{
	int r = protect(bpf);

	return r ? r : know_sessions(bpf);
}
