// SPDX-License-Identifier: Apache-2.0
// What a guest's test scripts need and a shell can't do; the commands are in the table at the end.
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "update/slot/store.h"

/* bpf: everything of BPF that the kernel holds, one line each: kind, id, name, instructions */

static int bpf(int command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static void show_object(const char *kind, uint32_t id, int fd)
{
	struct bpf_prog_info program = { 0 };
	struct bpf_map_info map = { 0 };
	bool is_program = strcmp(kind, "program") == 0, is_map = strcmp(kind, "map") == 0;
	union bpf_attr attributes = { 0 };

	attributes.info.bpf_fd = (uint32_t)fd;
	attributes.info.info_len = is_program ? sizeof(program) : sizeof(map);
	attributes.info.info = (uintptr_t)(is_program ? (void *)&program : (void *)&map);
	if ((is_program || is_map) && bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) < 0)
		(void)printf("%s %u unreadable\n", kind, id);
	else if (is_program)
		(void)printf("%s %u %s %u\n", kind, id, program.name,
			     program.verified_insns);
	else
		(void)printf("%s %u %s\n", kind, id, is_map ? map.name : "-");
}

static void show_all(const char *kind, int next, int open_by_id)
{
	union bpf_attr attributes = { 0 };

	while (attributes.start_id = attributes.next_id, bpf(next, &attributes) == 0) {
		union bpf_attr which = { .prog_id = attributes.next_id };
		AUTO(close) int fd = bpf(open_by_id, &which);

		if (fd >= 0)
			show_object(kind, attributes.next_id, fd);
	}
}

static int show_bpf(char **arguments)
{
	(void)arguments;
	show_all("program", BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID);
	show_all("map", BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID);
	show_all("link", BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID);
	return 0;
}

/* family: a child that starts /bin/helper leaf, and what became of whom */

static int start_leaf(void)
{
	char self[] = "/bin/helper", leaf[] = "leaf", one[] = "one", two[] = "two words";
	char *arguments[] = { self, leaf, one, two, NULL };

	(void)execv(self, arguments);
	return 127;
}

static int family(char **arguments)
{
	pid_t child = fork();
	int status = -1;

	(void)arguments;
	if (child == 0)
		_exit(start_leaf());
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	(void)printf("family %d %d %d\n", (int)getpid(), (int)child, WEXITSTATUS(status));
	return 0;
}

static int leaf(char **arguments)
{
	(void)arguments;
	return 7;
}

/* odd: processes that end as no program asks to */

static int end_of(pid_t child)
{
	int status = -1;

	return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status)
		       ? WTERMSIG(status)
		       : 0;
}

static int odd(char **arguments)
{
	pid_t child = fork();
	volatile char *forbidden =
		mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arguments;
	if (child == 0) {
		*forbidden = 1;
		_exit(0);
	}
	(void)printf("odd fault %d %d\n", (int)child, end_of(child));
	child = fork();
	if (child == 0) {
		/* The kernel's own signal, with no sender: what has no parent's wish behind it. */
		if (fork() == 0) {
			/* Where the parent was quicker, there is no signal to come. */
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (getppid() != 1)
				(void)usleep(1000);
			_exit(0);
		}
		(void)raise(SIGKILL);
	}
	(void)printf("odd killed %d %d\n", (int)child, end_of(child));
	return 0;
}

/* hog: take memory until the kernel objects */
static int hog(char **arguments)
{
	(void)arguments;
	for (;;) {
		char *at = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (at == MAP_FAILED)
			return 1;
		memset(at, 1, 1 << 20);
	}
}

/* burst COUNT: that many processes, two at a time */
static int burst(char **arguments)
{
	long count = arguments[0] ? strtol(arguments[0], NULL, 10) : 0;

	for (long i = 0; i < count; i++) {
		pid_t child = fork();

		if (child < 0)
			return 1;
		if (child == 0)
			_exit(fork() == 0 ? start_leaf() : 0);
		(void)waitpid(child, NULL, 0);
	}
	return 0;
}

