/* sigfd.c - signals read from a descriptor */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <sextet/sigfd.h>

#include "tap.h"

static int
blocked(int sig)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, 0, &now);
	return sigismember(&now, sig);
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
	return done_testing();
}
