/* SPDX-License-Identifier: Apache-2.0 */
/* Starts processes: starts COUNT WORKERS; each execs this file, which then ends at once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A sanitizer's search for leaks starts a process of its own, and here processes are counted. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static int start_one(char *self)
{
	char nothing[] = "-";
	char *arguments[] = { self, nothing, NULL };
	pid_t child = fork();
	int status;

	if (child < 0)
		return -1;
	if (child == 0) {
		execv(self, arguments);
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

int main(int argc, char **argv)
{
	long count, workers, failed = 0;
	int status;

	if (argc == 2)
		return 0;
	if (argc != 3)
		return 2;
	count = strtol(argv[1], NULL, 10);
	workers = strtol(argv[2], NULL, 10);
	for (long w = 0; w < workers; w++) {
		if (fork() != 0)
			continue;
		for (long i = w; i < count; i += workers)
			failed += start_one(argv[0]) != 0;
		_exit(failed ? 1 : 0);
	}
	while (wait(&status) > 0)
		failed += status != 0;
	return failed ? 1 : 0;
}
