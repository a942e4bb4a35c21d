/* observe.c - see sextet/observe.h */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sextet/alive.h>
#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/observe.h>
#include <sextet/path.h>
#include <sextet/pidfd.h>
#include <sextet/servicedir.h>
#include <sextet/status.h>

static void
set_state(struct observed *o, int up, int ready)
{
	o->up = !!up;
	o->ready = !!ready;
	o->stale = 0;
}

/* Takes over what is on record. A supervisor that has just started may not
   have replaced its predecessor's record yet: an impossible pid shows it, and
   its first event will bring us here again. */
static int
read_state(struct observed *o)
{
	struct status st;

	if (status_read(o->dir, &st) < 0)
		return -1;
	alive_correct(o->dir, &st);
	set_state(o, status_up(&st), st.ready);
	return 0;
}

/* The same again and again until it can be read. */
static void
refresh(struct observed *o)
{
	/* none yet: its supervisor will say so when there is one */
	o->stale = read_state(o) < 0 && errno != ENOENT;
}

static void
set_watch(struct observed *o, int fd)
{
	if (o->watch >= 0)
		close(o->watch);
	o->watch = fd;
	o->blind = fd < 0;
}

/* Nobody supervises it: is there a process on record? */
static void
look_alone(struct observed *o)
{
	enum alive alive = ALIVE_GONE;
	struct status st;
	int fd = -1;

	if (o->alone == CLOCK_NEVER)
		o->alone = clock_now();
	if (status_read(o->dir, &st) == 0 && st.pid)
		alive = alive_check(o->dir, st.pid);
	if (alive == ALIVE_YES || alive == ALIVE_SEEMS_SO) {
		fd = pidfd_of(st.pid);
		if (fd >= 0 && pidfd_exited(fd) > 0) {
			/* a zombie that nobody reaps */
			close(fd);
			fd = -1;
			alive = ALIVE_GONE;
		}
	}
	if (alive == ALIVE_GONE || alive == ALIVE_SEEMS_GONE)
		set_state(o, 0, 1);
	set_watch(o, fd);
	/* a process of another PID namespace cannot be looked at either */
	o->blind = fd < 0 && (alive == ALIVE_YES || alive == ALIVE_SEEMS_SO);
}

int
observe_look(struct observed *o)
{
	char path[PATH_MAX];
	int held, fd;

	if (o->stale)
		refresh(o);
	if (path_join(path, sizeof path, o->dir, SERVICEDIR_LOCK) < 0)
		return -1;
	held = lock_owner(AT_FDCWD, path, &fd);
	if (held < 0)
		return -1;
	if (held) {
		o->alone = CLOCK_NEVER;
		set_watch(o, fd);
	} else {
		look_alone(o);
	}
	return 0;
}

void
observe_event(struct observed *o, char c)
{
	switch (c) {
	case 's': refresh(o); break;
	case 'u': set_state(o, 1, 0); break;
	case 'U': set_state(o, 1, 1); break;
	case 'd': set_state(o, 0, 0); break;
	case 'D': set_state(o, 0, 1); break;
	default: return;
	}
	/* somebody speaks, so somebody is there */
	if (c == 's' || o->alone != CLOCK_NEVER)
		observe_look(o);
}

/* Was DIR never supervised? 1, 0, -1 with errno when it is not there. */
static int
never_supervised(char const *dir)
{
	char path[PATH_MAX];

	if (path_join3(path, sizeof path, dir, SERVICEDIR_SUPERVISE, STATUS_FILE) < 0)
		return -1;
	if (access(path, F_OK) == 0)
		return 0;
	if (errno != ENOENT || access(dir, F_OK) < 0)
		return -1;
	return !servicedir_supervised(dir);
}

static int
subscribe(struct observed *o)
{
	char path[PATH_MAX];
	int r;

	if (path_join(path, sizeof path, o->dir, SERVICEDIR_EVENT) < 0)
		return -1;
	r = event_listen(&o->listener, AT_FDCWD, path);
	/* its next supervisor takes the directory as it is */
	if (r < 0 && errno == ENOENT && event_mkdir(AT_FDCWD, path, getegid(), 0) == 0)
		r = event_listen(&o->listener, AT_FDCWD, path);
	return r;
}

enum observe_result
observe_open(struct observed *o, char const *dir, char const **action)
{
	struct observed fresh = {
		.dir = dir, .ready = 1, .alone = CLOCK_NEVER, .watch = -1,
		.listener = EVENT_LISTENER_NONE
	};
	int never = never_supervised(dir);

	*o = fresh;
	*action = "subscribe to events for ";
	if (never > 0)
		return OBSERVE_NEVER;
	if (never < 0 || subscribe(o) < 0)
		return OBSERVE_ERROR;
	*action = "read status of ";
	/* no status under a held lock: it is just starting, and will say "s" */
	o->ready = 0;
	if ((read_state(o) < 0 && errno != ENOENT) || observe_look(o) < 0) {
		int e = errno;

		observe_close(o);
		errno = e;
		return OBSERVE_ERROR;
	}
	return OBSERVE_OPEN;
}

void
observe_close(struct observed *o)
{
	event_unlisten(&o->listener);
	set_watch(o, -1);
}
