/* wait.c - see sextet/wait.h */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <sextet/clock.h>
#include <sextet/fdlimit.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>
#include <sextet/wait.h>

#define LOOK CLOCK_S		/* between two looks at what cannot be watched */
#define BATCH 64

enum { WAITING, REACHED, FAILED, SKIPPED };

/* What an entry of the epoll set is about: twice the service's index, and */
enum { FIFO = 0, WATCH = 1 };
#define INOTIFY UINT64_MAX

static int
wants_down(struct wait_service const *s)
{
	return s->want == 'd' || s->want == 'D';
}

static int
wants_ready(struct wait_service const *s)
{
	return s->want == 'U' || s->want == 'D' || s->want == 'R';
}

static int
reached(struct wait_service const *s)
{
	if (s->done)
		return 1;
	if (wants_ready(s) && !s->o.ready)
		return 0;
	return wants_down(s) ? !s->o.up && !s->need_up
		: s->o.up && !s->need_down && s->o.alone == CLOCK_NEVER;
}

/* Something of S has changed. */
static void
note(struct wait *w, struct wait_service *s)
{
	unsigned char now;

	if (s->o.up)
		s->need_up = 0;
	else
		s->need_down = 0;
	now = s->skipped ? SKIPPED : reached(s) ? REACHED : s->failed ? FAILED : WAITING;
	if (now == REACHED && w->latch && wants_down(s))
		s->done = 1;
	w->count[s->counted]--;
	w->count[now]++;
	s->counted = now;
}

/* Has waiting come to an end? */
static int
decided(struct wait const *w, int any)
{
	if (!w->count[WAITING])
		return 1;
	if (!any || !(w->count[REACHED] + w->count[FAILED]))
		return 0;
	for (size_t i = 0; i < w->n && !w->count[FAILED]; i++)
		if (w->services[i].need_down)
			return 0;
	return 1;
}

static int
add_fd(struct wait *w, int fd, uint64_t what)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = what };

	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &e);
}

/* No pidfd: has the kernel tell when the lock's owner closes that file. */
static int
watch_lock(struct wait *w, struct wait_service *s)
{
	char path[PATH_MAX];

	if (w->inotify < 0) {
		w->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		if (w->inotify < 0 || add_fd(w, w->inotify, INOTIFY) < 0)
			return -1;
	}
	if (path_join(path, sizeof path, s->o.dir, SERVICEDIR_LOCK) < 0
		|| inotify_add_watch(w->inotify, path, IN_CLOSE_WRITE) < 0)
		return -1;
	/* it may have been closed just before */
	return observe_look(&s->o);
}

/* Polls what there is now to be watched, after OLD. A descriptor that was
   closed has left the set by itself, and its number may be in use again. */
static void
watch(struct wait *w, struct wait_service *s)
{
	uint64_t what = (uint64_t)(s - w->services) * 2 + WATCH;

	s->noted = 0;
	if (s->o.watch >= 0 && add_fd(w, s->o.watch, what) < 0 && errno != EEXIST)
		s->o.blind = 1;
	if (s->o.blind && s->o.alone == CLOCK_NEVER)
		s->noted = watch_lock(w, s) == 0;
}

static void
look(struct wait *w, struct wait_service *s)
{
	observe_look(&s->o);
	watch(w, s);
	note(w, s);
}

static void
event(struct wait *w, struct wait_service *s, char c)
{
	int was_alone = s->o.alone != CLOCK_NEVER;

	observe_event(&s->o, c);
	if (c == 's' || was_alone)
		watch(w, s);
	note(w, s);
	if (c == 's' || c == 'u')
		s->failed = 0;
	else if (c == 'x')
		s->failed = !reached(s);
	else if (c == 'O')
		s->failed = !wants_down(s);
	note(w, s);
}

