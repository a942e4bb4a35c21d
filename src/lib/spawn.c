/* spawn.c - see sextet/spawn.h */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sextet/spawn.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2U
#endif

/* Pages of it are touched only as far down as the child gets. */
#define STACK 16384

/* The child uses another stack than the sanitizer knows, and never returns. */
#define NO_ASAN __attribute__((no_sanitize("address")))

/* What parent and child share. */
struct birth {
	struct spawn const *s;
	struct spawn_move moves[SPAWN_MOVES];
	unsigned int keep;	/* end of the table; 0: it is a copy of the whole */
	pid_t volatile pid;	/* stored by the kernel before the child runs */
	int volatile error;
};

/* Is close_range there? One cheap question each time, and no state. */
static int
can_unshare(void)
{
	return syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE) == 0;
}

/* Copies descriptors to their places. A later move's source that is in the way
   goes above all targets first. */
static int NO_ASAN
place(struct spawn_move *m, size_t n)
{
	int above = 3;

	for (size_t i = 0; i < n; i++)
		if (m[i].to >= above)
			above = m[i].to + 1;
	for (size_t i = 0; i < n; i++) {
		if (m[i].from == m[i].to) {
			if (fcntl(m[i].to, F_SETFD, 0) < 0)
				return -1;
			continue;
		}
		for (size_t j = i + 1; j < n; j++) {
			int fd;

			if (m[j].from != m[i].to)
				continue;
			fd = fcntl(m[j].from, F_DUPFD_CLOEXEC, above);
			if (fd < 0)
				return -1;
			m[j].from = fd;
		}
		if (dup2(m[i].from, m[i].to) < 0)
			return -1;
	}
	return 0;
}

/* Where the descriptors begin that nobody asked for. */
static unsigned int NO_ASAN
kept(struct spawn const *s)
{
	return s->keep < 3 ? 3 : s->keep;
}

/* What was below the sources in the table, and is not asked for: it may be one
   that we inherited ourselves. */
static int NO_ASAN
close_rest(struct birth *b)
{
	struct spawn const *s = b->s;
	int end = (int)kept(s);

	for (size_t i = 0; i < s->nmoves; i++)
		if (b->moves[i].to >= end)
			end = b->moves[i].to + 1;
	for (int fd = (int)kept(s); fd < end; fd++) {
		int wanted = 0;

		for (size_t i = 0; i < s->nmoves; i++)
			wanted |= b->moves[i].to == fd;
		if (!wanted)
			close(fd);
	}
	return (int)syscall(SYS_close_range, end, ~0U, 0);
}

static int NO_ASAN
prepare(struct birth *b)
{
	struct spawn const *s = b->s;

	if (s->flags & SPAWN_SETSID && setsid() < 0)
		return -1;
	if (s->flags & SPAWN_SETPGRP && setpgid(0, 0) < 0)
		return -1;
	if (b->keep && syscall(SYS_close_range, b->keep, ~0U, CLOSE_RANGE_UNSHARE) < 0)
		return -1;
	if (place(b->moves, s->nmoves) < 0)
		return -1;
	return b->keep > kept(s) ? close_rest(b) : 0;
}

static int NO_ASAN
child(void *arg)
{
	struct birth *b = arg;
	struct spawn const *s = b->s;
	struct sigaction sa;
	sigset_t none;

	if (s->born)
		s->born(s->arg, b->pid);
	if (prepare(b) == 0) {
		sa.sa_handler = SIG_DFL;
		sa.sa_flags = 0;
		sigemptyset(&sa.sa_mask);
		sigaction(SIGPIPE, &sa, 0);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, s->blocked ? s->blocked : &none, 0);
		syscall(SYS_execve, s->file, s->argv, s->envp);
	}
	b->error = errno;
	if (s->failed)
		s->failed(s->arg, b->error);
	syscall(SYS_exit_group, 127);
	return 127;
}

/* Where the child's table of descriptors ends; 0 when it gets a whole one. */
static unsigned int
table_end(struct spawn const *s)
{
	unsigned int keep = kept(s);

	if (!(s->flags & SPAWN_FEWFDS) || !can_unshare())
		return 0;
	for (size_t i = 0; i < s->nmoves; i++)
		if ((unsigned int)s->moves[i].from >= keep)
			keep = (unsigned int)s->moves[i].from + 1;
	return keep;
}

pid_t NO_ASAN
spawn_run(struct spawn const *s)
{
	char stack[STACK] __attribute__((aligned(64)));
	int flags = CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | SIGCHLD;
	struct birth b;
	sigset_t all, old;
	pid_t pid;
	int e;

	if (s->nmoves > SPAWN_MOVES) {
		errno = E2BIG;
		return -1;
	}
	b.s = s;
	b.keep = table_end(s);
	b.pid = 0;
	b.error = 0;
	for (size_t i = 0; i < s->nmoves; i++)
		b.moves[i] = s->moves[i];
	if (s->flags & SPAWN_NEWPIDNS)
		flags |= CLONE_NEWPID;
	if (b.keep)
		flags |= CLONE_FILES;
	/* the terminal's stop key must not freeze a child that we wait for */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = clone(child, stack + sizeof stack, flags, &b, &b.pid);
	e = errno;
	sigprocmask(SIG_SETMASK, &old, 0);
	if (pid > 0 && b.error) {
		e = b.error;
		while (waitpid(pid, 0, 0) < 0 && errno == EINTR)
			;
		pid = -1;
	}
	errno = e;
	return pid;
}

pid_t
spawn_simple(char const *file, char const *const *argv, char const *const *envp,
	struct spawn_move const *moves, size_t n, unsigned int flags)
{
	struct spawn s = { .file = file, .argv = argv, .envp = envp, .moves = moves,
		.nmoves = n, .flags = flags };

	return spawn_run(&s);
}
