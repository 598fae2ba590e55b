// SPDX-License-Identifier: Apache-2.0
// What this machine offers a sensor: tried, not guessed from version numbers.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "base/buffer.h"
#include "base/jail.h"
#include "watch.h"

struct probes {
	struct probe *all;
	unsigned count;
	struct buffer btf; /* the kernel's type information; empty where there is none */
};

static void __attribute__((format(printf, 5, 6)))
add(struct probes *probes, const char *key, const char *title, enum probe_state state,
    const char *format, ...)
{
	struct probe *probe = &probes->all[probes->count];
	va_list arguments;

	if (probes->count == PROBES_MAX)
		return;
	probes->count++;
	*probe = (struct probe){ .key = key, .title = title, .state = state };
	va_start(arguments, format);
	(void)vsnprintf(probe->answer, sizeof(probe->answer), format, arguments);
	va_end(arguments);
}

static int read_file(const char *path, struct buffer *out)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	do {
		if (buffer_need(out, 1 << 16) < 0)
			return -ENOMEM;
		got = read(fd, out->at + out->size, out->capacity - out->size);
		if (got > 0)
			out->size += (size_t)got;
	} while (got > 0);
	return got < 0 ? -errno : 0;
}

/* The first line of a file, for people. */
static int read_line(const char *path, char out[PROBE_ANSWER_SIZE])
{
	AUTO(buffer) struct buffer bytes;
	int r;

	buffer_init(&bytes, 1 << 20);
	r = read_file(path, &bytes);
	if (r)
		return r;
	buffer_char(&bytes, '\0');
	if (bytes.failed)
		return -EFBIG;
	(void)snprintf(out, PROBE_ANSWER_SIZE, "%.*s", (int)strcspn(bytes.at, "\n"),
		       bytes.at);
	return 0;
}

/* BPF */

static long bpf(int command, union bpf_attr *attributes)
{
	return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

/*
 * The number of the type with this kind and name in the kernel's BTF, or 0.  The format is
 * Documentation/bpf/btf.rst; every offset is checked, though the kernel wrote it.
 */
static uint32_t btf_find(const struct buffer *btf, uint32_t kind, const char *name)
{
	/* Bytes that follow a type, by kind: fixed, and for each of its members. */
	static const struct {
		uint8_t fixed, each;
	} tails[] = {
		[BTF_KIND_INT] = { 4, 0 },      [BTF_KIND_ARRAY] = { 12, 0 },
		[BTF_KIND_STRUCT] = { 0, 12 },  [BTF_KIND_UNION] = { 0, 12 },
		[BTF_KIND_ENUM] = { 0, 8 },     [BTF_KIND_FUNC_PROTO] = { 0, 8 },
		[BTF_KIND_VAR] = { 4, 0 },      [BTF_KIND_DATASEC] = { 0, 12 },
		[BTF_KIND_DECL_TAG] = { 4, 0 }, [BTF_KIND_ENUM64] = { 0, 12 },
	};
	struct btf_header header;
	struct btf_type type;
	uint32_t number = 1;
	size_t at, end, strings, size = strlen(name) + 1;

	if (btf->size < sizeof(header))
		return 0;
	memcpy(&header, btf->at, sizeof(header));
	at = (size_t)header.hdr_len + header.type_off;
	end = at + header.type_len;
	strings = (size_t)header.hdr_len + header.str_off;
	if (end > btf->size || strings + header.str_len > btf->size)
		return 0;
	for (; at + sizeof(type) <= end; number++) {
		uint32_t this_kind, tail = 0;

		memcpy(&type, btf->at + at, sizeof(type));
		this_kind = BTF_INFO_KIND(type.info);
		if (this_kind == kind && type.name_off + size <= header.str_len &&
		    memcmp(btf->at + strings + type.name_off, name, size) == 0)
			return number;
		if (this_kind < sizeof(tails) / sizeof(tails[0]))
			tail = tails[this_kind].fixed +
			       tails[this_kind].each * (uint32_t)BTF_INFO_VLEN(type.info);
		at += sizeof(type) + tail;
	}
	return 0;
}

/* "return 0" as a program of the given kind. */
static int load_program(uint32_t type, uint32_t attach, uint32_t btf_id)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static const char license[] = "GPL";
	union bpf_attr attributes = {
		.prog_type = type,
		.expected_attach_type = attach,
		.attach_btf_id = btf_id,
		.insns = (uint64_t)(uintptr_t)nothing,
		.insn_cnt = sizeof(nothing) / sizeof(nothing[0]),
		.license = (uint64_t)(uintptr_t)license,
	};
	long fd = bpf(BPF_PROG_LOAD, &attributes);

	if (fd < 0)
		return -errno;
	(void)close((int)fd);
	return 0;
}

