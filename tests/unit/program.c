/* program.c - which file a name stands for */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/program.h>

#include "tap.h"

static char to[PATH_MAX];

static void
make(char const *name, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT, mode);
	static char const text[] = "#!/bin/sh\nexit 7\n";

	if (fd < 0 || write(fd, text, sizeof text - 1) < 0)
		perror(name);
	close(fd);
}

static int
finds(char const *path, char const *name, char const *want)
{
	if (path)
		setenv("PATH", path, 1);
	else
		unsetenv("PATH");
	to[0] = 0;
	return program_find(to, sizeof to, name) == (int)strlen(want) && !strcmp(to, want);
}

static int
fails(char const *path, char const *name, int error)
{
	setenv("PATH", path, 1);
	errno = 0;
	strcpy(to, "untouched");
	return program_find(to, sizeof to, name) == -1 && errno == error
		&& !strcmp(to, "untouched");
}

int
main(void)
{
	char const *argv[] = { "prog", 0 };
	char longpath[2 * PATH_MAX + 8];
	pid_t pid;
	int status;

	tap_tmpdir();
	umask(022);
	mkdir("a", 0755);
	mkdir("b", 0755);
	mkdir("a/dir", 0755);
	make("prog", 0755);
	make("b/prog", 0755);
	make("a/plain", 0644);
	make("a/both", 0644);
	make("b/both", 0755);

	ok(finds("a:b", "prog", "b/prog"), "the first directory that has it");
	ok(finds("a:b", "both", "b/both"), "a file that cannot be executed is passed over");
	ok(finds("a:b", "./x/y", "./x/y"), "a name with a slash is taken as it is");
	ok(finds(0, "sh", "/usr/bin/sh") || finds(0, "sh", "/bin/sh"), "without PATH: the default");
	ok(fails("a:b", "none", ENOENT), "not there");
	ok(fails("b:a", "plain", EACCES), "there but not executable");
	ok(fails("a:b", "dir", EACCES), "a directory is no program");
	ok(fails("a:b", "", ENOENT), "an empty name");
	ok(fails("", "prog", ENOENT), "an empty PATH finds nothing");
	ok(fails(":a:", "prog", ENOENT), "empty parts are not the current directory");
	ok(fails("prog:a", "none", ENOENT), "a file in PATH");
	memset(longpath, 'l', sizeof longpath);
	memcpy(longpath + sizeof longpath - 3, ":b", 3);
	ok(finds(longpath, "prog", "b/prog"), "a part of PATH that is too long is passed over");
	longpath[sizeof longpath - 3] = 0;
	ok(fails("b", longpath, ENOENT), "so is a name too long");
	longpath[0] = '/';
	ok(fails("b", longpath, ENAMETOOLONG), "but not as a path");
	setenv("PATH", "b", 1);
	ok(program_find(to, 6, "prog") == -1 && program_find(to, 7, "prog") == 6, "an exact fit");

	pid = program_spawn(argv, 0, 0, 0);
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7, "spawned");
	argv[0] = "none";
	ok(program_spawn(argv, 0, 0, 0) == -1 && errno == ENOENT, "not there: not spawned");
	argv[0] = "./a/plain";
	ok(program_spawn(argv, 0, 0, 0) == -1 && errno == EACCES, "by path: the kernel says no");
	return done_testing();
}
