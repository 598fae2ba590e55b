// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over files and folders of inputs, where there is no fuzzer.

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"

#define INPUT_SIZE_MAX (64L << 20) /* bytes */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Returns how many inputs were run, or -1 with a message on standard error. */
static long replay_file(const char *path)
{
	AUTO(fclose) FILE *file = fopen(path, "rbe");
	AUTO(free) uint8_t *bytes = NULL;
	long size;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0 ||
	    size > INPUT_SIZE_MAX || fseek(file, 0, SEEK_SET)) {
		fprintf(stderr, "%s: %s\n", path, errno ? strerror(errno) : "too big");
		return -1;
	}
	/* Exactly as large as the input, so that a sanitizer sees one byte too many. */
	bytes = malloc(size ? (size_t)size : 1);
	if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return -1;
	}
	/* A crash ends the program here: let the log say on which input. */
	fprintf(stderr, "%s\n", path);
	(void)LLVMFuzzerTestOneInput(bytes, (size_t)size);
	return 1;
}

static long replay_folder(const char *path)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, NULL, alphasort);
	long total = 0;

	if (count < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		AUTO(free) char *name = NULL;

		if (entries[i]->d_name[0] != '.' && total >= 0) {
			long n = asprintf(&name, "%s/%s", path, entries[i]->d_name) < 0
					 ? -1
					 : replay_file(name);

			total = n < 0 ? -1 : total + n;
		}
		free(entries[i]);
	}
	free(entries);
	return total;
}

int main(int argc, char **argv)
{
	long total = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;
		long n;

		if (stat(argv[i], &st)) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		n = S_ISDIR(st.st_mode) ? replay_folder(argv[i]) : replay_file(argv[i]);
		if (n < 0)
			return 1;
		total += n;
	}
	if (!total) {
		fprintf(stderr, "usage: %s FILE|DIR... (no input was run)\n", argv[0]);
		return 1;
	}
	printf("%ld inputs survived\n", total);
	return 0;
}