/* What loads here may still be refused when it is attached: the sensor's own trial shows that. */
static const struct {
	const char *key, *title;
	uint32_t type, attach, btf_kind;
	const char *target; /* in the kernel's BTF; NULL: none */
} kinds[] = {
	{ "bpf.tp_btf", "typed tracepoints (tp_btf)", BPF_PROG_TYPE_TRACING,
	  BPF_TRACE_RAW_TP, BTF_KIND_TYPEDEF, "btf_trace_sched_process_exec" },
	{ "bpf.raw_tp", "raw tracepoints", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, NULL },
	{ "bpf.tracepoint", "classic tracepoints", BPF_PROG_TYPE_TRACEPOINT, 0, 0, NULL },
	{ "bpf.kprobe", "kprobes", BPF_PROG_TYPE_KPROBE, 0, 0, NULL },
	{ "bpf.fentry", "function entry (fentry)", BPF_PROG_TYPE_TRACING,
	  BPF_TRACE_FENTRY, BTF_KIND_FUNC, "security_bprm_check" },
	{ "bpf.lsm", "security hooks (lsm)", BPF_PROG_TYPE_LSM, BPF_LSM_MAC,
	  BTF_KIND_FUNC, "bpf_lsm_bprm_check_security" },
	{ "bpf.cgroup_skb", "cgroup packets", BPF_PROG_TYPE_CGROUP_SKB,
	  BPF_CGROUP_INET_EGRESS, 0, NULL },
	{ "bpf.cgroup_connect", "cgroup connections", BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	  BPF_CGROUP_INET4_CONNECT, 0, NULL },
};

static void probe_kinds(struct probes *probes)
{
	static const char kprobes[] = "/sys/bus/event_source/devices/kprobe/type";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint32_t target = 0;
		int r;

		if (kinds[i].target) {
			target = btf_find(&probes->btf, kinds[i].btf_kind,
					  kinds[i].target);
			if (target == 0) {
				add(probes, kinds[i].key, kinds[i].title, PROBE_NO,
				    "not in this kernel's BTF: %s", kinds[i].target);
				continue;
			}
		}
		r = load_program(kinds[i].type, kinds[i].attach, target);
		if (r == -EPERM && geteuid() != 0)
			add(probes, kinds[i].key, kinds[i].title, PROBE_UNKNOWN,
			    "only root can try");
		else if (r)
			add(probes, kinds[i].key, kinds[i].title, PROBE_NO, "refused: %s",
			    strerror(-r));
		else if (kinds[i].type == BPF_PROG_TYPE_KPROBE &&
			 access(kprobes, F_OK) < 0)
			add(probes, kinds[i].key, kinds[i].title, PROBE_NO,
			    "loads, but this kernel has no kprobes to attach to");
		else
			add(probes, kinds[i].key, kinds[i].title, PROBE_YES, "loads");
	}
}

static void probe_ring(struct probes *probes)
{
	union bpf_attr attributes = { .map_type = BPF_MAP_TYPE_RINGBUF,
				      .max_entries = (uint32_t)sysconf(_SC_PAGESIZE) };
	long fd = bpf(BPF_MAP_CREATE, &attributes);
	static const char key[] = "bpf.ringbuf", title[] = "ring buffer";

	if (fd >= 0) {
		(void)close((int)fd);
		add(probes, key, title, PROBE_YES, "can be made");
	} else if (errno == EPERM && geteuid() != 0) {
		add(probes, key, title, PROBE_UNKNOWN, "only root can try");
	} else {
		add(probes, key, title, PROBE_NO, "refused: %s", strerror(errno));
	}
}

static void probe_connector(struct probes *probes)
{
	bool has = watch_has_connector();

	add(probes, "connector", "process connector", has ? PROBE_YES : PROBE_NO,
	    has ? "the second source of events, where BPF may not be used"
		: "not in this kernel, or not in this container");
}

/* Everything else */

static void probe_kernel(struct probes *probes)
{
	struct utsname name;

	if (uname(&name) < 0)
		return;
	add(probes, "kernel", "kernel", PROBE_YES, "%.60s %.40s", name.release,
	    name.machine);
}

