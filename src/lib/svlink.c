/* svlink.c - see sextet/svlink.h */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/path.h>
#include <sextet/scandir.h>
#include <sextet/servicedir.h>
#include <sextet/svlink.h>

/* How long we wait for another s6-svscan when ours has died. */
#define GRACE (5 * CLOCK_S)

#define LOG "log"

int
svlink_name(char const *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/');
}

static void
clear(struct svlink *l)
{
	struct svlink_part const none = {
		.listener = EVENT_LISTENER_NONE, .watch = -1, .dirfd = -1
	};

	for (int i = 0; i < SVLINK_PARTS; i++)
		l->part[i] = none;
	l->parts = 0;
	l->linked = 0;
}

/* Sets l->path to FILE in part I of the service directory. */
static int
set_path(struct svlink *l, unsigned int i, char const *file)
{
	int r = i ? path_join3(l->path, sizeof l->path, l->servicedir, LOG, file)
		: path_join(l->path, sizeof l->path, l->servicedir, file);

	if (r < 0)
		memcpy(l->path, l->servicedir, strnlen(l->servicedir, sizeof l->path - 1) + 1);
	return r;
}

static int
set_link(struct svlink *l)
{
	if (path_join(l->path, sizeof l->path, l->scandir, l->name) >= 0)
		return 0;
	memcpy(l->path, l->scandir, strnlen(l->scandir, sizeof l->path - 1) + 1);
	return -1;
}

static enum svlink_result
check_run(struct svlink *l, unsigned int i)
{
	struct stat st;

	if (set_path(l, i, "run") < 0 || stat(l->path, &st) < 0)
		return SVLINK_ERROR;
	return access(l->path, X_OK) == 0 && S_ISREG(st.st_mode) ? SVLINK_DONE : SVLINK_NOTEXECUTABLE;
}

