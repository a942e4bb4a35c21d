/* attend.c - signals, orders, children: where a stage sleeps */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/clock.h>
#include <sextet/sigfd.h>
#include <sextet/statedir.h>

#include "container.h"

static int const watched[] = {
	SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPWR, SIGALRM, SIGWINCH
};

void
container_signals(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
		sigaddset(set, watched[i]);
}

void
container_watch(struct container *c)
{
	sigset_t set;

	container_signals(&set);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	c->signals = sigfd_open(&set);
	if (c->signals < 0)
		strerr_diefusys(111, "trap signals");
}

static void
hasten(struct container *c)
{
	if (c->haste < CONTAINER_HURRY)
		c->haste++;
}

/* Until s6-svscan has gone it gets the signals, and s6-halt tells us; but ^C on a
   terminal has reached the script that runs, too, and what comes after that must
   not begin. In stage 3 what a terminal sends to all would be heard twice. */
static void
heard(struct container *c, int sig)
{
	if (c->last) {
		if (sig != SIGHUP && sig != SIGALRM && sig != SIGWINCH
			&& container_asked(c, CONTAINER_SIGNALLED))
			hasten(c);
	} else if (c->haste < CONTAINER_STOP
		&& (sig == SIGTERM || (!c->running && (sig == SIGINT || sig == SIGQUIT)))) {
		c->haste = CONTAINER_STOP;
	}
}

void
container_reap(struct container *c)
{
	siginfo_t si;
	int wstat;

	for (;;) {
		si.si_pid = 0;
		if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || !si.si_pid)
			return;
		/* nobody may be told a pid that can be another's */
		if (si.si_pid == c->child && c->pid_told)
			unlinkat(c->dir, STATEDIR_CMDPID, 0);
		if (waitpid(si.si_pid, &wstat, WNOHANG) != si.si_pid)
			return;
		if (si.si_pid == c->child) {
			c->child = 0;
			c->wstat = wstat;
		}
	}
}

static void
hear(struct container *c)
{
	int sig;
	pid_t from;

	while ((sig = sigfd_read(c->signals, &from)) > 0)
		if (sig != SIGCHLD)
			heard(c, sig);
	if (sig < 0)
		strerr_diefusys(111, "read signals");
	container_reap(c);
}

static void
take_orders(struct container *c)
{
	char buf[64];
	ssize_t r = read(c->orders, buf, sizeof buf);

	for (ssize_t i = 0; i < r; i++) {
		if (c->last && (buf[i] == 't' || buf[i] == 'q' || buf[i] == 'i'))
			hasten(c);
		else if (buf[i] == 't' && c->haste < CONTAINER_STOP)
			c->haste = CONTAINER_STOP;
		else if (buf[i] == CONTAINER_KILL[0])
			c->haste = CONTAINER_HURRY;
	}
}

int
container_attend(struct container *c, int64_t deadline)
{
	struct pollfd fds[3] = {
		{ .fd = c->signals, .events = POLLIN },
		{ .fd = c->orders, .events = POLLIN },
		{ .fd = c->other, .events = c->other_events },
	};

	if (clock_poll_anyway(fds, 3, deadline) < 0)
		strerr_warnwusys("poll");
	else if (!fds[0].revents && !fds[1].revents && !fds[2].revents)
		return 0;
	if (fds[0].revents)
		hear(c);
	if (fds[1].revents)
		take_orders(c);
	c->other_ready = fds[2].revents != 0;
	return 1;
}

int
container_wait(struct container *c, pid_t pid, uint32_t maxtime)
{
	int64_t end = clock_deadline(maxtime);

	c->child = pid;
	c->told = CONTAINER_CALM;
	container_reap(c);
	while (c->child) {
		if (c->haste == CONTAINER_HURRY && c->told < CONTAINER_HURRY) {
			c->told = CONTAINER_HURRY;
			kill(pid, SIGKILL);
		} else if (c->haste == CONTAINER_STOP && c->told < CONTAINER_STOP) {
			int64_t grace = clock_now() + c->set.services_gracetime * CLOCK_MS;

			c->told = CONTAINER_STOP;
			kill(pid, SIGTERM);
			kill(pid, SIGCONT);
			end = grace < end ? grace : end;
		}
		if (!container_attend(c, end) && c->child) {
			c->told = CONTAINER_HURRY;
			kill(pid, SIGKILL);
			end = CLOCK_NEVER;
		}
	}
	return c->wstat;
}
