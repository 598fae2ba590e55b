// SPDX-License-Identifier: Apache-2.0
// Load generators for bench/live: process starts as a storm, at a rate, or one by one.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"

#define WAIT_NS 3000000000LL /* an alert that takes longer counts as missed */
#define MARKER  "windhover-bench-marker"

static long long now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_until(long long ns)
{
	struct timespec t = { .tv_sec = ns / 1000000000LL, .tv_nsec = ns % 1000000000LL };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* Start the program and wait for its end; returns 0 where it ended well. */
static int start_one(char *const *command)
{
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execv(command[0], command);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}

/* CPU time of all that ended below this process, microseconds. */
static double children_cpu_us(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/*
 * ${count} starts by ${workers} at once: microseconds for each, by the clock and of CPU,
 * where what a sensor does inside the kernel is the workload's.
 */
static int storm(long count, long workers, char *const *command)
{
	long long start = now_ns();
	int status, bad = 0;
	double seconds;

	for (long w = 0; w < workers; w++) {
		if (fork())
			continue;
		for (long i = w; i < count; i += workers)
			bad |= start_one(command);
		_exit(bad);
	}
	while (wait(&status) > 0)
		bad |= status;
	seconds = (double)(now_ns() - start) / 1e9;
	printf("{\"count\": %ld, \"workers\": %ld, \"us_per_exec\": %.2f, "
	       "\"cpu_us_per_exec\": %.2f, \"per_second\": %.0f}\n",
	       count, workers, seconds * 1e6 / (double)count,
	       children_cpu_us() / (double)count, (double)count / seconds);
	return bad;
}

/* ${per_second} starts a second for ${seconds}; says what rate was reached. */
static int rate(long per_second, long seconds, char *const *command)
{
	long long start = now_ns(), next = start;
	long count = per_second * seconds;
	int bad = 0;

	for (long i = 0; i < count; i++) {
		bad |= start_one(command);
		next += 1000000000LL / per_second;
		if (now_ns() < next)
			sleep_until(next);
	}
	printf("{\"count\": %ld, \"seconds\": %.3f, \"per_second\": %.0f}\n", count,
	       (double)(now_ns() - start) / 1e9,
	       (double)count * 1e9 / (double)(now_ns() - start));
	return bad;
}

/* Nanoseconds until a line with the marker stands behind ${from} in the file, or -1. */
static long long wait_for_marker(int fd, off_t from, long long start)
{
	static char bytes[1 << 16];
	size_t size = 0;

	while (now_ns() - start < WAIT_NS) {
		ssize_t n =
			pread(fd, bytes + size, sizeof(bytes) - size, from + (off_t)size);

		if (n <= 0) {
			sleep_until(now_ns() + 50000);
			continue;
		}
		size += (size_t)n;
		if (memmem(bytes, size, MARKER, strlen(MARKER)))
			return now_ns() - start;
		if (size == sizeof(bytes)) {
			from += (off_t)size;
			size = 0;
		}
	}
	return -1;
}

static int by_value(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

/* From the start of a program with the marker to its line in the file, ${count} times. */
static int latency(long count, const char *path, char *const *command)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	AUTO(free) long long *taken = calloc((size_t)count, sizeof(*taken));
	long seen = 0;

	if (fd < 0 || !taken) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	for (long i = 0; i < count; i++) {
		long long start, ns;
		off_t end;

		/* An odd gap, so that no timer of the sensor's runs in step. */
		sleep_until(now_ns() + 10000000LL + i * 7919 % 10000 * 1000);
		end = lseek(fd, 0, SEEK_END);
		start = now_ns();
		if (start_one(command))
			return 1;
		ns = wait_for_marker(fd, end, start);
		if (ns >= 0)
			taken[seen++] = ns;
	}
	qsort(taken, (size_t)seen, sizeof(*taken), by_value);
	printf("{\"count\": %ld, \"missed\": %ld", count, count - seen);
	if (seen)
		printf(", \"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, "
		       "\"max_ms\": %.3f",
		       (double)taken[seen / 2] / 1e6, (double)taken[seen * 9 / 10] / 1e6,
		       (double)taken[seen * 99 / 100] / 1e6,
		       (double)taken[seen - 1] / 1e6);
	printf("}\n");
	return 0;
}

/* A count from the command line: at least 1, or the program ends. */
static long number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (n < 1 || *end) {
		fprintf(stderr, "%s: not a count\n", text);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	if (argc > 4 && !strcmp(argv[1], "storm"))
		return storm(number(argv[2]), number(argv[3]), argv + 4);
	if (argc > 4 && !strcmp(argv[1], "rate"))
		return rate(number(argv[2]), number(argv[3]), argv + 4);
	if (argc > 4 && !strcmp(argv[1], "latency"))
		return latency(number(argv[2]), argv[3], argv + 4);
	fprintf(stderr,
		"usage: load storm COUNT WORKERS PROGRAM [ARGUMENT...]\n"
		"       load rate PER_SECOND SECONDS PROGRAM [ARGUMENT...]\n"
		"       load latency COUNT FILE PROGRAM [ARGUMENT...] (with %s)\n",
		MARKER);
	return 2;
}
