/* companion.c - see sextet/companion.h */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sextet/companion.h>
#include <sextet/pidfd.h>
#include <sextet/servicedir.h>

/* Arms C with what tells of our own death, which will be the program's. */
static int
arm(struct companion *c)
{
	struct event_listener const none = EVENT_LISTENER_NONE;

	c->listener = none;
	c->by_event = 0;
	c->fd = pidfd_of(getpid());
	if (c->fd >= 0)
		return 0;
	if (errno != ENOSYS || event_listen(&c->listener, AT_FDCWD, SERVICEDIR_EVENT) < 0)
		return -1;
	c->by_event = 1;
	c->fd = c->listener.fd;
	return 0;
}

static enum companion_result
fork_twice(void)
{
	pid_t middle = fork(), pid;
	int status;

	if (middle < 0)
		return COMPANION_ERROR;
	if (!middle) {
		pid = fork();
		if (!pid)
			return COMPANION_ITSELF;
		_exit(pid < 0 ? errno & 0x7f : 0);
	}
	while (waitpid(middle, &status, 0) < 0)
		if (errno != EINTR)
			return COMPANION_ERROR;
	if (!status)
		return COMPANION_PROGRAM;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN;
	return COMPANION_ERROR;
}

enum companion_result
companion_fork(struct companion *c, int twice)
{
	enum companion_result r;
	pid_t pid;
	int e;

	if (c && arm(c) < 0)
		return COMPANION_ERROR;
	if (twice)
		r = fork_twice();
	else {
		pid = fork();
		r = pid < 0 ? COMPANION_ERROR : pid ? COMPANION_PROGRAM : COMPANION_ITSELF;
	}
	if (r == COMPANION_ERROR && c) {
		e = errno;
		companion_end(c);
		errno = e;
	}
	return r;
}

int
companion_bereft(struct companion *c)
{
	char events[64];
	ssize_t n;

	if (!c->by_event)
		return pidfd_exited(c->fd) != 0;
	n = read(c->fd, events, sizeof events);
	return n > 0 && memchr(events, 'd', (size_t)n);
}

void
companion_end(struct companion *c)
{
	if (c->by_event)
		event_unlisten(&c->listener);
	else
		close(c->fd);
	c->fd = -1;
}
