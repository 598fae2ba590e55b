/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workload that notices: processes, files and connections, each timed, until standard input ends.
 *
 *     work FOLDER    write one line of JSON: how many, how long (us), how many failed
 *     work --hog     take memory without end
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES_MAX (1u << 22)
#define HOG_SIZE    (1u << 20)

/* A sanitizer's search for leaks would be a part of what is timed. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

struct kind {
	const char *name;
	int (*act)(char *self, const char *folder);
	uint32_t count, failed;
	uint32_t *took_us;
};

static uint64_t now_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Start this program anew; it does nothing and says that it did. */
static int start_process(char *self, const char *folder)
{
	char nothing[] = "--nothing";
	char *arguments[] = { self, nothing, NULL };
	pid_t child = fork();
	int status = -1;

	(void)folder;
	if (child == 0) {
		(void)execv(self, arguments);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 42 ? 0 : -1;
}

static int write_file(char *self, const char *folder)
{
	char path[512], other[520], back[16] = "";
	int fd, ok;

	(void)self;
	(void)snprintf(path, sizeof(path), "%s/%d", folder, (int)getpid());
	(void)snprintf(other, sizeof(other), "%s.new", path);
	fd = open(other, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	ok = write(fd, "the content", 11) == 11 && rename(other, path) == 0 &&
	     pread(fd, back, sizeof(back), 0) == 11 &&
	     memcmp(back, "the content", 11) == 0 && unlink(path) == 0;
	(void)close(fd);
	return ok ? 0 : -1;
}

static int connect_once(char *self, const char *folder)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server = -1;
	char byte = 0;
	int ok;

	(void)self;
	(void)folder;
	ok = listener >= 0 && client >= 0 &&
	     bind(listener, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	     listen(listener, 1) == 0 &&
	     getsockname(listener, (struct sockaddr *)&at, &size) == 0 &&
	     connect(client, (struct sockaddr *)&at, sizeof(at)) == 0;
	if (ok)
		server = accept(listener, NULL, NULL);
	ok = server >= 0 && write(client, "x", 1) == 1 && read(server, &byte, 1) == 1 &&
	     byte == 'x';
	if (server >= 0)
		(void)close(server);
	if (client >= 0)
		(void)close(client);
	if (listener >= 0)
		(void)close(listener);
	return ok ? 0 : -1;
}

static int by_size(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return one < other ? -1 : one > other;
}

static void show(struct kind *kind, const char *end)
{
	uint32_t known = kind->count < SAMPLES_MAX ? kind->count : SAMPLES_MAX;

	qsort(kind->took_us, known, sizeof(*kind->took_us), by_size);
	(void)printf(
		"\"%s\":{\"count\":%u,\"failed\":%u,\"p50\":%u,\"p99\":%u,\"max\":%u}%s",
		kind->name, kind->count, kind->failed,
		known ? kind->took_us[known / 2] : 0,
		known ? kind->took_us[(uint64_t)known * 99 / 100] : 0,
		known ? kind->took_us[known - 1] : 0, end);
}

static int hog(void)
{
	char *memory;

	while ((memory = malloc(HOG_SIZE)))
		memset(memory, 1, HOG_SIZE);
	return 1;
}

int main(int argc, char **argv)
{
	static struct kind kinds[] = { { .name = "process", .act = start_process },
				       { .name = "file", .act = write_file },
				       { .name = "connection", .act = connect_once } };
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	if (argc == 2 && strcmp(argv[1], "--nothing") == 0)
		return 42;
	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "--hog") == 0)
		return read(STDIN_FILENO, &byte, 1) == 1 ? hog() : 0;
	for (size_t i = 0; i < 3; i++) {
		kinds[i].took_us = calloc(SAMPLES_MAX, sizeof(*kinds[i].took_us));
		if (!kinds[i].took_us)
			return 1;
	}
	while (poll(&in, 1, 1) == 0) {
		for (size_t i = 0; i < 3; i++) {
			struct kind *kind = &kinds[i];
			uint64_t begun = now_us();

			kind->failed += kind->act(argv[0], argv[1]) != 0;
			kind->took_us[kind->count++ % SAMPLES_MAX] =
				(uint32_t)(now_us() - begun);
		}
	}
	(void)putchar('{');
	show(&kinds[0], ",");
	show(&kinds[1], ",");
	show(&kinds[2], "}\n");
	return 0;
}
