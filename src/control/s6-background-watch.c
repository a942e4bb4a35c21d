/*
 * s6-background-watch - stand in for a daemon that insists on going to the
 * background: pass signals on to it, die when and as it dies.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/filereplace.h>
#include <sextet/pidfd.h>
#include <sextet/procstat.h>
#include <sextet/program.h>
#include <sextet/sigfd.h>

#define USAGE "s6-background-watch [ -t timeout ] [ -d notif ] pidfile prog..."
#define NO_PIDFILE 104
#define UNSUPPORTED 112
#define ANCESTORS 64

static struct cli_long const longs[] = {
	{ "notification-fd", 'd', 1 },
	{ "timeout-ready", 't', 1 },
	{ 0, 0, 0 }
};

/* Every signal that can be passed on. */
static int
open_signals(void)
{
	static int const own[] = { SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS,
		SIGPIPE };
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		sigdelset(&set, own[i]);
	return sigfd_open(&set);
}

static int
code_of(int wstat)
{
	return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat);
}

/* Waits until the child PID has ended, passing signals on to it, and killing it
   at DEADLINE. Returns its wait status. */
static int
attend(int sigfd, pid_t pid, char const *name, int64_t deadline)
{
	struct pollfd p = { .fd = sigfd, .events = POLLIN };
	int wstat, sig;
	pid_t from;

	for (;;) {
		int r = clock_poll(&p, 1, deadline);

		if (r < 0)
			strerr_diefusys(111, "poll");
		if (!r) {
			strerr_warnw(name, " (parent) did not exit before timeout-ready, killing it");
			kill(pid, SIGKILL);
			deadline = CLOCK_NEVER;
		}
		while ((sig = sigfd_read(sigfd, &from)) > 0)
			if (sig != SIGCHLD)
				kill(pid, sig);
		if (waitpid(pid, &wstat, WNOHANG) == pid)
			return wstat;
	}
}

/* Is PID our child or its child and so on? We are a subreaper: a daemon that
   prog has started must be. */
static int
ours(pid_t pid)
{
	siginfo_t si;

	if (waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0)
		return 1;
	for (int i = 0; i < ANCESTORS && pid > 1; i++) {
		struct procstat ps;

		if (procstat_read(pid, &ps) < 0)
			return 0;
		if (ps.ppid == getpid())
			return 1;
		pid = ps.ppid;
	}
	return 0;
}

/* Reads the daemon's pid, and holds it by a pidfd. */
static pid_t
find(char const *pidfile, char const *name, int *fd)
{
	char text[32];
	ssize_t n = file_read(AT_FDCWD, pidfile, text, sizeof text - 1);
	uint32_t pid;

	if (n < 0 && errno == ENOENT)
		strerr_diefsys(NO_PIDFILE, name, " (parent) exited but pidfile ", pidfile, " does not exist");
	if (n < 0)
		strerr_diefusys(111, "read ", pidfile);
	text[n] = 0;
	text[strcspn(text, "\n")] = 0;
	if (!uint320_scan(text, &pid) || !pid || pid > INT32_MAX)
		strerr_dief(NO_PIDFILE, "pidfile ", pidfile, " does not contain a valid pid");
	*fd = pidfd_of((pid_t)pid);
	if (*fd < 0 && errno == ENOSYS)
		strerr_diefusys(UNSUPPORTED, "watch processes");
	/* asked when the pidfd is there, so that it is of the process asked about */
	if (*fd < 0 || !ours((pid_t)pid))
		strerr_dief(NO_PIDFILE, "pid ", text, " in pidfile ", pidfile,
			" is no process started by ", name);
	return (pid_t)pid;
}

/* Takes the ends of others that were given to us, but not that of PID. */
static void
reap(pid_t pid)
{
	siginfo_t si;

	for (;;) {
		si.si_pid = 0;
		if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || !si.si_pid
			|| si.si_pid == pid)
			return;
		waitpid(si.si_pid, 0, WNOHANG);
	}
}

/* Passes signals on until the daemon is dead. Returns its exit code, ours. */
static int
follow(int sigfd, int pidfd, pid_t pid)
{
	struct pollfd p[2] = {
		{ .fd = sigfd, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};
	int wstat, sig;
	pid_t from;

	for (;;) {
		if (clock_poll(p, 2, CLOCK_NEVER) < 0)
			strerr_diefusys(111, "poll");
		while ((sig = sigfd_read(sigfd, &from)) > 0)
			if (sig != SIGCHLD)
				pidfd_signal(pidfd, sig);
		if (p[1].revents) {
			/* a grandchild that its parent has reaped has no code left */
			if (waitpid(pid, &wstat, 0) == pid || pidfd_wstat(pidfd, pid, &wstat))
				return code_of(wstat);
			return 255;
		}
		reap(pid);
	}
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t timeout = 0, notify = 0;
	int sigfd, pidfd, wstat, opt;
	int64_t deadline;
	pid_t pid;

	PROG = "s6-background-watch";
	while ((opt = cli_getopt(argc, argv, "d:t:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'd':
			notify = cli_uint(l.arg, USAGE);
			if (notify < 3)
				strerr_dief(100, "notification-fd cannot be 0, 1 or 2");
			break;
		case 't': timeout = cli_uint(l.arg, USAGE); break;
		}
	}
	argc -= l.ind;
	argv += l.ind;
	if (argc < 2)
		strerr_dieusage(100, USAGE);
	if (notify && (notify > INT32_MAX || fcntl((int)notify, F_SETFD, FD_CLOEXEC) < 0)) {
		errno = EBADF;
		strerr_diefusys(111, "check notification-fd");
	}

	deadline = clock_deadline(timeout);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		strerr_diefusys(UNSUPPORTED, "become a subreaper");
	signal(SIGCHLD, SIG_DFL);	/* whoever started us may have ignored it */
	sigfd = open_signals();
	if (sigfd < 0)
		strerr_diefusys(111, "trap signals");
	pid = program_spawn(argv + 1, 0, 0, 0);
	if (pid < 0)
		strerr_diefusys(errno == ENOENT ? 127 : 126, "spawn ", argv[1]);
	wstat = attend(sigfd, pid, argv[1], deadline);
	if (wstat) {
		char number[UINT_FMT];

		number[uint_fmt(number, WIFSIGNALED(wstat) ? WTERMSIG(wstat) : WEXITSTATUS(wstat))] = 0;
		strerr_dief(code_of(wstat), argv[1],
			WIFSIGNALED(wstat) ? " (parent) crashed with signal " : " (parent) exited ", number);
	}
	pid = find(argv[0], argv[1], &pidfd);
	if (notify && write((int)notify, "\n", 1) == 1)
		close((int)notify);
	return follow(sigfd, pidfd, pid);
}
