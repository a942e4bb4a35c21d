/*
 * sweep.c - leftovers: what run or finish has started and left behind; see
 * machine.h and supervise.h.
 *
 * With flag-kill-leftovers we are a child subreaper, so that leftovers become
 * our children, and "no child" proves that nothing is left. They are told
 * TERM; after timeout-kill-leftovers they are killed, again and again until
 * there are none. A child that we have adopted leaves its own to others: of
 * them we know its session, its group, and what we saw below it in time. Where
 * we can make a control group (cgroup.h) we know them all.
 */

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/cgroup.h>
#include <sextet/clock.h>
#include <sextet/pidfd.h>
#include <sextet/procstat.h>
#include <sextet/proctree.h>
#include <sextet/servicedir.h>

#include "supervise.h"

#define AT_ONCE 512		/* leftovers dealt with in one pass */
#define LOOK (20 * CLOCK_MS)	/* at those whose end we are not told */
#define PASS (2 * CLOCK_MS)	/* between two rounds of killing */
#define MANY 100		/* rounds; then they come further apart */
#define RARELY (50 * CLOCK_MS)

static int
flagged(struct service *s)
{
	return servicedir_has(s->dir, "flag-kill-leftovers");
}

void
supervise_prepare_sweep(struct service *s)
{
	unsigned want = (unsigned)flagged(s);

	if (want != s->reaper && prctl(PR_SET_CHILD_SUBREAPER, want, 0, 0, 0) == 0)
		s->reaper = want & 1U;
	s->nkin = 0;
	if (!want)
		supervise_leave_group(s);
	else if (s->cgroup < 0)
		s->cgroup = cgroup_open(s->supervise, 1);
}

void
supervise_leave_group(struct service *s)
{
	if (s->cgroup < 0)
		return;
	cgroup_remove(s->cgroup, s->supervise);
	s->cgroup = -1;
}

/* Are there members of our control group? Sends them SIG (0: none). */
static int
grouped(struct service *s, int sig)
{
	pid_t list[AT_ONCE];
	ssize_t n;

	if (s->cgroup < 0)
		return 0;
	n = cgroup_members(s->cgroup, list, AT_ONCE);
	if (n <= 0)
		return n < 0 && proctree_later(errno);
	if (sig == SIGKILL && cgroup_kill(s->cgroup) == 0)
		return 1;
	for (ssize_t i = 0; sig && i < n && i < AT_ONCE; i++) {
		cgroup_signal(s->cgroup, list[i], sig);
		if (sig == SIGTERM)
			cgroup_signal(s->cgroup, list[i], SIGCONT);
	}
	return 1;
}

void
supervise_note_kin(struct service *s)
{
	struct proctree list[AT_ONCE];
	ssize_t n;

	if (!s->adopted || !flagged(s))
		return;
	n = proctree_below(s->pid, list, AT_ONCE);
	for (ssize_t i = 0; i < n && s->nkin < SUPERVISE_KIN; i++) {
		struct procstat ps;

		/* those of the session can be found without a list */
		if (procstat_read(list[i].pid, &ps) < 0 || ps.session == s->pid)
			continue;
		s->kin[s->nkin].pid = list[i].pid;
		s->kin[s->nkin++].start = ps.start;
	}
}

/* Signals PID if its parent is still PARENT: else it is another process. */
static void
send(pid_t pid, pid_t parent, int sig)
{
	struct procstat ps;
	int fd;

	if (parent == getpid()) {
		kill(pid, sig);		/* it is ours to reap: nobody else can be meant */
		return;
	}
	fd = pidfd_of(pid);
	if (fd < 0 && errno == ESRCH)
		return;
	if (procstat_read(pid, &ps) == 0 && ps.ppid == parent) {
		if (fd >= 0)
			pidfd_signal(fd, sig);
		else
			kill(pid, sig);
	}
	if (fd >= 0)
		close(fd);
}

struct strangers {
	struct service *s;
	int sig;
	int found;
};

