/*
 * flush.c - linked into the programs of the coverage build: counters get to
 * their files also where gcov alone would lose them or disturb a test.
 *
 * - Before exec they are written and begin anew, so that the supervisor's own
 *   are not lost should the exec fail.
 * - At exit they are written with an empty umask: tests run programs as several
 *   users.
 * - A program that is traced (tests/tool/nth counts its system calls, and fails one)
 *   leaves both to a child, which is not: a file that could not be read would be
 *   written anew, and what it held lost.
 * - _exit of a forked child writes them too.
 * - Before a daemon sleeps in its loop they are written: it may be killed there.
 *
 * What is killed with -9 elsewhere loses what it counted since.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern void __gcov_dump(void);
extern void __gcov_reset(void);

extern int __real_execve(char const *file, char *const *argv, char *const *envp);
extern int __wrap_execve(char const *file, char *const *argv, char *const *envp);
extern int __wrap___gcov_execve(char const *file, char *const *argv, char *const *envp);
extern int __real_ppoll(struct pollfd *fds, nfds_t n, struct timespec const *limit,
	sigset_t const *mask);
extern int __wrap_ppoll(struct pollfd *fds, nfds_t n, struct timespec const *limit,
	sigset_t const *mask);
extern void __real__exit(int code) __attribute__((noreturn));
extern void __wrap__exit(int code) __attribute__((noreturn));

static void
flush(void)
{
	mode_t mask = umask(0);

	__gcov_dump();
	umask(mask);
}

int
__wrap___gcov_execve(char const *file, char *const *argv, char *const *envp)
{
	return __wrap_execve(file, argv, envp);
}

static int is_traced;
static pid_t begun;	/* the process that began; its children are not traced */

static int
traced(void)
{
	char text[2048], *p;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	p = strstr(text, "TracerPid:");
	return p && atoi(p + 10) > 0;
}

void
__wrap__exit(int code)
{
	if (!is_traced || getpid() != begun)
		flush();
	__real__exit(code);
}

static void
flush_in_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		flush();
		__real__exit(0);
	}
	if (pid > 0)
		while (waitpid(pid, 0, 0) < 0 && errno == EINTR)
			;
}

int
__wrap_execve(char const *file, char *const *argv, char *const *envp)
{
	if (is_traced && getpid() == begun)
		flush_in_child();
	else
		flush();
	__gcov_reset();
	return __real_execve(file, argv, envp);
}

static void
at_exit(int code, void *arg)
{
	(void)arg;
	if (!is_traced) {
		flush();
		return;
	}
	fflush(0);
	flush_in_child();
	__real__exit(code);
}

int
__wrap_ppoll(struct pollfd *fds, nfds_t n, struct timespec const *limit, sigset_t const *mask)
{
	struct timespec const none = { 0, 0 };
	int r = is_traced ? 0 : __real_ppoll(fds, n, &none, mask);

	if (r)
		return r;
	if (!is_traced) {
		flush();
		__gcov_reset();
	}
	return __real_ppoll(fds, n, limit, mask);
}

static void __attribute__((constructor))
begin(void)
{
	is_traced = traced();
	begun = getpid();
	on_exit(at_exit, 0);
}
