/* proctree.c - the processes below one */

#include <errno.h>
#include <pthread.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/proctree.h>

#include "denied.h"
#include "tap.h"

static pid_t made[8];	/* told through a pipe, in the order of their making */
static int tell[2];

static void
say(void)
{
	pid_t pid = getpid();

	if (write(tell[1], &pid, sizeof pid) != sizeof pid)
		_exit(1);
}

static void
hear(int i)
{
	if (read(tell[0], &made[i], sizeof made[i]) != sizeof made[i])
		exit(111);
}

/* A child, its child, its child ... DEPTH of them, all asleep. */
static void
chain(int depth)
{
	if (tap_fork())
		return;
	say();
	if (depth > 1)
		chain(depth - 1);
	pause();
	_exit(0);
}

static int
has(struct proctree const *l, ssize_t n, pid_t pid, pid_t parent)
{
	int found = 0;

	for (ssize_t i = 0; i < n; i++)
		found += l[i].pid == pid && l[i].parent == parent;
	return found == 1;
}

static int
look(void *arg, pid_t pid, struct procstat const *ps)
{
	int *seen = arg;

	for (int i = 0; i < 3; i++)
		if (pid == made[i] && ps->ppid == (i ? made[i - 1] : getpid()))
			seen[i]++;
	return seen[3] && pid == made[0] ? 42 : 0;
}

/* Another thread's child is below us too. It is there before it says so. */
static void *
thread(void *arg)
{
	chain(1);
	pause();
	return arg;
}

/* Without descriptors nobody has been seen, and that is said. */
static void
few_descriptors(void)
{
	int seen[3][4] = { { 0 } }, r[3], e[3];
	struct rlimit old, few;
	struct proctree list[8];
	int free = dup(0);

	close(free);
	getrlimit(RLIMIT_NOFILE, &old);
	for (rlim_t i = 0; i < 3; i++) {
		few = old;
		few.rlim_cur = (rlim_t)free + i;
		setrlimit(RLIMIT_NOFILE, &few);
		errno = 0;
		r[i] = proctree_all(look, seen[i]);
		e[i] = errno;
	}
	ok(r[0] == -1 && e[0] == EMFILE, "no descriptor for /proc: said so");
	ok(r[1] == -1 && e[1] == EMFILE && !seen[1][0], "none for the processes: said so");
	ok(r[2] == 0 && seen[2][0] == 1, "two will do");
	few.rlim_cur = (rlim_t)free;
	setrlimit(RLIMIT_NOFILE, &few);
	ok(proctree_below(getpid(), list, 8) == -1 && errno == EMFILE, "nor is it said that nobody is below");
	setrlimit(RLIMIT_NOFILE, &old);
}

/* A /proc of our own: process PID, a child of PPID. LIST: it has a list of children, of
   which the kernel need not keep one. */
static void
invent(pid_t pid, pid_t ppid, char const *list)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d", pid);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "w");
	if (!f)
		_exit(NOT_HERE);
	fprintf(f, "%d (a) b) S %d %d %d", pid, ppid, getpgrp(), getsid(0));
	for (int i = 7; i <= 52; i++)
		fputs(" 0", f);
	fputs("\n", f);
	fclose(f);
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "/proc/%d/task/%d", pid, pid);
	mkdir(path, 0755);
	if (!list)
		return;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "w");
	if (!f)
		_exit(NOT_HERE);
	fputs(list, f);
	fclose(f);
}

/* Whom that /proc takes us for. */
static void
call_self(pid_t pid)
{
	char name[16];

	snprintf(name, sizeof name, "%d", pid);
	if (symlink(name, "/proc/self") < 0)
		_exit(NOT_HERE);
}

