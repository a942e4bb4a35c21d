/*
 * adopt.c - supervisors that run already and are no children of ours: those of
 * an s6-svscan that was killed are taken over, with the pipes between services
 * and loggers; those of another one that lives are left alone.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/child.h>
#include <sextet/clock.h>
#include <sextet/filereplace.h>
#include <sextet/lock.h>
#include <sextet/path.h>
#include <sextet/pidfd.h>
#include <sextet/procstat.h>
#include <sextet/proctree.h>
#include <sextet/servicedir.h>

#include "s6-svscan.h"

#define DEPTH 64		/* of ancestors */
#define NEWBORN_MOST 65536
#define NEWBORN_PAUSE (2 * CLOCK_MS)
#define NEWBORN_LIMIT (2 * CLOCK_S)
#define TICK (CLOCK_S / PROCSTAT_HZ)

void
svscan_proc(char *to, pid_t pid, char const *what)
{
	size_t n = sizeof "/proc/" - 1;

	memcpy(to, "/proc/", n);
	n += pid_fmt(to + n, pid);
	to[n++] = '/';
	strcpy(to + n, what);
}

int
svscan_owner_of(char const *name, pid_t *owner)
{
	char path[SVSCAN_PATHMAX + sizeof SERVICEDIR_LOCK];

	path_join(path, sizeof path, name, SERVICEDIR_LOCK);
	return lock_test(AT_FDCWD, path, owner) > 0;
}

/* From now on svscan_watched hears of V, whose pidfd it has. 0, -1. */
static int
listen_to(struct svscan *s, struct supervisor *v)
{
	struct epoll_event e = { .events = EPOLLIN, .data = { .ptr = v } };

	if (s->watched < 0)
		s->watched = epoll_create1(EPOLL_CLOEXEC);
	return s->watched < 0 || epoll_ctl(s->watched, EPOLL_CTL_ADD, v->watch, &e) < 0 ? -1 : 0;
}

/* Watches V's process PID, so that svscan_watched hears of its end. 0, -1. */
static int
watch(struct svscan *s, struct supervisor *v, pid_t pid)
{
	svscan_unwatch(v);	/* it may be asked once more */
	v->watch = pidfd_of(pid);
	if (v->watch >= 0 && listen_to(s, v) < 0)
		svscan_unwatch(v);
	return v->watch < 0 ? -1 : 0;
}

void
svscan_unwatch(struct supervisor *v)
{
	if (v->watch >= 0)
		close(v->watch);
	v->watch = -1;
	v->unheard = 0;
}

/* The process that V watches has ended. */
static void
heard(struct svscan *s, struct supervisor *v)
{
	int wstat = 0;

	if (v->pid) {
		pidfd_wstat(v->watch, v->pid, &wstat);
		svscan_died(s, v, wstat);
		return;
	}
	svscan_unwatch(v);
	if (!s->stop)
		svscan_wait(s, v, clock_now());
}

void
svscan_watched(struct svscan *s)
{
	struct epoll_event e;

	/* one at a time: the end of one may free others */
	if (epoll_wait(s->watched, &e, 1, 0) == 1)
		heard(s, e.data.ptr);
}

void
svscan_rewatch(struct svscan *s)
{
	int told = s->deaf;

	s->deaf = 0;
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (!v->live || !v->unheard)
			continue;
		v->unheard = listen_to(s, v) < 0;
		if (!v->unheard)
			continue;
		if (!told++)
			strerr_warnwusys("watch supervisors that were taken over"
				" - looking at them each second");
		s->deaf = 1;
		if (pidfd_exited(v->watch) == 1)
			heard(s, v);
	}
	if (s->deaf)
		s->sweep = clock_now() + CLOCK_S;
}

/* The name by which the supervisor PID was started: its last argument. */
static int
name_of(pid_t pid, char *to, size_t size)
{
	char path[SVSCAN_PROC_MAX];
	ssize_t r, i;

	svscan_proc(path, pid, "cmdline");
	r = file_read(AT_FDCWD, path, to, size - 1);
	if (r < 2)
		return -1;
	to[r] = 0;
	for (i = r - 2; i > 0 && to[i - 1]; i--)
		;
	memmove(to, to + i, (size_t)(r - i) + 1);
	return 0;
}

/* Does the supervisor PID of V belong to an s6-svscan that lives: is its parent
   one, and has that one's scan directory this service? (An orphan's new parent
   may be an s6-svscan, too.) Unknown counts as yes. */
static int
has_scanner(struct supervisor *v, pid_t pid)
{
	char path[SVSCAN_PROC_MAX], name[SVSCAN_PATHMAX], in[sizeof "cwd/" + SVSCAN_PATHMAX];
	struct procstat ps;
	struct stat st;
	ssize_t r;

	if (procstat_read(pid, &ps) < 0) {
		/* without /proc: process 1 counts as one that only reaps */
		ps.ppid = pidfd_parent(v->watch);
		return ps.ppid != 1 && ps.ppid != getpid();
	}
	if (!ps.ppid)
		return 1;
	if (ps.ppid == getpid())
		return 0;
	svscan_proc(path, ps.ppid, "comm");
	r = file_read(AT_FDCWD, path, name, sizeof name - 1);
	if (r < 0)
		return 1;
	name[r] = 0;
	if (strcmp(name, "s6-svscan\n"))
		return 0;
	if (name_of(pid, name, sizeof name) < 0)
		return 1;
	path_join(in, sizeof in, "cwd", name);
	svscan_proc(path, ps.ppid, in);
	if (stat(path, &st) < 0)
		return errno != ENOENT && errno != ENOTDIR;
	return st.st_dev == v->dev && st.st_ino == v->ino;
}