/* files COUNT FOLDER: that often, make a file, open it again, rename and remove it */
static int files(char **arguments)
{
	long count = strtol(arguments[0], NULL, 10);
	char path[256], other[256];

	(void)snprintf(path, sizeof(path), "%s/helper-a", arguments[1]);
	(void)snprintf(other, sizeof(other), "%s/helper-b", arguments[1]);
	for (long i = 0; i < count; i++) {
		AUTO(close) int made = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		AUTO(close) int again = open(path, O_RDONLY | O_CLOEXEC);

		if (made < 0 || again < 0 || write(made, "x", 1) != 1 ||
		    rename(path, other) < 0 || unlink(other) < 0)
			return 1;
	}
	return 0;
}

/* gatekeeper PATH: allow whatever is opened on that file system, as who scans for viruses does */

static volatile sig_atomic_t is_over;

static void end(int number)
{
	(void)number;
	is_over = 1;
}

static int gatekeeper(char **arguments)
{
	const struct sigaction on_end = { .sa_handler = end };
	AUTO(close)
	int asked = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);
	static struct fanotify_event_metadata events[64];
	unsigned long allowed = 0;

	(void)sigaction(SIGTERM, &on_end, NULL);
	if (asked < 0 ||
	    fanotify_mark(asked, FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
			  FAN_OPEN_PERM | FAN_OPEN_EXEC_PERM, AT_FDCWD, arguments[0]) < 0)
		return 1;
	while (!is_over) {
		ssize_t size = read(asked, events, sizeof(events));

		for (size_t i = 0; size > 0 && i < (size_t)size / sizeof(events[0]);
		     i++) {
			const struct fanotify_response yes = { .fd = events[i].fd,
							       .response = FAN_ALLOW };

			allowed += write(asked, &yes, sizeof(yes)) == sizeof(yes);
			(void)close(events[i].fd);
		}
	}
	(void)printf("allowed %lu\n", allowed);
	return 0;
}

/*
 * replace DEVICE SECTOR COUNT FILE: replace FILE that often, each time telling at SECTOR of DEVICE
 * that it is done; whoever holds the disk's log then knows what was promised when.
 */
static int acknowledge(const char *device, off_t offset, unsigned number)
{
	AUTO(close) int fd = open(device, O_WRONLY | O_DIRECT | O_CLOEXEC);
	AUTO(free) char *block = aligned_alloc(4096, 4096);

	if (fd < 0 || !block)
		return -1;
	memset(block, 0, 4096);
	(void)snprintf(block, 4096, "DONE %u\n", number);
	return pwrite(fd, block, 512, offset) == 512 ? 0 : -1;
}

/* As one must not: renamed, but not synced. */
static int replace_carelessly(const char *path, struct text text)
{
	const char *beside = "/mnt/careless";
	AUTO(close) int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text.at, text.size) != (ssize_t)text.size)
		return -errno;
	return rename(beside, path) < 0 ? -errno : 0;
}

static int replace_with(char **arguments, bool is_careless)
{
	const char *device = arguments[0], *path = arguments[3];
	off_t offset = strtol(arguments[1], NULL, 10) * 512;
	unsigned count = (unsigned)strtoul(arguments[2], NULL, 10);
	static char content[9000];

	for (unsigned number = 1; number <= count; number++) {
		struct text text = { content, sizeof(content) };
		int r;

		memset(content, 'a' + (int)(number % 26), sizeof(content));
		(void)snprintf(content, 32, "VERSION %u\n", number);
		r = is_careless ? replace_carelessly(path, text)
				: file_replace(path, text, 0600);
		if (r || acknowledge(device, offset, number) < 0) {
			(void)fprintf(stderr, "helper: %s: %d\n", path, r);
			return 1;
		}
	}
	return 0;
}

