/* sigfd.c - see sextet/sigfd.h */

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <sextet/sigfd.h>

int
sigfd_open(sigset_t const *set)
{
	sigset_t old;
	int fd;

	if (sigprocmask(SIG_BLOCK, set, &old) < 0)
		return -1;
	fd = signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0) {
		int e = errno;

		sigprocmask(SIG_SETMASK, &old, 0);
		errno = e;
	}
	return fd;
}

int
sigfd_read(int fd, pid_t *from)
{
	struct signalfd_siginfo info;
	ssize_t r;

	do
		r = read(fd, &info, sizeof info);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return errno == EAGAIN ? 0 : -1;
	if (r != sizeof info) {
		errno = EIO;
		return -1;
	}
	*from = (pid_t)info.ssi_pid;
	return (int)info.ssi_signo;
}

void
sigfd_close(int fd)
{
	sigset_t none;

	close(fd);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, 0);
}

int
sigfd_open_end(void)
{
	static int const ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct sigaction sa;

		if (sigaction(ends[i], 0, &sa) < 0 || sa.sa_handler != SIG_IGN)
			sigaddset(&set, ends[i]);
	}
	return sigfd_open(&set);
}

void
sigfd_die(int fd, int signal)
{
	sigfd_close(fd);
	raise(signal);
	_exit(128 + signal);	/* only as process 1 of a PID namespace */
}
