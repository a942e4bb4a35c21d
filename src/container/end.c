/* end.c - ending what is left of a container */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sextet/clock.h>
#include <sextet/pidfd.h>
#include <sextet/procstat.h>
#include <sextet/proctree.h>

#include "end.h"

#define AT_ONCE 8192			/* dealt with in one pass */
#define PASS (5 * CLOCK_MS)		/* between two rounds of killing */
#define LOOK (50 * CLOCK_MS)		/* at those whose end we are not told */
#define LONGEST (2 * CLOCK_S)		/* for what dies when it is killed */

static int
childless(void)
{
	siginfo_t si;

	return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}

struct stranger {
	pid_t pid;
	int blind;
};

static int
see_stranger(void *arg, pid_t pid, struct procstat const *ps)
{
	struct stranger *s = arg;

	if (pid == getpid() || ps->state == 'Z' || ps->state == 'X')
		return 0;
	s->pid = pid;
	return 1;
}

/* Is nothing left? Orphans come to us, so without children we have no
   descendants. Others are there in a container that somebody entered from
   outside: *S is one of them then. */
static int
nothing_left(struct stranger *s)
{
	s->pid = 0;
	s->blind = 0;
	if (!childless())
		return 0;
	if (getpid() != 1 || (kill(-1, 0) < 0 && errno == ESRCH))
		return 1;
	s->blind = proctree_all(see_stranger, s) < 0;
	return !s->blind && !s->pid;
}

/* Waits until nothing is left: 1. Or until DEADLINE, or somebody is in a hurry. */
static int
await_nothing(struct container *c, int64_t deadline)
{
	enum container_haste haste = c->haste;
	struct stranger s;
	int64_t now, until;

	for (;;) {
		container_reap(c);
		if (nothing_left(&s))
			return 1;
		c->other = s.pid ? pidfd_of(s.pid) : -1;
		c->other_events = POLLIN;
		until = deadline;
		now = clock_now();
		if ((s.blind || (s.pid && c->other < 0)) && now + LOOK < until)
			until = now + LOOK;
		container_attend(c, until);
		if (c->other >= 0)
			close(c->other);
		c->other = -1;
		if (c->haste > haste || clock_now() >= deadline)
			return 0;
	}
}

static void
tell(pid_t pid, int sig)
{
	kill(pid, sig);
	if (sig == SIGTERM) {
		kill(pid, SIGCONT);
		if (procstat_ignores(pid, SIGTERM) > 0)
			kill(pid, SIGHUP);
	}
}

static int
hang_up(void *arg, pid_t pid, struct procstat const *ps)
{
	(void)arg, (void)ps;
	if (pid != 1 && procstat_ignores(pid, SIGTERM) > 0)
		kill(pid, SIGHUP);
	return 0;
}

static void
tell_all(int sig)
{
	struct proctree list[AT_ONCE];
	ssize_t n;

	if (getpid() == 1) {
		kill(-1, sig);
		if (sig == SIGTERM) {
			kill(-1, SIGCONT);
			proctree_all(hang_up, 0);
		}
		return;
	}
	/* who is our child, or a child's child that was seen this moment: its pid
	   may only be another's if it and its parent have died since */
	n = proctree_below(getpid(), list, AT_ONCE);
	for (ssize_t i = 0; i < n; i++)
		tell(list[i].pid, sig);
}

void
container_end_all(struct container *c, uint32_t ms)
{
	struct stranger s;

	container_reap(c);
	if (nothing_left(&s))
		return;
	tell_all(SIGTERM);
	if (ms)
		await_nothing(c, clock_deadline(ms));
}

void
container_kill_all(struct container *c)
{
	int64_t end = clock_now() + LONGEST;
	struct stranger s;

	container_reap(c);
	while (!nothing_left(&s)) {
		tell_all(SIGKILL);
		if (await_nothing(c, clock_now() + PASS) || clock_now() >= end)
			return;
	}
}
