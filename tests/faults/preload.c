// SPDX-License-Identifier: Apache-2.0
// Calls of the C library that fail when a test says so: preloaded into programs as they are.
/*
 * FAULTS names the file of struct faults_control.  A call site is known by the places in the
 * program's own file that led to it, so a fault hits the same one in each run, whatever order
 * threads run in and wherever the program lies in memory.
 */
#include "preload.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unwind.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);

static struct faults_control *control;
static bool is_ours; /* this program is the one that the test is about */
static char preload[512], place[512];

/* Meanwhile, what the unwinder calls is let through. */
static __thread bool busy __attribute__((tls_model("initial-exec")));

/* clang-format off */
#define CALLS(CALL)                                                                        \
	CALL(malloc) CALL(calloc) CALL(realloc) CALL(mmap64)                               \
	CALL(open64) CALL(openat64) CALL(fopen64) CALL(opendir) CALL(fdopen)               \
	CALL(fdopendir) CALL(fmemopen)                                                     \
	CALL(read) CALL(pread64) CALL(write) CALL(pwrite64) CALL(readdir64)                \
	CALL(fsync) CALL(fdatasync) CALL(fflush) CALL(fclose)                              \
	CALL(rename) CALL(renameat) CALL(mkdir) CALL(mkdirat) CALL(unlink) CALL(unlinkat)  \
	CALL(rmdir) CALL(ftruncate64) CALL(fallocate64) CALL(posix_fallocate64)            \
	CALL(fchmod) CALL(fchown) CALL(fchownat) CALL(chmod) CALL(flock)                   \
	CALL(fstat64) CALL(fstatat64) CALL(lstat64) CALL(stat64) CALL(statfs64)            \
	CALL(readlink) CALL(readlinkat) CALL(lseek64) CALL(access)                         \
	CALL(dup) CALL(dup2) CALL(dup3) CALL(pipe2) CALL(eventfd) CALL(signalfd)           \
	CALL(memfd_create) CALL(fcntl64)                                                   \
	CALL(socket) CALL(socketpair) CALL(bind) CALL(listen) CALL(connect) CALL(accept4)  \
	CALL(setsockopt) CALL(getsockopt) CALL(sendmsg) CALL(recvmsg) CALL(send)           \
	CALL(poll) CALL(epoll_create1) CALL(epoll_ctl) CALL(epoll_wait)                    \
	CALL(fork) CALL(unshare) CALL(pthread_create) CALL(waitpid) CALL(wait4)            \
	CALL(prctl) CALL(setrlimit64) CALL(setresuid) CALL(setresgid) CALL(setgroups)      \
	CALL(sigprocmask) CALL(setpriority) CALL(syscall) CALL(getrandom) CALL(uname)
/* clang-format on */

#define NUMBER(name) CALL_##name,
#define NAME(name)   #name,
enum call { CALLS(NUMBER) CALL_COUNT };
static const char *const names[] = { CALLS(NAME) };
_Static_assert(CALL_COUNT <= FAULTS_CALLS, "the runner learns of all of them");

/* The program's own code */

static uintptr_t program_begin, program_end, program_base;

static int note_program(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	program_base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
			continue;
		program_begin = program_base + part->p_vaddr;
		program_end = program_begin + part->p_memsz;
	}
	return 1; /* the first is the program */
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FAULTS"), *self = getenv("LD_PRELOAD");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	struct faults_control *at =
		fd < 0 ? MAP_FAILED
		       : mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED,
			      fd, 0);

	if (fd >= 0)
		(void)close(fd);
	if (at == MAP_FAILED || !self)
		return;
	(void)snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", self);
	(void)snprintf(place, sizeof(place), "FAULTS=%s", path);
	(void)dl_iterate_phdr(note_program, NULL);
	control = at;
	for (unsigned i = 0; i < CALL_COUNT; i++)
		(void)snprintf(at->names[i], sizeof(at->names[i]), "%s", names[i]);
	is_ours = strncmp(program_invocation_short_name, control->program,
			  sizeof(control->program) - 1) == 0;
}

/* Sites */

struct way {
	uint64_t where[FAULTS_DEPTH];
	unsigned count;
};