static int
climbs(void)
{
	struct proctree list[8];
	pid_t me = getpid();
	ssize_t n;

	hide("/proc");
	call_self(me);
	invent(me, 1, 0);
	invent(1000001, me, 0);
	invent(1000002, 1000001, 0);
	invent(1000003, 1000002, 0);
	invent(1000004, 1, 0);
	invent(1000005, 1000009, 0);	/* of one that has gone */
	mkdir("/proc/0", 0755);
	mkdir("/proc/sys", 0755);
	mkdir("/proc/1000008", 0755);	/* is going */
	n = proctree_below(me, list, 8);
	if (n != 3 || !has(list, n, 1000001, me) || !has(list, n, 1000002, 1000001)
		|| !has(list, n, 1000003, 1000002))
		return 0;
	return proctree_below(me, list, 2) == 2 && proctree_children(me, list, 8) == -1;
}

static int
reads_lists(void)
{
	struct proctree list[8];
	char many[2000] = "";
	pid_t me = getpid();
	ssize_t n;

	hide("/proc");
	for (int i = 0; i < 200; i++)
		sprintf(many + strlen(many), "%d ", 1000001 + i);
	call_self(me);
	invent(me, 1, many);
	invent(1000001, me, "1000777 ");
	invent(1000777, 1000001, "");
	n = proctree_children(me, list, 8);
	return n == 8 && has(list, n, 1000008, me) && proctree_below(1000001, list, 8) == 1
		&& list[0].pid == 1000777 && proctree_children(1000200, list, 8) == 0;
}

static int
believes_no_other(void)
{
	struct proctree list[8];

	hide("/proc");
	call_self(getpid() + 1);
	invent(getpid(), 1, "");
	return proctree_below(getpid(), list, 8) == -1 && errno == ENOSYS && proctree_all(look, 0) == -1
		&& errno == ENOSYS;
}

int
main(void)
{
	struct proctree list[8];
	int seen[4] = { 0 };
	pthread_t t;
	ssize_t n;

	if (!procstat_works()) {
		ok(proctree_below(getpid(), list, 8) == -1 && errno == ENOSYS, "no /proc");
		return done_testing();
	}
	holds_apart(climbs, "a kernel without lists of children");
	holds_apart(reads_lists, "lists longer than one reading");
	holds_apart(believes_no_other, "a /proc of another PID namespace is none");
	if (pipe(tell) < 0)
		return 111;
	ok(proctree_below(getpid(), list, 8) == 0, "nobody is below us");
	chain(3);
	for (int i = 0; i < 3; i++)
		hear(i);
	n = proctree_below(getpid(), list, 8);
	ok(n == 3, "three are (%d)", (int)n);
	ok(has(list, n, made[0], getpid()) && has(list, n, made[1], made[0])
		&& has(list, n, made[2], made[1]), "each with its parent");
	ok(proctree_children(getpid(), list, 8) == 1 && list[0].pid == made[0], "one is a child");
	ok(proctree_below(getpid(), list, 2) == 2, "no more than there is room for");
	ok(proctree_below(made[1], list, 8) == 1 && list[0].pid == made[2], "below another");
	ok(proctree_all(look, seen) == 0 && seen[0] == 1 && seen[1] == 1 && seen[2] == 1,
		"all processes, each once");
	seen[3] = 1;
	ok(proctree_all(look, seen) == 42, "the first answer ends it");
	seen[3] = 0;
	few_descriptors();
	if (pthread_create(&t, 0, thread, 0))
		return 111;
	hear(3);
	n = proctree_below(getpid(), list, 8);
	ok(n == 4 && has(list, n, made[3], getpid()), "the child of a thread");
	kill(made[0], SIGKILL);
	waitid(P_PID, (id_t)made[0], 0, WEXITED | WNOWAIT);
	n = proctree_below(getpid(), list, 8);
	ok(has(list, n, made[0], getpid()), "a zombie is one of them");
	for (int i = 1; i < 4; i++)
		kill(made[i], SIGKILL);
	while (waitpid(-1, 0, 0) > 0)
		;
	ok(proctree_below(getpid(), list, 8) == 0, "gone");
	return done_testing();
}
