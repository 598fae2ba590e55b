/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for programs that a rule's events name but that must not really run. */

/*
 * Copied to /usr/sbin/nginx, /usr/bin/nc and so on inside the sandbox.  Does nothing and
 * succeeds, unless ACTOR_CAST names what it starts: a program and its arguments, ended by \037
 * each.  A lone "::" among them ends this start; what follows is left in ACTOR_CAST for the
 * program started, so that a whole chain of parents can be played.
 */
#include "base/auto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 128

/* Cut ${cast} into ${arguments}; returns what is left for the next actor, or NULL. */
static char *cast_split(char *cast, char **arguments)
{
	size_t count = 0;

	while (*cast && count < ARGUMENTS_MAX) {
		char *end = strchrnul(cast, '\037');
		char *next = *end ? end + 1 : end;

		*end = '\0';
		if (strcmp(cast, "::") == 0) {
			arguments[count] = NULL;
			return next;
		}
		arguments[count++] = cast;
		cast = next;
	}
	arguments[count] = NULL;
	return NULL;
}

static int cast_run(char **arguments, const char *rest)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		return 1;
	if (child == 0) {
		if (rest)
			setenv("ACTOR_CAST", rest, 1);
		else
			unsetenv("ACTOR_CAST");
		execvp(arguments[0], arguments);
		fprintf(stderr, "actor: %s: %s\n", arguments[0], strerror(errno));
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(void)
{
	char *arguments[ARGUMENTS_MAX + 1];
	const char *given = getenv("ACTOR_CAST");
	AUTO(free) char *cast = NULL;
	char *rest;

	/* The first process of the sandbox opens the session, as a login does. */
	if (getpid() == 1)
		setsid();
	if (!given)
		return 0;
	cast = strdup(given);
	if (!cast)
		return 1;
	rest = cast_split(cast, arguments);
	return arguments[0] ? cast_run(arguments, rest) : 0;
}
