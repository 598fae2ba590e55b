/* SPDX-License-Identifier: Apache-2.0 */
/* Makes traffic: traffic connect|dns COUNT WORKERS, as fast as it can; or one of each: traffic */

/*
 * It begins once a line is read.  connect: each worker listens on loopback, and connects to itself.
 * dns: each worker sends questions, from a socket each, to one that nobody reads.  Alone, it is a
 * server to a child of its own, which it names: a connection, and a question with its answer.
 */
#include <arpa/inet.h>
#include <stdbool.h>
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

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	_exit(1);
}

static void be_client(const struct sockaddr_in *server, const struct sockaddr_in *names,
		      socklen_t size)
{
	static const char asked[] = "\0\7\1\0\0\1\0\0\0\0\0\0\7example\3org\0\0\1\0\1";
	char bytes[1000] = "";
	int out = socket(AF_INET, SOCK_STREAM, 0), ask = socket(AF_INET, SOCK_DGRAM, 0);

	must(connect(out, (const struct sockaddr *)server, size) == 0, "connect");
	must(send(out, bytes, 1000, 0) == 1000, "send");
	must(recv(out, bytes, 77, MSG_WAITALL) == 77, "receive");
	(void)close(out);
	must(sendto(ask, asked, sizeof(asked) - 1, 0, (const struct sockaddr *)names,
		    size) > 0,
	     "ask");
	must(recv(ask, bytes, sizeof(bytes), 0) > 0, "be answered");
	_exit(0);
}

static int serve_one(void)
{
	static const char found[] =
		"\300\14\0\1\0\1\0\0\0\12\0\4\300\0\2\5"; /* 192.0.2.5 */
	struct sockaddr_in server = { .sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in names = server, who;
	socklen_t size = sizeof(server);
	char bytes[1000];
	ssize_t asked;
	int listener, answerer, in, status;
	pid_t child;

	names.sin_port = htons(53);
	listener = open_socket(SOCK_STREAM, &server, &size);
	answerer = open_socket(SOCK_DGRAM, &names, &size);
	must(listen(listener, 1) == 0, "listen");
	child = fork();
	if (child == 0)
		be_client(&server, &names, size);
	printf("child %d\n", (int)child);
	in = accept(listener, NULL, NULL);
	must(recv(in, bytes, 1000, MSG_WAITALL) == 1000, "receive");
	must(send(in, bytes, 77, 0) == 77, "send");
	asked = recvfrom(answerer, bytes, 500, 0, (struct sockaddr *)&who, &size);
	must(asked > 12, "be asked");
	bytes[2] = (char)0x81;
	bytes[7] = 1;
	memcpy(bytes + asked, found, sizeof(found) - 1);
	must(sendto(answerer, bytes, (size_t)asked + sizeof(found) - 1, 0,
		    (struct sockaddr *)&who, size) > 0,
	     "answer");
	must(waitpid(child, &status, 0) == child, "wait");
	return status != 0;
}

int main(int argc, char **argv)
{
	long count, workers, failed = 0;
	char line[8];
	int status;

	if (argc == 1)
		return serve_one();
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
