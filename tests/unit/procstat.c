/* procstat.c - what /proc tells of a process */

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <sextet/clock.h>
#include <sextet/procstat.h>

#include "fakeproc.h"

#define TAIL " 4194304 99 0 0 0 1 2 0 0 20 0 1 0 5678 2000 100 18446744073709551615 " \
	"1 2 3 4 5 0 0 4096 65536 0 0 0 17 1 0 0 0 0 0 6 7 8 9 10 11 12 1792"

static void
texts(void)
{
	struct procstat ps = { .state = '?' };

	ok(procstat_parse("77 (a) b) (c) Z 3 4 5 6 -1" TAIL "\n", &ps) == 0 && ps.state == 'Z'
		&& ps.ppid == 3 && ps.pgrp == 4 && ps.session == 5 && ps.start == 5678
		&& ps.wstat == 1792, "a name full of parentheses");
	ok(procstat_parse("77 (a b) S 3 -1 -1 0 -1" TAIL, &ps) == 0 && ps.pgrp == -1
		&& ps.session == -1, "no group in this namespace, no newline");
	ps.state = '?';
	for (char const *const *p = (char const *const[]){ "", "77", "77 (a)", "77 (a) S",
		"77 (a) S 3 4 5", "77 (a) S 3 4 5 6 -1 1 2 3", "77 (a) S x 4 5 6 -1" TAIL,
		"77 (a) SS 3 4 5 6 -1" TAIL, 0 }; *p; p++)
		ok(procstat_parse(*p, &ps) == -1 && errno == EPROTO && ps.state == '?',
			"refused: \"%.20s\"", *p);
}

static void
processes(void)
{
	struct procstat ps;
	int64_t before, after;
	pid_t pid;

	if (access("/proc/self/stat", R_OK) < 0) {
		ok(!procstat_works(), "no /proc, and it says so");
		return;
	}
	ok(procstat_works(), "/proc works");
	ok(procstat_read(getpid(), &ps) == 0 && ps.ppid == getppid() && ps.pgrp == getpgrp()
		&& ps.session == getsid(0) && ps.state == 'R', "ourselves");
	before = clock_boot();
	pid = tap_fork();
	after = clock_boot();
	if (!pid) {
		prctl(PR_SET_NAME, ") Z 1 2");
		setsid();
		raise(SIGSTOP);
		_exit(7);
	}
	while (waitpid(pid, 0, WUNTRACED) < 0 && errno == EINTR)
		;
	ok(procstat_read(pid, &ps) == 0 && ps.state == 'T' && ps.session == pid && ps.pgrp == pid
		&& ps.ppid == getpid(), "a stopped session leader with a nasty name");
	ok((int64_t)ps.start >= before / (CLOCK_S / PROCSTAT_HZ)
		&& (int64_t)ps.start <= after / (CLOCK_S / PROCSTAT_HZ),
		"it started within the bracket");
	kill(pid, SIGCONT);
	waitid(P_PID, (id_t)pid, 0, WEXITED | WNOWAIT);
	ok(procstat_read(pid, &ps) == 0 && ps.state == 'Z' && ps.wstat == 0x700, "a zombie's code");
	waitpid(pid, 0, 0);
	ok(procstat_read(pid, &ps) == -1 && errno == ESRCH, "gone");
}

static void
ignored(void)
{
	signal(SIGUSR1, SIG_IGN);
	ok(procstat_ignores(getpid(), SIGUSR1) == 1 && procstat_ignores(getpid(), SIGUSR2) == 0,
		"what a process ignores");
	signal(SIGUSR1, SIG_DFL);
	ok(procstat_ignores(0x3ffffff0, SIGUSR1) == -1 && (errno == ENOENT || errno == ESRCH),
		"what nobody ignores");
}

/* A /proc that is none, or another namespace's. */
static int
fakes(void)
{
	want(fakeproc_begin() == 0 && !procstat_works());
	fakeproc_call_us(getpid() + 1);
	want(!procstat_works());
	fakeproc_call_us(getpid() * 10L);
	want(!procstat_works());
	fakeproc_call_us(1);
	want(getpid() == 1 || !procstat_works());
	fakeproc_self();
	want(procstat_works());
	fakeproc_put(getpid(), "status", "Name:\tx\nSigIgn:\t0000000000000201\nSigCgt:\t0\n");
	want(procstat_ignores(getpid(), 1) == 1 && procstat_ignores(getpid(), 10) == 1
		&& procstat_ignores(getpid(), 2) == 0);
	fakeproc_put(getpid(), "status", "Name:\tSigIgn:\t1\n");
	want(procstat_ignores(getpid(), 1) == -1 && errno == EPROTO);
	fakeproc_put(getpid(), "status", "Name:\tx\nSigIgn:\tnone\n");
	want(procstat_ignores(getpid(), 1) == -1 && errno == EPROTO);
	fakeproc_put(getpid(), "status", "%s", "");
	want(procstat_ignores(getpid(), 1) == -1);
	return 1;
}

int
main(void)
{
	texts();
	processes();
	if (procstat_works())
		ignored();
	ok_mounted("other kinds of /proc", fakes);
	return done_testing();
}
