// SPDX-License-Identifier: Apache-2.0
// Calls of the C library that fail when a test says so: linked with -Wl,--wrap=NAME.
#include "fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>

struct fault fault = { .after = -1 };

static bool strikes(const char *name)
{
	fault.calls++;
	if (fault.after < 0)
		return false;
	if (fault.after > 0) {
		fault.after--;
		return false;
	}
	if (!fault.failed)
		fault.failed = name;
	if (!fault.always)
		fault.after = -1;
	errno = fault.error;
	return true;
}

/* clang-format off */
#define WRAP(type, bad, name, parameters, arguments)                                     \
	type __real_##name parameters;                                                   \
	type __wrap_##name parameters;                                                   \
	type __wrap_##name parameters                                                    \
	{                                                                                \
		return strikes(#name) ? (bad) : __real_##name arguments;                 \
	}

WRAP(ssize_t, -1, write, (int fd, const void *at, size_t size), (fd, at, size))
WRAP(ssize_t, -1, read, (int fd, void *at, size_t size), (fd, at, size))
WRAP(ssize_t, -1, pread, (int fd, void *at, size_t size, off_t from), (fd, at, size, from))
WRAP(ssize_t, -1, pread64, (int fd, void *at, size_t size, off_t from), (fd, at, size, from))
WRAP(int, -1, fsync, (int fd), (fd))
WRAP(int, -1, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
WRAP(void *, NULL, malloc, (size_t size), (size))
WRAP(void *, NULL, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, NULL, realloc, (void *at, size_t size), (at, size))
WRAP(void *, MAP_FAILED, mmap, (void *at, size_t size, int may, int how, int fd, off_t from),
     (at, size, may, how, fd, from))
WRAP(void *, MAP_FAILED, mmap64, (void *at, size_t size, int may, int how, int fd, off_t from),
     (at, size, may, how, fd, from))
WRAP(int, -1, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))
/* clang-format on */

#define WRAP_OPEN(name)                                                                  \
	int __real_##name(int folder, const char *path, int flags, ...);                 \
	int __wrap_##name(int folder, const char *path, int flags, ...);                 \
	int __wrap_##name(int folder, const char *path, int flags, ...)                  \
	{                                                                                \
		va_list rest;                                                            \
		mode_t mode;                                                             \
                                                                                         \
		va_start(rest, flags);                                                   \
		mode = va_arg(rest, mode_t);                                             \
		va_end(rest);                                                            \
		return strikes(#name) ? -1 : __real_##name(folder, path, flags, mode);   \
	}

WRAP_OPEN(openat)
WRAP_OPEN(openat64)
