/* proctree.c - the processes below one */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <sextet/proctree.h>

#include "fakeproc.h"

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

enum { CHILD = 500001, GRANDCHILD, ANOTHERS, ORPHAN, RING, BAD };	/* beyond the pids of most */

/* Of a kernel without /proc/PID/task/TID/children: who is below whom is told by
   the parents. */
static int
by_parents(void)
{
	struct proctree list[8];
	char task[64];
	ssize_t n;

	want(fakeproc_begin() == 0);
	want(proctree_below(getpid(), list, 8) == -1 && errno == ENOSYS);
	want(proctree_all(look, made) == -1 && errno == ENOSYS);
	fakeproc_self();
	want(proctree_below(getpid(), list, 8) == 0);	/* it has no threads: gone? */
	snprintf(task, sizeof task, "task/%d/stat", (int)getpid());
	fakeproc_put(getpid(), task, "%s", "");
	fakeproc_stat(CHILD, 'S', getpid(), 1, 1);
	fakeproc_stat(GRANDCHILD, 'Z', CHILD, 1, 1);
	fakeproc_stat(ANOTHERS, 'S', 1, 1, 1);
	fakeproc_stat(ORPHAN, 'S', BAD + 1, 1, 1);
	fakeproc_stat(RING, 'S', RING, 1, 1);
	fakeproc_put(BAD, "stat", "what is this?");
	mkdir("/proc/0", 0755);
	mkdir("/proc/12x", 0755);
	mkdir("/proc/sys", 0755);
	n = proctree_below(getpid(), list, 8);
	want(n == 2 && has(list, n, CHILD, getpid()) && has(list, n, GRANDCHILD, CHILD));
	want(proctree_below(getpid(), list, 1) == 1);
	want(proctree_children(getpid(), list, 8) == -1);
	/* a thing that is no directory of threads is no list either */
	fakeproc_put(1, "task", "%s", "");
	n = proctree_below(1, list, 8);
	want(n == 1 && has(list, n, ANOTHERS, 1));
	/* without a list, but nobody has that pid any more */
	fakeproc_put(0x3ffffff0, "task/7/stat", "%s", "");
	want(proctree_children(0x3ffffff0, list, 8) == 0);
	return 1;
}

/* Numbers that end where the buffer does, and more of them than there is room for. */
static int
long_lists(void)
{
	static struct proctree list[400];
	char text[1600] = "", name[64];
	int n = 0, len = 0;

	want(fakeproc_begin() == 0);
	fakeproc_self();
	while (len < 1500)
		len += sprintf(text + len, "%d ", 1000 + 99991 * (n++ % 11));
	snprintf(name, sizeof name, "task/%d/children", (int)getpid());
	fakeproc_put(getpid(), name, "%s", text);
	want(proctree_children(getpid(), list, 400) == n);
	for (int i = 0; i < n; i++)
		want(list[i].pid == 1000 + 99991 * (i % 11) && list[i].parent == getpid());
	want(proctree_children(getpid(), list, 3) == 3);
	fakeproc_put(getpid(), name, "%s", "");
	want(proctree_children(getpid(), list, 3) == 0);
	return 1;
}

static int
unlisted(void)
{
	struct proctree list[8];
	int seen[4] = { 0 };

	want(proctree_all(look, seen) == -1 && errno == EIO);
	want(proctree_below(getpid(), list, 8) == -1 && errno == EIO);
	want(proctree_children(getpid(), list, 8) == -1);
	return 1;
}

static void
elsewhere(void)
{
	ok(proctree_later(EMFILE) && proctree_later(ENFILE) && proctree_later(ENOMEM)
		&& !proctree_later(ENOENT) && !proctree_later(0), "what may be there all the same");
	ok_mounted("a kernel without lists of children", by_parents);
	ok_mounted("long lists", long_lists);
	ok_denied("a directory that cannot be read to its end", unlisted, DENY(SYS_getdents64, EIO));
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
	elsewhere();
	return done_testing();
}