static _Unwind_Reason_Code note_frame(struct _Unwind_Context *context, void *argument)
{
	struct way *way = argument;
	uintptr_t at = _Unwind_GetIP(context);

	if (at >= program_begin && at < program_end)
		way->where[way->count++] = at - program_base;
	return way->count < FAULTS_DEPTH ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static uint64_t hash_of(enum call call, const struct way *way)
{
	uint64_t hash = 0xcbf29ce484222325u ^ call;

	for (unsigned i = 0; i < way->count; i++)
		hash = (hash ^ way->where[i]) * 0x100000001b3u;
	hash ^= hash >> 29;
	return hash ? hash : 1;
}

static void list(enum call call, uint64_t hash, const struct way *way)
{
	for (uint64_t i = 0; i < FAULTS_SITES; i++) {
		struct faults_site *site = &control->sites[(hash + i) % FAULTS_SITES];
		uint64_t nobody = 0;

		if (__atomic_compare_exchange_n(&site->hash, &nobody, hash, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
			memcpy(site->where, way->where, sizeof(site->where));
			site->call = call;
		} else if (nobody != hash) {
			continue;
		}
		(void)__atomic_fetch_add(&site->count, 1, __ATOMIC_RELAXED);
		return;
	}
	(void)__atomic_fetch_add(&control->full, 1, __ATOMIC_RELAXED);
}

static bool is_the_one(uint64_t hash)
{
	if (hash != control->fail)
		return false;
	if (__atomic_load_n(&control->after, __ATOMIC_RELAXED) > 0) {
		(void)__atomic_fetch_sub(&control->after, 1, __ATOMIC_RELAXED);
		return false;
	}
	return __atomic_fetch_add(&control->struck, 1, __ATOMIC_RELAXED) == 0 ||
	       control->always;
}

/* Whether this call is to fail; then errno says how. */
static bool strikes(enum call call)
{
	struct way way = { .count = 0 };
	bool strike = false;
	int saved = errno;
	uint64_t hash;

	if (!is_ours || busy || (control->fail && control->call != call))
		return false;
	busy = true;
	(void)_Unwind_Backtrace(note_frame, &way);
	busy = false;
	hash = hash_of(call, &way);
	/* The C library's own, before the program begins or in its threads, are no sites. */
	if (way.count && control->fail)
		strike = is_the_one(hash);
	else if (way.count)
		list(call, hash, &way);
	errno = strike ? control->error : saved;
	return strike;
}

static void *real(const char *name)
{
	bool was_busy = busy;
	void *found;

	busy = true;
	found = dlsym(RTLD_NEXT, name);
	busy = was_busy;
	return found;
}

/* The calls */

/* clang-format off */
#define REAL(name) ((__typeof__(&name))real(#name))
#define FAIL(type, bad, name, parameters, arguments)                                       \
	type name parameters                                                               \
	{                                                                                  \
		return strikes(CALL_##name) ? (bad) : REAL(name) arguments;                \
	}

void *malloc(size_t size)
{
	return strikes(CALL_malloc) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return strikes(CALL_calloc) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
	return strikes(CALL_realloc) ? NULL : __libc_realloc(at, size);
}

FAIL(void *, MAP_FAILED, mmap64, (void *at, size_t size, int may, int how, int fd, off64_t from),
     (at, size, may, how, fd, from))

FAIL(FILE *, NULL, fopen64, (const char *path, const char *how), (path, how))
FAIL(FILE *, NULL, fdopen, (int fd, const char *how), (fd, how))
FAIL(FILE *, NULL, fmemopen, (void *at, size_t size, const char *how), (at, size, how))
FAIL(DIR *, NULL, opendir, (const char *path), (path))
FAIL(DIR *, NULL, fdopendir, (int fd), (fd))
FAIL(struct dirent64 *, NULL, readdir64, (DIR *folder), (folder))

FAIL(int, -1, fsync, (int fd), (fd))
FAIL(int, -1, fdatasync, (int fd), (fd))
FAIL(int, -1, rename, (const char *from, const char *to), (from, to))
FAIL(int, -1, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
FAIL(int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
FAIL(int, -1, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode))
FAIL(int, -1, unlink, (const char *path), (path))
FAIL(int, -1, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
FAIL(int, -1, rmdir, (const char *path), (path))
FAIL(int, -1, ftruncate64, (int fd, off64_t size), (fd, size))
FAIL(int, -1, fallocate64, (int fd, int mode, off64_t from, off64_t size), (fd, mode, from, size))
FAIL(int, errno, posix_fallocate64, (int fd, off64_t from, off64_t size), (fd, from, size))
FAIL(int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
FAIL(int, -1, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
FAIL(int, -1, fchownat, (int folder, const char *path, uid_t uid, gid_t gid, int flags),
     (folder, path, uid, gid, flags))
FAIL(int, -1, chmod, (const char *path, mode_t mode), (path, mode))
FAIL(int, -1, flock, (int fd, int how), (fd, how))
FAIL(int, -1, fstat64, (int fd, struct stat64 *out), (fd, out))
FAIL(int, -1, fstatat64, (int folder, const char *path, struct stat64 *out, int flags),
     (folder, path, out, flags))
FAIL(int, -1, lstat64, (const char *path, struct stat64 *out), (path, out))
FAIL(int, -1, stat64, (const char *path, struct stat64 *out), (path, out))
FAIL(int, -1, statfs64, (const char *path, struct statfs64 *out), (path, out))
FAIL(ssize_t, -1, readlink, (const char *path, char *out, size_t size), (path, out, size))
FAIL(ssize_t, -1, readlinkat, (int folder, const char *path, char *out, size_t size),
     (folder, path, out, size))
FAIL(off64_t, -1, lseek64, (int fd, off64_t to, int whence), (fd, to, whence))
FAIL(int, -1, access, (const char *path, int how), (path, how))

FAIL(int, -1, dup, (int fd), (fd))
FAIL(int, -1, dup2, (int fd, int to), (fd, to))
FAIL(int, -1, dup3, (int fd, int to, int flags), (fd, to, flags))
FAIL(int, -1, pipe2, (int fds[2], int flags), (fds, flags))
FAIL(int, -1, eventfd, (unsigned count, int flags), (count, flags))
FAIL(int, -1, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))
FAIL(int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
FAIL(int, -1, socket, (int family, int type, int protocol), (family, type, protocol))
FAIL(int, -1, socketpair, (int family, int type, int protocol, int fds[2]),
     (family, type, protocol, fds))
FAIL(int, -1, bind, (int fd, const struct sockaddr *to, socklen_t size), (fd, to, size))
FAIL(int, -1, listen, (int fd, int backlog), (fd, backlog))
FAIL(int, -1, connect, (int fd, const struct sockaddr *to, socklen_t size), (fd, to, size))
FAIL(int, -1, accept4, (int fd, struct sockaddr *from, socklen_t *size, int flags),
     (fd, from, size, flags))
FAIL(int, -1, setsockopt, (int fd, int level, int name, const void *at, socklen_t size),
     (fd, level, name, at, size))
FAIL(int, -1, getsockopt, (int fd, int level, int name, void *at, socklen_t *size),
     (fd, level, name, at, size))
FAIL(ssize_t, -1, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
FAIL(ssize_t, -1, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
FAIL(ssize_t, -1, send, (int fd, const void *at, size_t size, int flags), (fd, at, size, flags))
FAIL(int, -1, poll, (struct pollfd *fds, nfds_t count, int ms), (fds, count, ms))
FAIL(int, -1, epoll_create1, (int flags), (flags))
FAIL(int, -1, epoll_ctl, (int set, int what, int fd, struct epoll_event *event),
     (set, what, fd, event))
FAIL(int, -1, epoll_wait, (int set, struct epoll_event *events, int most, int ms),
     (set, events, most, ms))

FAIL(pid_t, -1, fork, (void), ())
FAIL(int, errno, pthread_create, (pthread_t *thread, const pthread_attr_t *how,
     void *(*run)(void *), void *argument), (thread, how, run, argument))
FAIL(pid_t, -1, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
FAIL(pid_t, -1, wait4, (pid_t pid, int *status, int options, struct rusage *usage),
     (pid, status, options, usage))
FAIL(int, -1, setrlimit64, (__rlimit_resource_t what, const struct rlimit64 *limit), (what, limit))
FAIL(int, -1, setresuid, (uid_t real_uid, uid_t uid, uid_t saved), (real_uid, uid, saved))
FAIL(int, -1, setresgid, (gid_t real_gid, gid_t gid, gid_t saved), (real_gid, gid, saved))
FAIL(int, -1, setgroups, (size_t count, const gid_t *groups), (count, groups))
FAIL(int, -1, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
FAIL(int, -1, setpriority, (__priority_which_t which, id_t who, int priority),
     (which, who, priority))
FAIL(ssize_t, -1, getrandom, (void *at, size_t size, unsigned flags), (at, size, flags))
FAIL(int, -1, uname, (struct utsname *out), (out))

/* Those that may also do half of what they were asked for. */
#define FAIL_OR_HALVE(type, name, parameters, arguments)                                   \
	type name parameters                                                               \
	{                                                                                  \
		if (strikes(CALL_##name)) {                                                \
			if (errno != FAULTS_HALF)                                          \
				return -1;                                                 \
			size = (size + 1) / 2;                                             \
		}                                                                          \
		return REAL(name) arguments;                                               \
	}

FAIL_OR_HALVE(ssize_t, read, (int fd, void *at, size_t size), (fd, at, size))
FAIL_OR_HALVE(ssize_t, write, (int fd, const void *at, size_t size), (fd, at, size))
FAIL_OR_HALVE(ssize_t, pread64, (int fd, void *at, size_t size, off64_t from), (fd, at, size, from))
FAIL_OR_HALVE(ssize_t, pwrite64, (int fd, const void *at, size_t size, off64_t from),
	      (fd, at, size, from))

/* Whose last argument may not be there: reading it does no harm, and nobody looks at it then. */
#define FAIL_OPEN(name, first_parameter, first)                                            \
	int name(first_parameter const char *path, int flags, ...)                         \
	{                                                                                  \
		va_list rest;                                                              \
		mode_t mode;                                                               \
                                                                                           \
		va_start(rest, flags);                                                     \
		mode = va_arg(rest, mode_t);                                               \
		va_end(rest);                                                              \
		return strikes(CALL_##name) ? -1 : REAL(name)(first path, flags, mode);    \
	}
#define COMMA ,

FAIL_OPEN(open64, , )
FAIL_OPEN(openat64, int folder COMMA, folder COMMA)
/* clang-format on */

/* A stream remembers that it failed. */
int fflush(FILE *file)
{
	if (file && strikes(CALL_fflush)) {
		file->_flags |= 0x20; /* _IO_ERR_SEEN of glibc */
		return EOF;
	}
	return REAL(fflush)(file);
}

int fclose(FILE *file)
{
	bool strike = strikes(CALL_fclose);
	int error = errno, r = REAL(fclose)(file);

	if (!strike)
		return r;
	errno = error;
	return EOF;
}

int fcntl64(int fd, int what, ...)
{
	va_list rest;
	void *argument;

	va_start(rest, what);
	argument = va_arg(rest, void *);
	va_end(rest);
	return strikes(CALL_fcntl64) ? -1 : REAL(fcntl64)(fd, what, argument);
}

int prctl(int what, ...)
{
	unsigned long argument[4];
	va_list rest;

	va_start(rest, what);
	for (unsigned i = 0; i < 4; i++)
		argument[i] = va_arg(rest, unsigned long);
	va_end(rest);
	return strikes(CALL_prctl) ? -1
				   : REAL(prctl)(what, argument[0], argument[1],
						 argument[2], argument[3]);
}

/* A tracer can't live in a user namespace without users; the jail does without one. */
int unshare(int flags)
{
	return strikes(CALL_unshare) || getenv("FAULTS_TRACER") ? -1
								: REAL(unshare)(flags);
}

/*
 * The prover is static, so nothing is preloaded into it: where FAULTS_TRACER has a tracer's
 * words, that makes its system calls fail.
 */
static long start_traced(int program, char *const *arguments)
{
	char tracer[1024], name[64], path[512];
	char *words[64] = { NULL }, *rest = NULL;
	unsigned count = 0;
	ssize_t size;

	(void)snprintf(tracer, sizeof(tracer), "%s", getenv("FAULTS_TRACER"));
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", program);
	size = REAL(readlink)(name, path, sizeof(path) - 1);
	if (size < 0)
		return -1;
	path[size] = 0;
	for (char *word = strtok_r(tracer, " ", &rest); word && count < 60;
	     word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	words[count++] = path;
	if (arguments[1])
		words[count++] = arguments[1];
	return execv(words[0], words);
}

/* A program of ours is started with an empty environment: there we go along. */
static long start(const long *argument)
{
	char *const environment[] = { preload, place, NULL };
	char *const *arguments;

	memcpy(&arguments, &argument[2], sizeof(arguments));
	if (getenv("FAULTS_TRACER") && strcmp(arguments[0], "windhover-prover") == 0)
		return start_traced((int)argument[0], arguments);
	return REAL(syscall)(SYS_execveat, argument[0], argument[1], argument[2],
			     environment, argument[4]);
}

long syscall(long number, ...)
{
	long argument[6];
	va_list rest;

	va_start(rest, number);
	for (unsigned i = 0; i < 6; i++)
		argument[i] = va_arg(rest, long);
	va_end(rest);
	if (strikes(CALL_syscall))
		return -1;
	if (number == SYS_execveat && control)
		return start(argument);
	return REAL(syscall)(number, argument[0], argument[1], argument[2], argument[3],
			     argument[4], argument[5]);
}

/* The time of day, as wrong as the test wants it. */

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int r = REAL(clock_gettime)(clock, out);

	if (r == 0 && control && clock == CLOCK_REALTIME)
		out->tv_sec += control->clock_s;
	return r;
}

time_t time(time_t *out)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