/* One of the leftovers of an adopted child? */
static int
is_kin(struct service const *s, pid_t pid, struct procstat const *ps)
{
	if (pid == s->swept || pid == getpid() || ps->state == 'Z' || ps->state == 'X')
		return 0;
	if (ps->session == s->swept || ps->pgrp == s->swept)
		return 1;
	for (unsigned int i = 0; i < s->nkin; i++)
		if (s->kin[i].pid == pid && s->kin[i].start == ps->start)
			return 1;
	return 0;
}

static int
see(void *arg, pid_t pid, struct procstat const *ps)
{
	struct strangers *a = arg;

	if (!is_kin(a->s, pid, ps))
		return 0;
	a->found = 1;
	if (a->sig) {
		send(pid, ps->ppid, a->sig);
		if (a->sig == SIGTERM)
			send(pid, ps->ppid, SIGCONT);
	}
	return 0;
}

/* Looks for leftovers that are not below us, and sends them SIG (0: none). What
   cannot be looked at now may be one.
   Their session's number can belong to somebody else only once none of them is
   left, and then its leader lives. */
static int
strangers(struct service *s, int sig)
{
	struct strangers a = { s, sig, grouped(s, sig) };
	struct procstat leader;

	if (!s->estranged)
		return a.found;
	if (procstat_read(s->swept, &leader) == 0 && leader.state != 'Z' && leader.state != 'X')
		return a.found;
	if (proctree_all(see, &a) < 0 && proctree_later(errno))
		a.found = 1;
	return a.found;
}

/* Sends SIG to all that is below us. Without /proc: to the process group. */
static void
below(struct service *s, int sig)
{
	struct proctree list[AT_ONCE];
	ssize_t n = proctree_below(getpid(), list, AT_ONCE);

	if (n < 0) {
		if (!s->unlisted)
			strerr_warnwusys("list what is left behind");
		s->unlisted = 1;
		if (s->passes < MANY)	/* the number may be another's one day */
			kill(-s->swept, sig);
		if (sig == SIGTERM)
			kill(-s->swept, SIGCONT);
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		send(list[i].pid, list[i].parent, sig);
		if (sig == SIGTERM)
			send(list[i].pid, list[i].parent, SIGCONT);
	}
}

/* Do we have children, dead or alive? */
static int
childless(void)
{
	siginfo_t si;

	return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}

int
supervise_sweep(struct service *s, pid_t dead, int estranged)
{
	if (!flagged(s))
		return 0;
	s->swept = dead;
	s->estranged = !!estranged || !s->reaper;
	if (s->estranged && s->cgroup < 0)
		s->cgroup = cgroup_open(s->supervise, 0);	/* the predecessor's */
	if (childless() && !strangers(s, 0))
		return 0;
	s->passes = 0;
	s->sweep_end = clock_deadline(supervise_number(s, TIMEOUT_KILL_LEFTOVERS, 1000));
	s->deadline = s->estranged && LOOK + clock_now() < s->sweep_end
		? clock_now() + LOOK : s->sweep_end;
	below(s, SIGTERM);
	strangers(s, SIGTERM);
	return 1;
}

/* Nothing is left? */
static int
swept(struct service *s)
{
	return childless() && !strangers(s, 0);
}

enum state
supervise_sweep_on(struct service *s)
{
	int64_t now = clock_now();

	if (swept(s))
		return supervise_swept(s);
	if (now < s->sweep_end) {
		s->deadline = now + LOOK < s->sweep_end ? now + LOOK : s->sweep_end;
		return s->state;
	}
	below(s, SIGKILL);
	strangers(s, SIGKILL);
	if (s->passes < MANY && ++s->passes == MANY)
		strerr_warnw("what was left behind survives being killed");
	s->deadline = clock_now() + (s->passes < MANY ? PASS : RARELY);
	return s->state;
}

enum state
supervise_child_gone(struct service *s)
{
	if (swept(s))
		return supervise_swept(s);
	/* in the middle of killing the next round is due at once */
	return s->passes ? supervise_sweep_on(s) : s->state;
}