static void probe_btf(struct probes *probes)
{
	int r = read_file("/sys/kernel/btf/vmlinux", &probes->btf);

	if (r)
		add(probes, "btf", "type information (BTF)", PROBE_NO,
		    "/sys/kernel/btf/vmlinux: %s", strerror(-r));
	else
		add(probes, "btf", "type information (BTF)", PROBE_YES, "%zu KiB",
		    probes->btf.size / 1024);
}

/* Loading an LSM program says nothing of whether it is ever called: only this list does. */
static void probe_lsm(struct probes *probes)
{
	static const char key[] = "lsm", title[] = "BPF LSM active";
	char list[PROBE_ANSWER_SIZE], framed[PROBE_ANSWER_SIZE + 2];
	int r = read_line("/sys/kernel/security/lsm", list);

	if (r) {
		add(probes, key, title, PROBE_UNKNOWN, "/sys/kernel/security/lsm: %s",
		    strerror(-r));
		return;
	}
	(void)snprintf(framed, sizeof(framed), ",%s,", list);
	add(probes, key, title, strstr(framed, ",bpf,") ? PROBE_YES : PROBE_NO, "%.150s",
	    list);
}

static void probe_lockdown(struct probes *probes)
{
	static const char key[] = "lockdown", title[] = "lockdown";
	char modes[PROBE_ANSWER_SIZE];
	int r = read_line("/sys/kernel/security/lockdown", modes);

	if (r)
		add(probes, key, title, PROBE_UNKNOWN,
		    "/sys/kernel/security/lockdown: %s", strerror(-r));
	else
		add(probes, key, title,
		    strstr(modes, "[confidentiality]") ? PROBE_NO : PROBE_YES, "%.150s",
		    modes);
}

static void probe_jail(struct probes *probes)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;
	int landlock = jail_landlock_version();

	if (landlock)
		add(probes, "landlock", "Landlock", PROBE_YES, "version %d", landlock);
	else
		add(probes, "landlock", "Landlock", PROBE_NO,
		    "not there: seccomp alone keeps the sensor from files");
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
		add(probes, "seccomp", "seccomp", PROBE_YES,
		    "filters, and can end a process");
	else
		add(probes, "seccomp", "seccomp", PROBE_NO, "%s", strerror(errno));
}

static void probe_cgroups(struct probes *probes)
{
	static const char key[] = "cgroup", title[] = "cgroups";
	struct statfs st;

	if (statfs("/sys/fs/cgroup", &st) < 0)
		add(probes, key, title, PROBE_UNKNOWN, "/sys/fs/cgroup: %s",
		    strerror(errno));
	else if (st.f_type == CGROUP2_SUPER_MAGIC)
		add(probes, key, title, PROBE_YES, "version 2");
	else if (statfs("/sys/fs/cgroup/unified", &st) == 0 &&
		 st.f_type == CGROUP2_SUPER_MAGIC)
		add(probes, key, title, PROBE_YES, "version 1, and 2 beside it");
	else
		add(probes, key, title, PROBE_YES, "version 1");
}

/* Of this process: what a sensor started from here would have. */
static void probe_capabilities(struct probes *probes)
{
	AUTO(buffer) struct buffer status;
	const char *line;
	unsigned long long set = 0;
	static const struct {
		const char *name;
		unsigned bit;
	} needed[] = { { "CAP_BPF", 39 },
		       { "CAP_PERFMON", 38 },
		       { "CAP_SYS_PTRACE", 19 } };
	char missing[64] = "";

	buffer_init(&status, 1 << 20);
	if (read_file("/proc/self/status", &status) < 0)
		return;
	buffer_char(&status, '\0');
	if (status.failed)
		return;
	line = strstr(status.at, "\nCapEff:");
	if (line)
		(void)sscanf(line, "\nCapEff: %llx", &set);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!(set >> needed[i].bit & 1))
			(void)snprintf(missing + strlen(missing),
				       sizeof(missing) - strlen(missing), " %s",
				       needed[i].name);
	if (missing[0])
		add(probes, "capabilities", "capabilities", PROBE_NO, "missing:%s",
		    missing);
	else
		add(probes, "capabilities", "capabilities", PROBE_YES,
		    "all that is needed");
}

unsigned probe_all(struct probe *out)
{
	struct probes probes = { .all = out };

	buffer_init(&probes.btf, 64u << 20);
	probe_kernel(&probes);
	probe_btf(&probes);
	probe_ring(&probes);
	probe_kinds(&probes);
	probe_connector(&probes);
	probe_lsm(&probes);
	probe_lockdown(&probes);
	probe_jail(&probes);
	probe_cgroups(&probes);
	probe_capabilities(&probes);
	buffer_done(&probes.btf);
	return probes.count;
}
