/*
 * s6-notifyoncheck - run a daemon that cannot say when it is ready, and a
 * program beside it, again and again, that finds out.
 * Executes the daemon; a companion process checks, and tells the supervisor.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/companion.h>
#include <sextet/sigfd.h>
#include <sextet/spawn.h>

#define USAGE "s6-notifyoncheck [ -d ] [ -3 fd ] [ -s initialsleep ] [ -T globaltimeout ] [ -t localtimeout ] [ -w waitingtime ] [ -n tries ] [ -c \"checkprog...\" ] prog..."
#define CHECK "./data/check"

/* The companion's exit codes, for whom they interest. */
enum { READY = 0, NO_MORE_TRIES = 1, DAEMON_DIED = 2, TOO_LATE = 3 };

struct settings {
	char const *command;	/* for execlineb; null: CHECK */
	uint32_t first;		/* all in milliseconds */
	uint32_t each;
	uint32_t pause;
	uint32_t all;
	uint32_t tries;
	int twice;
	int has_fd;
	uint32_t fd;
};

struct checker {
	struct settings const *set;
	struct companion daemon;
	int sigfd;
	int64_t deadline;
};

extern char **environ;

static struct cli_long const longs[] = {
	{ "check-program", 'c', 1 },
	{ "doublefork", 'd', 0 },
	{ "global-timeout", 'T', 1 },
	{ "initial-sleep", 's', 1 },
	{ "local-timeout", 't', 1 },
	{ "notification-fd", '3', 1 },
	{ "tries", 'n', 1 },
	{ "waiting-time", 'w', 1 },
	{ 0, 0, 0 }
};

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Waits until DEADLINE, or for SIGCHLD when WITH_CHILD: returns 1 for that, 0
   at the deadline. Exits when the daemon died or all time is up. */
static int
wait_for(struct checker *c, int64_t deadline, int with_child, pid_t child)
{
	struct pollfd p[2] = {
		{ .fd = c->daemon.fd, .events = POLLIN },
		{ .fd = with_child ? c->sigfd : -1, .events = POLLIN },
	};

	for (;;) {
		int r = clock_poll(p, 2, earlier(deadline, c->deadline)), end = -1;

		if (r < 0)
			strerr_diefusys(111, "poll");
		if (p[0].revents && companion_bereft(&c->daemon))
			end = DAEMON_DIED;
		else if (r && p[1].revents)
			return 1;
		else if (clock_now() >= c->deadline)
			end = TOO_LATE;
		else if (!r)
			return 0;
		if (end >= 0) {
			if (child)
				kill(-child, SIGKILL);
			companion_end(&c->daemon);
			_exit(end);
		}
	}
}

/* Runs the check once. Does it say that the daemon is ready? */
static int
check(struct checker *c)
{
	char const *command[] = { SEXTET_EXECLINEB, "-Pc", c->set->command, 0 };
	char const *file[] = { CHECK, 0 };
	char const *const *argv = c->set->command ? command : file;
	int64_t deadline = clock_deadline(c->set->each);
	/* a group of its own, so that all of it can be killed */
	pid_t pid = spawn_simple(argv[0], argv, (char const *const *)environ, 0, 0, SPAWN_SETPGRP);
	pid_t from;
	int wstat;

	if (pid < 0) {
		strerr_warnwusys("spawn ", argv[0]);
		return 0;
	}
	while (wait_for(c, deadline, 1, pid)) {
		while (sigfd_read(c->sigfd, &from) > 0)
			;
		if (waitpid(pid, &wstat, WNOHANG) == pid)
			return WIFEXITED(wstat) && !WEXITSTATUS(wstat);
	}
	kill(-pid, SIGKILL);
	while (waitpid(pid, &wstat, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* The companion. */
static int
watch(struct checker *c, int fd)
{
	sigset_t set;

	PROG = "s6-notifyoncheck (child)";
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	c->sigfd = sigfd_open(&set);
	if (c->sigfd < 0)
		strerr_diefusys(111, "trap signals");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);	/* whoever started us may have ignored it */
	if (c->set->first)
		wait_for(c, clock_deadline(c->set->first), 0, 0);
	for (uint32_t n = 0;;) {
		if (check(c)) {
			companion_end(&c->daemon);
			if (write(fd, "\n", 1) < 1)
				strerr_diefusys(111, "write to notification-fd");
			return READY;
		}
		if (++n == c->set->tries)
			break;
		wait_for(c, c->set->pause ? clock_deadline(c->set->pause) : 0, 0, 0);
	}
	companion_end(&c->daemon);
	return NO_MORE_TRIES;
}

static void
options(int argc, char const *const *argv, subgetopt *l, struct settings *s)
{
	int opt;

	while ((opt = cli_getopt(argc, argv, "3:T:c:dn:s:t:w:", longs, USAGE, l)) >= 0) {
		switch (opt) {
		case '3': s->has_fd = 1; s->fd = cli_uint(l->arg, USAGE); break;
		case 'T': s->all = cli_uint(l->arg, USAGE); break;
		case 'c': s->command = l->arg; break;
		case 'd': s->twice = 1; break;
		case 'n': s->tries = cli_uint(l->arg, USAGE); break;
		case 's': s->first = cli_uint(l->arg, USAGE); break;
		case 't': s->each = cli_uint(l->arg, USAGE); break;
		case 'w': s->pause = cli_uint(l->arg, USAGE); break;
		}
	}
}

int
main(int argc, char const *const *argv)
{
	struct settings s = { .first = 10, .pause = 1000, .tries = 7 };
	subgetopt l = SUBGETOPT_ZERO;
	struct checker c = { .set = &s };
	int fd;

	PROG = "s6-notifyoncheck";
	options(argc, argv, &l, &s);
	if (l.ind >= argc)
		strerr_dieusage(100, USAGE);

	fd = cli_notifyfd(s.has_fd ? &s.fd : 0);
	c.deadline = clock_deadline(s.all);
	switch (companion_fork(&c.daemon, s.twice)) {
	case COMPANION_ITSELF: return watch(&c, fd);
	case COMPANION_PROGRAM: break;
	default: strerr_diefusys(111, "fork");
	}
	cli_exec_here(argv + l.ind);
}
