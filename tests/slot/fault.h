/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the C library that fail when a test says so: linked with -Wl,--wrap=NAME. */
#pragma once

#include <stdbool.h>

/* Link arguments: see meson.build, which names every one of them. */
struct fault {
	int after;          /* calls that still succeed; -1: all of them */
	int error;          /* errno of the one that fails */
	bool always;        /* and of all after it: a disk that stays full */
	int calls;          /* seen so far */
	const char *failed; /* the call that was made to fail; NULL: none yet */
};

/* What the wrapped calls obey.  A test has one thread. */
extern struct fault fault;