int
svscan_is_at(struct supervisor *v, pid_t pid)
{
	char path[SVSCAN_PROC_MAX];
	struct stat here, there;

	svscan_proc(path, pid, "cwd");
	return stat(path, &there) < 0 || stat(v->name, &here) < 0
		|| (there.st_dev == here.st_dev && there.st_ino == here.st_ino);
}

/* The lock of V is held and we cannot watch its owner: asks again later. */
static void
ask_again(struct svscan *s, struct supervisor *v)
{
	v->delay = !v->delay ? 1 : v->delay >= 30 ? 60 : v->delay * 2;
	svscan_wait(s, v, clock_now() + v->delay * CLOCK_S);
}

int
svscan_taken(struct svscan *s, struct supervisor *v)
{
	char fmt[PID_FMT];
	pid_t owner, now;

	if (!svscan_owner_of(v->name, &owner))
		return 0;
	if (owner > 0 && !svscan_of_pid(s, owner) && watch(s, v, owner) == 0) {
		/* a pidfd of the owner, if he is it still */
		if (!svscan_owner_of(v->name, &now) || now != owner) {
			svscan_unwatch(v);
			svscan_wait(s, v, clock_now());
			return 1;
		}
		if (pidfd_signal(v->watch, 0) == 0 && svscan_is_at(v, owner)
			&& !has_scanner(v, owner)) {
			if (!s->adopting)
				strerr_warni("taking over supervisors that run already");
			s->adopting = 1;
			v->error = 0;
			v->delay = 0;
			svscan_set_pid(s, v, owner);
			svscan_regain(s, v);
			return 1;
		}
	}
	if (v->error != EBUSY) {
		fmt[pid_fmt(fmt, owner)] = 0;
		strerr_warnw(v->name, " is supervised by process ", fmt,
			" already - leaving it alone");
	}
	v->error = EBUSY;
	if (v->watch < 0)
		ask_again(s, v);
	return 1;
}

pid_t
svscan_orphan(struct supervisor *v)
{
	struct child c;
	struct procstat ps;
	uid_t owner;

	if (child_peek(v->name, &c, &owner) < 0 || c.stage != CHILD_RUN
		|| !child_believed(c.pid, owner)
		|| procstat_read(c.pid, &ps) < 0 || ps.state == 'Z')
		return 0;
	return (int64_t)ps.start >= c.t0 / TICK - 1 && (int64_t)ps.start <= c.t1 / TICK + 1
		? c.pid : 0;
}

struct nursery {
	dev_t dev;		/* of the scan directory */
	ino_t ino;
	struct proctree *list;
};

/* Is PID a supervisor that is just being started: still in the scan directory, or
   already in its service directory, but without the lock? */
static int
is_newborn(struct nursery const *n, pid_t pid)
{
	char path[SVSCAN_PROC_MAX], name[SVSCAN_PATHMAX];
	struct stat in, st;
	pid_t owner;
	ssize_t r;
	int born;

	if (pid == getpid())
		return 0;
	svscan_proc(path, pid, "comm");
	r = file_read(AT_FDCWD, path, name, sizeof name - 1);
	if (r < 0)
		return 0;
	name[r] = 0;
	born = !strcmp(name, "s6-supervise\n");
	if (!born && strcmp(name, "s6-svscan\n"))
		return 0;
	svscan_proc(path, pid, "cwd");
	if (stat(path, &in) < 0)
		return 0;	/* a zombie has none */
	if (in.st_dev == n->dev && in.st_ino == n->ino)
		return !born || !svscan_owner_of(".", &owner) || owner != pid;
	return born && name_of(pid, name, sizeof name) == 0 && stat(name, &st) == 0
		&& st.st_dev == in.st_dev && st.st_ino == in.st_ino && !svscan_owner_of(name, &owner);
}

/* Is there one? It is an orphan, and so a child of one of our ancestors, whoever
   of them reaps. */
static int
has_newborn(struct nursery const *n)
{
	struct procstat ps = { .ppid = getppid() };

	for (int depth = 0; depth < DEPTH && ps.ppid; depth++) {
		ssize_t children = proctree_children(ps.ppid, n->list, NEWBORN_MOST);

		for (ssize_t i = 0; i < children; i++)
			if (is_newborn(n, n->list[i].pid))
				return 1;
		if (procstat_read(ps.ppid, &ps) < 0)
			break;
	}
	return 0;
}

void
svscan_await_newborn(struct svscan *s)
{
	struct timespec pause = { .tv_nsec = NEWBORN_PAUSE };
	int64_t end = clock_now() + NEWBORN_LIMIT;
	size_t size = NEWBORN_MOST * sizeof(struct proctree);
	struct nursery n;
	struct stat st;
	void *p;

	if (fstat(s->dir, &st) < 0)
		return;
	p = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return;
	n.dev = st.st_dev;
	n.ino = st.st_ino;
	n.list = p;
	while (has_newborn(&n) && clock_now() < end)
		nanosleep(&pause, 0);
	munmap(p, size);
}
