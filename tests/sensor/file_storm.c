/* SPDX-License-Identifier: Apache-2.0 */
/* file_storm COUNT WORKERS FOLDER: each worker makes, writes, renames and deletes files there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One of each: a file is made, written and closed, then renamed, then deleted. */
static int one(long number)
{
	char made[32], renamed[32];
	int fd;

	(void)snprintf(made, sizeof(made), "storm-%ld", number);
	(void)snprintf(renamed, sizeof(renamed), "renamed-%ld", number);
	fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, made, strlen(made)) < 0 || close(fd) < 0)
		return -errno;
	if (rename(made, renamed) < 0 || unlink(renamed) < 0)
		return -errno;
	return 0;
}

int main(int argc, char **argv)
{
	long count, workers;
	int status, failed = 0;

	if (argc != 4 || chdir(argv[3]) < 0)
		return 2;
	count = strtol(argv[1], NULL, 10);
	workers = strtol(argv[2], NULL, 10);
	for (long w = 0; w < workers; w++) {
		if (fork() != 0)
			continue;
		for (long i = w; i < count && !failed; i += workers)
			failed = one(i);
		_exit(failed ? 1 : 0);
	}
	while (wait(&status) > 0)
		failed |= status;
	return failed ? 1 : 0;
}
