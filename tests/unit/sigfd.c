/* sigfd.c - signals read from a descriptor */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <sextet/sigfd.h>

#include "apart.h"

static int
blocked(int sig)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, 0, &now);
	return sigismember(&now, sig);
}

static int
no_signalfd(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, 0);
	sigaddset(&set, SIGTERM);
	want(sigfd_open(&set) == -1 && errno == EMFILE);
	want(!blocked(SIGTERM) && blocked(SIGUSR2));
	want(sigfd_open_end() == -1 && errno == EMFILE && !blocked(SIGINT));
	return 1;
}

/* No signal that is not caught ends process 1 of a namespace. */
static int
process_1(void)
{
	int wstat = -1, fd;
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return 1;
	pid = tap_fork();
	if (!pid) {
		fd = sigfd_open_end();
		sigfd_die(fd, SIGTERM);
	}
	waitpid(pid, &wstat, 0);
	want(WIFEXITED(wstat) && WEXITSTATUS(wstat) == 128 + SIGTERM);
	return 1;
}

static void
rest(void)
{
	pid_t from = 7;
	int p[2];

	if (pipe(p) < 0 || write(p[1], "odd", 3) != 3)
		exit(111);
	ok(sigfd_read(p[0], &from) == -1 && errno == EIO && from == 7, "something else in a descriptor");
	ok_denied("no descriptor to be had: nothing is blocked", no_signalfd, DENY(SYS_signalfd4, EMFILE));
	ok_mounted("process 1 ends all the same", process_1);
}

int
main(void)
{
	sigset_t set;
	pid_t from = 7, child;
	struct pollfd p = { .events = POLLIN };
	int fd, r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	fd = sigfd_open(&set);
	if (!ok(fd >= 0, "opened"))
		return 1;
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC && fcntl(fd, F_GETFL) & O_NONBLOCK,
		"close-on-exec, non-blocking");
	ok(blocked(SIGTERM) && blocked(SIGCHLD) && !blocked(SIGHUP), "just these are blocked");
	ok(sigfd_read(fd, &from) == 0 && from == 7, "none yet: sender untouched");

	kill(getpid(), SIGTERM);
	p.fd = fd;
	ok(poll(&p, 1, 1000) == 1, "it wakes a poll");
	ok(sigfd_read(fd, &from) == SIGTERM && from == getpid(), "TERM, from ourselves");
	ok(sigfd_read(fd, &from) == 0, "only once");

	child = tap_fork();
	if (!child)
		_exit(3);
	poll(&p, 1, 5000);
	r = sigfd_read(fd, &from);
	ok(r == SIGCHLD && from == child, "CHLD tells who died");
	waitpid(child, 0, 0);

	kill(getpid(), SIGTERM);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGCHLD);
	r = 0;
	for (int i = 0; i < 3; i++) {
		int s = sigfd_read(fd, &from);

		r += s == SIGTERM ? 1 : s == SIGCHLD ? 10 : 0;
	}
	ok(r == 11, "equal signals merge, different ones do not");

	sigfd_close(fd);
	ok(!blocked(SIGTERM) && !blocked(SIGCHLD), "unblocked at the end");
	ok(sigfd_read(fd, &from) == -1 && errno == EBADF, "reading a closed one is an error");

	child = tap_fork();
	if (!child) {
		signal(SIGHUP, SIG_IGN);
		fd = sigfd_open_end();
		if (fd < 0 || blocked(SIGHUP) || !blocked(SIGINT) || !blocked(SIGQUIT) || !blocked(SIGTERM))
			_exit(1);
		kill(getpid(), SIGTERM);
		sigfd_die(fd, sigfd_read(fd, &from));
	}
	waitpid(child, &r, 0);
	ok(WIFSIGNALED(r) && WTERMSIG(r) == SIGTERM, "what asks to end is caught, then died of");
	rest();
	return done_testing();
}
