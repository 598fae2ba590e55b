/* SPDX-License-Identifier: Apache-2.0 */
/* file_deeds FOLDER: does to files there what the sensor tells of, and says what that is. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

/* ${worked} is what a call returned; then the line is one of what the sensor must tell. */
static void deed(int worked, const char *action, const char *path)
{
	if (worked < 0) {
		perror(action);
		exit(1);
	}
	(void)printf("%s %s\n", action, path);
}

static void write_and_close(int fd, const char *path)
{
	if (fd < 0 || write(fd, "content", 7) != 7) {
		perror(path);
		exit(1);
	}
	deed(close(fd), "write", path);
}

static void contents(void)
{
	int fd = open("a", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), other;

	deed(fd, "create", "a");
	write_and_close(fd, "a");
	fd = open("a", O_WRONLY | O_TRUNC | O_CLOEXEC);
	deed(fd, "overwrite", "a");
	other = dup(fd);
	(void)close(fd);
	write_and_close(other, "a");
	deed(truncate("a", 3), "truncate", "a");
	/* As it was: nothing to tell. */
	(void)close(open("a", O_RDWR | O_CLOEXEC));
	(void)close(open("a", O_RDONLY | O_CLOEXEC));
	/* Nobody closes it but the end of the process. */
	(void)fflush(stdout);
	if (fork() == 0) {
		fd = open("child", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		_exit(write(fd, "x", 1) == 1 ? 0 : 1);
	}
	(void)wait(NULL);
	deed(0, "create", "child");
	deed(0, "write", "child");
}

static void names(void)
{
	int folder;

	deed(rename("a", "b"), "rename", "b");
	deed(mkdir("d", 0700), "make-folder", "d");
	folder = open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	deed(renameat(AT_FDCWD, "b", folder, "c"), "rename", "d/c");
	deed(link("d/c", "hard"), "link", "hard");
	deed(linkat(folder, "c", AT_FDCWD, "hard2", 0), "link", "hard2");
	/* In vain: nothing to tell. */
	(void)rename("none", "hard");
	(void)unlink("d");
	(void)rmdir("hard");
	(void)mkdir("d", 0700);
	(void)chmod("none", 0600);
	deed(symlink("nowhere", "soft"), "symlink", "soft");
	deed(renameat2(AT_FDCWD, "child", AT_FDCWD, "hard", RENAME_EXCHANGE), "exchange",
	     "hard");
	deed(mkfifo("fifo", 0600), "make-node", "fifo");
	deed(unlink("hard2"), "delete", "hard2");
	deed(unlinkat(folder, "c", 0), "delete", "d/c");
	deed(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR), "delete-folder", "d");
	(void)close(folder);
}

static void attributes(void)
{
	int fd = open("hard", O_RDONLY | O_CLOEXEC);

	deed(chmod("hard", 04711), "set-mode", "hard");
	deed(fchmod(fd, 0600), "set-mode", "hard");
	deed(chown("hard", 12, 34), "set-owner", "hard");
	deed(fchown(fd, 56, (gid_t)-1), "set-owner", "hard");
	deed(lchown("soft", 7, 8), "set-owner", "soft");
	deed(setxattr("hard", "trusted.one", "1", 1, 0), "set-attribute", "hard");
	deed(fsetxattr(fd, "trusted.two", "2", 1, 0), "set-attribute", "hard");
	deed(removexattr("hard", "trusted.one"), "remove-attribute", "hard");
	deed(fremovexattr(fd, "trusted.two"), "remove-attribute", "hard");
	(void)close(fd);
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1]) < 0)
		return 2;
	contents();
	names();
	attributes();
	return 0;
}