/* Takes in what the FIFO of S holds; ANY 0 or 1: only until that decides. */
static int
hear(struct wait *w, struct wait_service *s, int any)
{
	char news[BATCH];
	ssize_t n;

	while ((n = read(s->o.listener.fd, news, sizeof news)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			event(w, s, news[i]);
			if (any >= 0 && decided(w, any))
				return 1;
		}
	return 0;
}

static int
is_blind(struct wait_service const *s)
{
	return (s->o.stale || (s->o.blind && !s->noted)) && s->counted == WAITING;
}

/* Looks at those that inotify watches, or else at those that nothing does. */
static void
look_around(struct wait *w, int noted)
{
	for (size_t i = 0; i < w->n; i++)
		if (noted ? w->services[i].noted : is_blind(w->services + i))
			look(w, w->services + i);
}

/* Gives up on those who have been alone for too long, unless there is a
   DEADLINE. Returns when to do so again or to look around, whichever is first. */
static int64_t
give_up(struct wait *w, int64_t deadline)
{
	int64_t next = deadline, now = clock_now();

	for (size_t i = 0; i < w->n; i++) {
		struct wait_service *s = w->services + i;

		if (is_blind(s) && now + LOOK < next)
			next = now + LOOK;
		if (s->o.alone == CLOCK_NEVER || s->counted != WAITING || deadline != CLOCK_NEVER)
			continue;
		if (s->o.alone + WAIT_GRACE <= now) {
			observe_look(&s->o);
			watch(w, s);
			s->failed = s->o.alone != CLOCK_NEVER;
			note(w, s);
		} else if (s->o.alone + WAIT_GRACE < next) {
			next = s->o.alone + WAIT_GRACE;
		}
	}
	return next;
}

static void
handle(struct wait *w, uint64_t what, int any)
{
	struct wait_service *s = w->services + what / 2;

	if (what == INOTIFY) {
		char skip[1024];

		while (read(w->inotify, skip, sizeof skip) > 0)
			;
		look_around(w, 1);
	} else if (!hear(w, s, any) && what % 2 == WATCH) {
		/* only after its last words */
		look(w, s);
	}
}

static enum wait_result
run(struct wait *w, int any, int64_t deadline)
{
	while (!decided(w, any)) {
		struct pollfd p = { .fd = w->epoll, .events = POLLIN };
		struct epoll_event e[BATCH];
		int64_t next = give_up(w, deadline);
		int n;

		if (decided(w, any))
			break;
		n = clock_poll(&p, 1, next);
		if (n < 0)
			return WAIT_ERROR;
		if (!n) {
			if (clock_now() >= deadline)
				return WAIT_TIMEOUT;
			look_around(w, 0);
			continue;
		}
		n = epoll_wait(w->epoll, e, BATCH, 0);
		for (int i = 0; i < n && !decided(w, any); i++)
			handle(w, e[i].data.u64, any);
	}
	return w->count[FAILED] ? WAIT_FAILED : WAIT_REACHED;
}

static void
raise_limit(struct wait *w)
{
	struct rlimit old;

	fdlimit_raise(3 * (rlim_t)w->n + 16, &old);
	if (old.rlim_cur != RLIM_INFINITY)
		w->limit = old;		/* else it is as we have raised it before */
}

void
wait_usual_limit(struct wait *w)
{
	fdlimit_restore(&w->limit);
}

enum wait_result
wait_run(struct wait *w, int any, int64_t deadline)
{
	enum wait_result r;

	raise_limit(w);
	for (size_t i = 0; i < w->n; i++)
		note(w, w->services + i);	/* want may have changed */
	r = run(w, any, deadline);
	if (r == WAIT_ERROR) {
		w->action = "wait for ";
		w->dir = w->services->o.dir;
	}
	return r;
}

static int
open_service(struct wait *w, struct wait_service *s)
{
	switch (observe_open(&s->o, w->dir, &w->action)) {
	case OBSERVE_NEVER:
		if (wants_down(s))
			return 0;
		w->action = "read status of ";
		errno = ENOENT;
		return -1;
	case OBSERVE_OPEN:
		watch(w, s);
		return add_fd(w, s->o.listener.fd, (uint64_t)(s - w->services) * 2 + FIFO);
	default:
		return -1;
	}
}

int
wait_open(struct wait *w, char const *const *dirs, size_t n, char want)
{
	struct wait fresh = {
		.n = n, .inotify = -1, .action = "prepare to wait for ", .dir = "",
		.limit = { RLIM_INFINITY, RLIM_INFINITY }
	};

	*w = fresh;
	w->services = calloc(n ? n : 1, sizeof *w->services);
	w->epoll = w->services ? epoll_create1(EPOLL_CLOEXEC) : -1;
	if (w->epoll < 0) {
		free(w->services);
		w->services = 0;
		w->n = 0;
		return -1;
	}
	raise_limit(w);
	for (size_t i = 0; i < n; i++) {
		struct wait_service *s = w->services + i;

		w->dir = dirs[i];
		s->want = want;
		s->need_down = want == 'r' || want == 'R';
		if (open_service(w, s) < 0) {
			int e = errno;

			w->n = i + 1;
			wait_close(w);
			errno = e;
			return -1;
		}
		w->count[WAITING]++;
		note(w, s);
	}
	return 0;
}

void
wait_command(struct wait *w, size_t i, char const *cmds, size_t n)
{
	struct wait_service *s = w->services + i;

	/* what has happened until now does not come from the command */
	if (s->o.listener.fd >= 0)
		hear(w, s, -1);
	s->done = 0;
	for (size_t k = 0; k < n; k++) {
		if (strchr("bdDiktqrK", cmds[k]) && s->o.up)
			s->need_down = 1;
		if (!s->o.up && (strchr("uU", cmds[k]) || (cmds[k] == 'o' && s->o.ready)))
			s->need_up = 1;
	}
	note(w, s);
}

void
wait_skip(struct wait *w, size_t i)
{
	struct wait_service *s = w->services + i;

	s->skipped = 1;
	s->need_down = 0;
	observe_close(&s->o);
	note(w, s);
}

int
wait_reached(struct wait const *w, size_t i)
{
	return reached(w->services + i);
}

size_t
wait_failures(struct wait const *w)
{
	return w->count[FAILED];
}

void
wait_close(struct wait *w)
{
	for (size_t i = 0; i < w->n; i++)
		observe_close(&w->services[i].o);
	if (w->inotify >= 0)
		close(w->inotify);
	if (w->epoll >= 0)
		close(w->epoll);
	free(w->services);
	fdlimit_restore(&w->limit);
	*w = (struct wait){
		.inotify = -1, .epoll = -1, .action = w->action, .dir = w->dir,
		.limit = { RLIM_INFINITY, RLIM_INFINITY }
	};
}