enum svlink_result
svlink_check(struct svlink *l)
{
	enum svlink_result r;
	struct stat st;

	clear(l);
	r = check_run(l, 0);
	if (r != SVLINK_DONE)
		return r;
	l->parts = 1;
	if (set_path(l, 0, LOG) < 0)
		return SVLINK_ERROR;
	if (stat(l->path, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			return SVLINK_NOTDIRECTORY;
		r = check_run(l, 1);
		if (r != SVLINK_DONE)
			return r;
		l->parts = 2;
	} else if (errno != ENOENT) {
		return SVLINK_ERROR;
	}
	switch (servicedir_supervised(l->servicedir)) {
	case 0: return SVLINK_DONE;
	case 1:
		l->parts = 0;
		return SVLINK_SUPERVISED;
	default:
		set_path(l, 0, SERVICEDIR_LOCK);
		return SVLINK_ERROR;
	}
}

static int
listen_to(struct svlink *l, unsigned int i, unsigned int flags)
{
	gid_t gid = flags & SVLINK_PUBLIC ? (gid_t)-1 : getegid();
	struct event_listener *el = &l->part[i].listener;

	if (set_path(l, i, SERVICEDIR_EVENT) < 0)
		return -1;
	/* one that is there already may be another user's */
	if (!(flags & SVLINK_FORCE)) {
		if (event_listen(el, AT_FDCWD, l->path) == 0)
			return 0;
		if (errno != ENOENT)
			return -1;
	}
	if (event_mkdir(AT_FDCWD, l->path, gid, !!(flags & SVLINK_FORCE)) < 0)
		return -1;
	return event_listen(el, AT_FDCWD, l->path);
}

static int
make_down(struct svlink *l, unsigned int i)
{
	int fd;

	if (set_path(l, i, "down") < 0)
		return -1;
	fd = open(l->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	close(fd);
	l->part[i].made_down = 1;
	return 0;
}

static int
make_link(struct svlink *l)
{
	struct stat there, ours;
	char *target;
	int r, e;

	if (set_link(l) < 0)
		return -1;
	target = realpath(l->servicedir, 0);
	if (!target)
		return -1;
	r = symlink(target, l->path);
	e = errno;
	free(target);
	errno = e;
	if (r == 0) {
		l->linked = 1;
		return 0;
	}
	if (errno == EEXIST && stat(l->path, &there) == 0 && stat(l->servicedir, &ours) == 0
		&& there.st_dev == ours.st_dev && there.st_ino == ours.st_ino)
		return 0;
	errno = e;
	return -1;
}

void
svlink_end(struct svlink *l, unsigned int flags)
{
	for (unsigned int i = 0; i < l->parts; i++) {
		event_unlisten(&l->part[i].listener);
		if (flags & SVLINK_DOWN && set_path(l, i, "down") >= 0)
			unlink(l->path);
	}
}

void
svlink_undo(struct svlink *l)
{
	int e = errno;

	if (l->linked && set_link(l) == 0) {
		unlink(l->path);
		scandir_send(l->scandir, "an", 2);
		l->linked = 0;
	}
	for (unsigned int i = 0; i < l->parts; i++) {
		event_unlisten(&l->part[i].listener);
		if (l->part[i].made_down && set_path(l, i, "down") >= 0)
			unlink(l->path);
		l->part[i].made_down = 0;
	}
	errno = e;
}

enum svlink_result
svlink_add(struct svlink *l, unsigned int flags)
{
	char path[PATH_MAX];
	int r = 0;

	for (unsigned int i = 0; i < l->parts && r == 0; i++) {
		r = listen_to(l, i, flags);
		if (r == 0 && flags & (SVLINK_DOWN | SVLINK_STAYDOWN))
			r = make_down(l, i);
	}
	if (r == 0)
		r = make_link(l);
	if (r == 0)
		return SVLINK_DONE;
	memcpy(path, l->path, sizeof path);
	svlink_undo(l);
	memcpy(l->path, path, sizeof path);
	return SVLINK_ERROR;
}

/* The s6-svscan that is to do what we wait for. */
struct scanner {
	char lock[PATH_MAX];
	char const *dir;
	char const *cmds;
	int pidfd;
	int64_t died;
};

/* Tells it, and takes hold of it. */
static enum svlink_result
tell(struct scanner *s)
{
	switch (scandir_send(s->dir, s->cmds, strlen(s->cmds))) {
	case CONTROL_NOBODY: return SVLINK_NOSCAN;
	case CONTROL_ERROR: return SVLINK_ERROR;
	default: break;
	}
	s->died = CLOCK_NEVER;
	return lock_owner(AT_FDCWD, s->lock, &s->pidfd) < 0 ? SVLINK_ERROR : SVLINK_DONE;
}

/* What a wait is about. */
struct waiting {
	struct svlink *links;
	size_t n;
	int (*look)(struct svlink_part *p);	/* p's descriptor was readable */
	struct scanner scanner;
	struct pollfd *poll;			/* stopfd, the scanner's, then the parts' */
};

/* Fills in what is to be polled; returns how many parts are not done. */
static size_t
undone(struct waiting *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n * SVLINK_PARTS; i++) {
		struct svlink *l = w->links + i / SVLINK_PARTS;
		struct svlink_part *p = l->part + i % SVLINK_PARTS;
		int skip = i % SVLINK_PARTS >= l->parts || p->done;

		w->poll[2 + i].fd = skip ? -1 : p->watch >= 0 ? p->watch : p->listener.fd;
		w->poll[2 + i].revents = 0;
		n += !skip;
	}
	return n;
}

static int
look_around(struct waiting *w)
{
	for (size_t i = 0; i < w->n * SVLINK_PARTS; i++)
		if (w->poll[2 + i].revents
			&& w->look(w->links[i / SVLINK_PARTS].part + i % SVLINK_PARTS) < 0)
			return -1;
	return 0;
}

static enum svlink_result
wait_loop(struct waiting *w, int64_t deadline, int stopfd)
{
	struct scanner *s = &w->scanner;
	enum svlink_result res = tell(s);

	while (res == SVLINK_DONE && undone(w)) {
		int64_t grace = s->died == CLOCK_NEVER ? CLOCK_NEVER : s->died + GRACE;
		int r;

		w->poll[0].fd = stopfd;
		w->poll[1].fd = s->pidfd;
		r = clock_poll(w->poll, 2 + w->n * SVLINK_PARTS, grace < deadline ? grace : deadline);
		if (r < 0 || look_around(w) < 0)
			return SVLINK_ERROR;
		if (r == 0 && grace >= deadline) {
			errno = ETIMEDOUT;
			return SVLINK_TIMEOUT;
		}
		if (r == 0) {
			res = tell(s);		/* is there another one? */
		} else if (w->poll[0].revents) {
			return undone(w) ? SVLINK_STOPPED : SVLINK_DONE;
		} else if (w->poll[1].revents) {
			close(s->pidfd);
			s->pidfd = -1;
			s->died = clock_now();
		}
	}
	return res;
}

static enum svlink_result
wait_for(struct svlink *l, size_t n, char const *cmds, int (*look)(struct svlink_part *),
	int64_t deadline, int stopfd)
{
	struct waiting w = { .links = l, .n = n, .look = look,
		.scanner = { .dir = l->scandir, .cmds = cmds, .pidfd = -1 } };
	enum svlink_result r = SVLINK_ERROR;
	int e;

	memcpy(l->path, l->scandir, strnlen(l->scandir, sizeof l->path - 1) + 1);
	if (path_join3(w.scanner.lock, PATH_MAX, l->scandir, SCANDIR_CTL, "lock") < 0)
		return SVLINK_ERROR;
	w.poll = calloc(2 + n * SVLINK_PARTS, sizeof *w.poll);
	if (!w.poll)
		return SVLINK_ERROR;
	for (size_t i = 0; i < 2 + n * SVLINK_PARTS; i++)
		w.poll[i].events = POLLIN;
	r = wait_loop(&w, deadline, stopfd);
	e = errno;
	free(w.poll);
	if (w.scanner.pidfd >= 0)
		close(w.scanner.pidfd);
	errno = e;
	return r;
}

/* Does the event C come now? */
static int
hears(struct svlink_part *p, char c)
{
	char news[64];
	ssize_t n = read(p->listener.fd, news, sizeof news);

	return n > 0 && memchr(news, c, (size_t)n);
}

static int
has_come(struct svlink_part *p)
{
	p->done = hears(p, 's');
	return 0;
}

enum svlink_result
svlink_wait(struct svlink *l, size_t n, int64_t deadline, int stopfd)
{
	return wait_for(l, n, "a", has_come, deadline, stopfd);
}

/* Takes hold of the supervisor, if there is one. */
static int
hold(struct svlink_part *p)
{
	int held = lock_owner(p->dirfd, SERVICEDIR_LOCK, &p->watch);

	if (held > 0 && p->watch < 0 && p->listener.fd < 0) {
		if (event_listen(&p->listener, p->dirfd, SERVICEDIR_EVENT) < 0)
			return -1;
		/* has it said "x" before we listened? */
		held = lock_test(p->dirfd, SERVICEDIR_LOCK, 0);
	}
	p->done = held == 0;
	return held < 0 ? -1 : 0;
}

static int
has_gone(struct svlink_part *p)
{
	if (p->watch < 0) {
		p->done = hears(p, 'x');
		return 0;
	}
	/* one that was killed may have a successor, which has to go as well */
	close(p->watch);
	p->watch = -1;
	return hold(p);
}

void
svunlink_end(struct svlink *l)
{
	int e = errno;

	for (int i = 0; i < SVLINK_PARTS; i++) {
		event_unlisten(&l->part[i].listener);
		if (l->part[i].watch >= 0)
			close(l->part[i].watch);
		if (l->part[i].dirfd >= 0)
			close(l->part[i].dirfd);
	}
	clear(l);
	errno = e;
}

/* Takes hold of the service directory behind the link, and of its logger. */
static int
hold_all(struct svlink *l)
{
	l->part[0].dirfd = open(l->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l->part[0].dirfd < 0)
		return errno == ENOENT || errno == ELOOP ? 0 : -1;
	l->parts = 1;
	l->part[1].dirfd = openat(l->part[0].dirfd, LOG, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l->part[1].dirfd >= 0)
		l->parts = 2;
	for (unsigned int i = 0; i < l->parts; i++)
		if (hold(l->part + i) < 0)
			return -1;
	return 0;
}

enum svlink_result
svunlink_remove(struct svlink *l)
{
	clear(l);
	if (set_link(l) == 0 && hold_all(l) == 0
		&& (unlink(l->path) == 0 || errno == ENOENT || errno == ENOTDIR))
		return SVLINK_DONE;
	svunlink_end(l);
	return SVLINK_ERROR;
}

enum svlink_result
svunlink_wait(struct svlink *l, size_t n, int64_t deadline, int stopfd)
{
	return wait_for(l, n, "an", has_gone, deadline, stopfd);
}