static int replace(char **arguments)
{
	return replace_with(arguments, false);
}

/* The same, but it breaks its word: a test that finds no fault with it finds none at all. */
static int careless(char **arguments)
{
	return replace_with(arguments, true);
}

/* acknowledge DEVICE SECTOR NUMBER: the same word, for a script */
static int acknowledge_one(char **arguments)
{
	return acknowledge(arguments[0], strtol(arguments[1], NULL, 10) * 512,
			   (unsigned)strtoul(arguments[2], NULL, 10)) < 0;
}

/*
 * store FOLDER: what the ledger in that content folder says runs, and that each pack it names is
 * there and whole.  Reads as the keeper does, and so mends what a cut left, too.
 */
static int show_pack(const struct store *store, const char *what,
		     const struct slot_digest *digest)
{
	struct why why = { 0 };
	AUTO(close) int pack = -1;
	int r;

	if (!digest->hex[0])
		return 0;
	r = store_get(store, digest, &pack, &why);
	(void)printf("%s %s %d\n", what, digest->hex, r);
	return r;
}

static int show_store(char **arguments)
{
	static struct store store;
	struct why why = { 0 };
	int folder = open(arguments[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = folder < 0 ? -errno : store_open(folder, &store, &why);

	if (r) {
		(void)printf("error %d\n", r);
		return 1;
	}
	(void)printf("state %d %s\n", (int)store.ledger.slot.state, store.trouble);
	for (unsigned i = 0; i < store.ledger.bad_count; i++)
		(void)printf("bad %s\n", store.ledger.bads[i].digest.hex);
	r = show_pack(&store, "run", &store.ledger.slot.run);
	for (unsigned i = 0; i < store.ledger.slot.good_count; i++)
		r |= show_pack(&store, "good", &store.ledger.slot.goods[i]);
	store_close(&store);
	return r != 0;
}

/*
 * As windhover-loader, in whose place a test may put this program: the kernel dies before the
 * first bpf(), if the file /mnt/crash says so: "full", where all programs were to be loaded, or
 * "any".
 */
#define REAL_LOADER "/usr/libexec/windhover/real-loader"

static int load_or_crash(char **argv)
{
	char when[8] = "";
	bool no_bpf = false, is_full = false;
	AUTO(close) int fd = open("/mnt/crash", O_RDONLY | O_CLOEXEC);

	for (char **word = argv + 1; *word; word++) {
		no_bpf |= strcmp(*word, "--census") == 0 ||
			  strcmp(*word, "--connector") == 0;
		is_full |= strcmp(*word, "--refuse") == 0 && word[1] &&
			   strcmp(word[1], "0") == 0;
	}
	if (fd >= 0 && !no_bpf && read(fd, when, sizeof(when) - 1) > 0 &&
	    (strncmp(when, "any", 3) == 0 ||
	     (strncmp(when, "full", 4) == 0 && is_full))) {
		AUTO(close)
		int trigger = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

		(void)!write(trigger, "c", 1);
	}
	(void)execv(REAL_LOADER, argv);
	return 127;
}

static const struct {
	const char *name;
	int arguments;
	int (*run)(char **arguments);
} commands[] = {
	{ "bpf", 0, show_bpf },      { "family", 0, family },
	{ "leaf", 0, leaf },         { "odd", 0, odd },
	{ "hog", 0, hog },           { "burst", 1, burst },
	{ "careless", 4, careless }, { "store", 1, show_store },
	{ "files", 2, files },       { "gatekeeper", 1, gatekeeper },
	{ "replace", 4, replace },   { "acknowledge", 3, acknowledge_one },
};

int main(int argc, char **argv)
{
	if (strcmp(argv[0], "windhover-loader") == 0)
		return load_or_crash(argv);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc >= 2 + commands[i].arguments &&
		    strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argv + 2);
	return 2;
}
