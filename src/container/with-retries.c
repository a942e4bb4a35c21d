/*
 * with-retries - runs a program until it succeeds, a few times at most.
 * Exits 0 when it did, 1 when it failed each time, 126/127 when it cannot be
 * executed. A signal that ends it ends the program first.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/program.h>
#include <sextet/sigfd.h>

#define USAGE "with-retries [ -n tries ] [ -t milliseconds ] prog..."

static int
open_signals(void)
{
	static int const signals[] = { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t set;
	int fd;

	signal(SIGCHLD, SIG_DFL);	/* whoever started us may have ignored it */
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(&set, signals[i]);
	fd = sigfd_open(&set);
	if (fd < 0)
		strerr_diefusys(111, "trap signals");
	return fd;
}

/* A process group of its own can be killed whole. On a terminal it would not be
   allowed to read. */
static int
own_group(void)
{
	return !isatty(0);
}

static void
end(pid_t pid, int signal)
{
	kill(own_group() ? -pid : pid, signal);
	while (waitpid(pid, 0, 0) < 0 && errno == EINTR)
		;
}

/* Waits for PID until DEADLINE, then kills it. Did it succeed? */
static int
succeeded(pid_t pid, int signals, int64_t deadline)
{
	struct pollfd p = { .fd = signals, .events = POLLIN };

	for (;;) {
		int r = clock_poll(&p, 1, deadline), wstat, sig;
		pid_t from;

		if (r < 0)
			strerr_diefusys(111, "poll");
		while ((sig = sigfd_read(signals, &from)) > 0)
			if (sig != SIGCHLD) {
				end(pid, sig);
				sigfd_die(signals, sig);
			}
		if (waitpid(pid, &wstat, WNOHANG) == pid)
			return WIFEXITED(wstat) && !WEXITSTATUS(wstat);
		if (!r) {
			end(pid, SIGKILL);
			return 0;
		}
	}
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t tries = 3, ms = 500;
	int opt, signals;

	PROG = "with-retries";
	while ((opt = cli_getopt(argc, argv, "n:t:", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'n': tries = cli_uint(l.arg, USAGE); break;
		case 't': ms = cli_uint(l.arg, USAGE); break;
		}
	}
	argv += l.ind;
	if (l.ind >= argc || !tries)
		strerr_dieusage(100, USAGE);

	signals = open_signals();
	while (tries--) {
		pid_t pid = program_spawn(argv, 0, 0, own_group() ? SPAWN_SETPGRP : 0);

		if (pid < 0)
			strerr_diefusys(errno == ENOENT ? 127 : errno == EACCES || errno == ENOEXEC ? 126 : 111,
				"spawn ", argv[0]);
		if (succeeded(pid, signals, clock_deadline(ms)))
			return 0;
	}
	return 1;
}
