/* SPDX-License-Identifier: Apache-2.0 */
/* Lifetimes of locals: AUTO(free) char *name = NULL; AUTO(close) int fd = -1; */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AUTO(how) __attribute__((cleanup(auto_##how)))

/* Hand what a local owns to the caller: out->name = TAKE(name); */
#define TAKE(local)                                                                      \
	__extension__({                                                                  \
		__typeof__(local) taken_ = (local);                                      \
		(local) = NULL;                                                          \
		taken_;                                                                  \
	})

/* The same for a file descriptor: out->fd = TAKE_FD(fd); */
#define TAKE_FD(local)                                                                   \
	__extension__({                                                                  \
		int taken_ = (local);                                                    \
		(local) = -1;                                                            \
		taken_;                                                                  \
	})

#define MUST_USE __attribute__((warn_unused_result))

static inline void auto_free(void *place)
{
	free(*(void **)place);
}

static inline void auto_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void auto_fclose(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}
