/* SPDX-License-Identifier: Apache-2.0 */
/* Makes traffic: traffic connect|dns COUNT WORKERS, as fast as it can, once a line is read. */

/*
 * connect: each worker listens on loopback, and connects to itself.  dns: each worker sends
 * questions from a socket each to one that nobody reads, bound to ADDRESS:53 of loopback.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_socket(int type, struct sockaddr_in *address, socklen_t *size)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)address, *size) < 0 ||
	    getsockname(fd, (struct sockaddr *)address, size) < 0) {
		perror("traffic: bind");
		_exit(1);
	}
	return fd;
}

static void connect_once(int listener, const struct sockaddr_in *address)
{
	/* Reset at the end: no port is kept for a minute. */
	const struct linger at_once = { .l_onoff = 1 };
	int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), in;

	if (out < 0 ||
	    connect(out, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		perror("traffic: connect");
		_exit(1);
	}
	in = accept(listener, NULL, NULL);
	if (in < 0) {
		perror("traffic: accept");
		_exit(1);
	}
	(void)setsockopt(out, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	(void)close(out);
	(void)close(in);
}

static void connect_many(long count)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = open_socket(SOCK_STREAM, &address, &size);

	if (listen(listener, 16) < 0)
		_exit(1);
	while (count--)
		connect_once(listener, &address);
}

static void ask_many(long count, unsigned worker)
{
	static const char question[] = "\1\2\1\0\0\1\0\0\0\0\0\0\7example\3org\0\0\1\0\1";
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(53),
				       .sin_addr.s_addr = htonl(0x7f091100 + worker) };
	socklen_t size = sizeof(address);

	(void)open_socket(SOCK_DGRAM, &address, &size);
	while (count--) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || sendto(fd, question, sizeof(question) - 1, 0,
				     (struct sockaddr *)&address, size) < 0) {
			perror("traffic: sendto");
			_exit(1);
		}
		(void)close(fd);
	}
}

int main(int argc, char **argv)
{
	long count, workers, failed = 0;
	char line[8];
	int status;

	if (argc != 4)
		return 2;
	count = strtol(argv[2], NULL, 10);
	workers = strtol(argv[3], NULL, 10);
	if (!fgets(line, sizeof(line), stdin))
		return 2;
	for (long w = 0; w < workers; w++) {
		long own = count / workers + (w < count % workers);

		if (fork() != 0)
			continue;
		if (strcmp(argv[1], "dns") == 0)
			ask_many(own, (unsigned)w);
		else
			connect_many(own);
		_exit(0);
	}
	while (wait(&status) > 0)
		failed += status != 0;
	return failed ? 1 : 0;
}
