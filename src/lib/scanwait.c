/* scanwait.c - see sextet/scanwait.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/path.h>
#include <sextet/scandir.h>
#include <sextet/scanwait.h>

/* The s6-svscan. */
struct scanner {
	char lock[PATH_MAX];
	int pidfd;
	int64_t died;
};

/* Tells it, and takes hold of it. */
static enum scanwait_result
tell(struct scanwait const *w, struct scanner *s)
{
	switch (scandir_send(w->scandir, w->cmds, strlen(w->cmds))) {
	case CONTROL_NOBODY: return SCANWAIT_NOSCAN;
	case CONTROL_ERROR: return SCANWAIT_ERROR;
	default: break;
	}
	s->died = CLOCK_NEVER;
	switch (lock_owner(AT_FDCWD, s->lock, &s->pidfd)) {
	case -1: return SCANWAIT_ERROR;
	case 0: s->died = clock_now();
	}
	return SCANWAIT_DONE;
}

static int
undone(struct scanwait const *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->poll[i].fd >= 0)
			return 1;
	return 0;
}

static int
look_around(struct scanwait *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->poll[i].fd >= 0 && w->poll[i].revents && w->look(w, i) < 0)
			return -1;
	return 0;
}

static enum scanwait_result
loop(struct scanwait *w, struct scanner *s, int64_t deadline, int stopfd)
{
	struct pollfd *stop = w->poll + w->n, *scanner = stop + 1;
	enum scanwait_result res = tell(w, s);

	while (res == SCANWAIT_DONE && undone(w)) {
		int64_t grace = s->died == CLOCK_NEVER ? CLOCK_NEVER : s->died + SCANWAIT_GRACE;
		int r;

		stop->fd = stopfd;
		scanner->fd = s->pidfd;
		r = clock_poll(w->poll, w->n + 2, grace < deadline ? grace : deadline);
		if (r < 0 || look_around(w) < 0)
			return SCANWAIT_ERROR;
		if (r == 0 && grace >= deadline) {
			errno = ETIMEDOUT;
			return SCANWAIT_TIMEOUT;
		}
		if (r == 0) {
			res = tell(w, s);	/* is there another one? */
		} else if (stop->revents) {
			return undone(w) ? SCANWAIT_STOPPED : SCANWAIT_DONE;
		} else if (scanner->revents) {
			close(s->pidfd);
			s->pidfd = -1;
			s->died = clock_now();
		}
	}
	return res;
}

enum scanwait_result
scanwait_run(struct scanwait *w, int64_t deadline, int stopfd)
{
	struct scanner s = { .pidfd = -1 };
	enum scanwait_result r;

	if (path_join3(s.lock, sizeof s.lock, w->scandir, SCANDIR_CTL, "lock") < 0)
		return SCANWAIT_ERROR;
	for (size_t i = 0; i < w->n + 2; i++)
		w->poll[i].events = POLLIN;
	r = loop(w, &s, deadline, stopfd);
	if (s.pidfd >= 0) {
		int e = errno;

		close(s.pidfd);
		errno = e;
	}
	return r;
}
