/* scripts.c - running the scripts of a directory one by one */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/listdir.h>
#include <sextet/path.h>
#include <sextet/spawn.h>
#include <sextet/statedir.h>

#include "container.h"

static pid_t
start(char const *file, char const *const *argv, char const *const *envp, int output)
{
	struct spawn_move const moves[2] = { { output, 1 }, { output, 2 } };

	return spawn_simple(file, argv, envp, moves, output >= 0 ? 2 : 0, 0);
}

/* Through the interpreter of FILE's first line. */
static pid_t
interpret(char const *file, char const *const *argv, char const *const *envp, int output)
{
	int bare;
	char const *const *words = container_interpreted(file, argv, &bare);

	if (!words)
		return -1;
	if (bare)
		strerr_warnw(file, " has no #! line - running it with ", words[0]);
	return start(words[0], words, envp, output);
}

pid_t
container_spawn(char const *file, char const *const *argv, char const *const *envp, int output)
{
	pid_t pid = start(file, argv, envp, output);

	if (pid < 0 && (errno == EACCES || errno == ENOEXEC)) {
		int e = errno;

		pid = interpret(file, argv, envp, output);
		if (pid < 0 && (errno == EISDIR || errno == EACCES))
			errno = e;
	}
	return pid;
}

/* One script. Its exit code. */
static unsigned int
run(struct container *c, struct container_scripts const *r, char const *path, char const *name)
{
	int output = r->output ? r->output(r->arg, name) : -1;
	char const *argv[3] = { r->program ? r->program : path, r->program ? path : 0, 0 };
	pid_t pid = container_spawn(argv[0], argv, r->envp, output);
	int e = errno;

	if (output >= 0)
		close(output);
	if (pid > 0) {
		int wstat = container_wait(c, pid, r->maxtime);

		if (r->settle)
			r->settle(r->arg);
		return container_code(wstat);
	}
	errno = e;
	strerr_warnwusys("spawn ", argv[0]);
	return e == ENOENT ? 127 : 126;
}

static int
compare(void const *a, void const *b)
{
	return strcmp(*(char const *const *)a, *(char const *const *)b);
}

/* The names in the directory FD that do not begin with a dot, one after the
   other in SA, and pointers to them, sorted, in NAMES. Their number, -1. */
static ssize_t
names_of(int fd, stralloc *sa, char const ***names)
{
	struct listdir l;
	char const *name;
	unsigned char type;
	size_t n = 0, at = 0;

	if (listdir_start(&l, fd) < 0)
		return -1;
	while ((name = listdir_next(&l, &type))) {
		if (name[0] == '.')
			continue;
		if (!stralloc_catb(sa, name, strlen(name) + 1))
			return -1;
		n++;
	}
	if (errno)
		return -1;
	*names = calloc(n + 1, sizeof **names);
	if (!*names)
		return -1;
	for (size_t i = 0; i < n; i++, at += strlen(sa->s + at) + 1)
		(*names)[i] = sa->s + at;
	qsort(*names, n, sizeof **names, compare);
	return (ssize_t)n;
}

static unsigned int
each(struct container *c, struct container_scripts const *r, char const *dir,
	char const *const *names)
{
	unsigned int failed = 0;

	for (; *names && (!r->go || r->go(r->arg)); names++) {
		char path[PATH_MAX], fmt[UINT_FMT];
		unsigned int code = 126;

		container_say(c, 2, "[", r->name, "] ", *names, ": ", r->verb, "... \n", (char *)0);
		if (path_join(path, sizeof path, dir, *names) < 0)
			strerr_warnwusys("run ", *names);
		else
			code = run(c, r, path, *names);
		fmt[uint_fmt(fmt, code)] = 0;
		container_say(c, code ? 1 : 2, "[", r->name, "] ", *names, ": exited ", fmt, ".\n",
			(char *)0);
		if (code && failed++ == 0 && r->strict)
			break;
	}
	return failed;
}

unsigned int
container_scripts(struct container *c, struct container_scripts const *r)
{
	stralloc sa = STRALLOC_ZERO;
	char const **names = 0;
	char dir[PATH_MAX];
	unsigned int failed = 1;
	int fd = -1;

	if (path_join3(dir, sizeof dir, c->statedir, STATEDIR_ETC, r->name) >= 0)
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	container_say(c, 2, "[", r->name, "] ", r->what, "...\n", (char *)0);
	if (fd < 0 || names_of(fd, &sa, &names) < 0)
		strerr_warnwusys("list ", dir);
	else
		failed = each(c, r, dir, names);
	if (fd >= 0)
		close(fd);
	container_say(c, 2, "[", r->name, "] done.\n", (char *)0);
	free(names);
	stralloc_free(&sa);
	return failed;
}
