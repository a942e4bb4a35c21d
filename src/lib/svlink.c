/* svlink.c - see sextet/svlink.h */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/lock.h>
#include <sextet/path.h>
#include <sextet/scandir.h>
#include <sextet/scanwait.h>
#include <sextet/servicedir.h>
#include <sextet/svlink.h>

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

/* Has the supervisor of part I come since svlink_check? Its "s" may have been
   said before we listened; who holds the lock hears commands already. */
static void
look_for(struct svlink *l, unsigned int i)
{
	char const *dir = l->servicedir;

	if (i && set_path(l, 0, LOG) == 0)
		dir = l->path;
	l->part[i].done = servicedir_supervised(dir) == 1;
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
		if (r == 0)
			look_for(l, i);
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

static struct svlink_part *
part_of(struct svlink *l, size_t i)
{
	return l[i / SVLINK_PARTS].part + i % SVLINK_PARTS;
}

/* What shows that part P is done. */
static int
watched(struct svlink_part const *p)
{
	return p->done ? -1 : p->watch >= 0 ? p->watch : p->listener.fd;
}

static enum svlink_result
wait_for(struct svlink *l, size_t n, char const *cmds, int (*look)(struct scanwait *, size_t),
	int64_t deadline, int stopfd)
{
	struct scanwait w = { .scandir = l->scandir, .cmds = cmds, .n = n * SVLINK_PARTS,
		.look = look, .arg = l };
	enum scanwait_result r;
	int e;

	memcpy(l->path, l->scandir, strnlen(l->scandir, sizeof l->path - 1) + 1);
	w.poll = calloc(w.n + 2, sizeof *w.poll);
	if (!w.poll)
		return SVLINK_ERROR;
	for (size_t i = 0; i < w.n; i++)
		w.poll[i].fd = i % SVLINK_PARTS < l[i / SVLINK_PARTS].parts ? watched(part_of(l, i)) : -1;
	r = scanwait_run(&w, deadline, stopfd);
	e = errno;
	free(w.poll);
	errno = e;
	return (enum svlink_result)r;
}

static int
has_come(struct scanwait *w, size_t i)
{
	struct svlink_part *p = part_of(w->arg, i);
	char news[64];
	ssize_t n = read(p->listener.fd, news, sizeof news);

	p->done = n > 0 && memchr(news, 's', (size_t)n);
	w->poll[i].fd = watched(p);
	return 0;
}

enum svlink_result
svlink_wait(struct svlink *l, size_t n, int64_t deadline, int stopfd)
{
	return wait_for(l, n, "a", has_come, deadline, stopfd);
}

/* Has the kernel tell when the lock file at PATH is closed. */
static int
note(struct svlink_part *p, char const *path)
{
	p->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (p->watch < 0 || inotify_add_watch(p->watch, path, IN_CLOSE_WRITE) < 0)
		return -1;
	p->notes = 1;
	return 0;
}

/* Takes hold of the supervisor, if there is one. PATH: of its lock, or null. */
static int
hold(struct svlink_part *p, char const *path)
{
	int held = lock_owner(p->dirfd, SERVICEDIR_LOCK, &p->watch);

	if (held > 0 && p->watch < 0) {
		if (!path || note(p, path) < 0)
			return -1;
		/* has it been closed before we looked? */
		held = lock_test(p->dirfd, SERVICEDIR_LOCK, 0);
	}
	p->done = held == 0;
	return held < 0 ? -1 : 0;
}

static int
look_again(struct svlink_part *p)
{
	char notes[512];
	int held;

	if (!p->notes) {
		/* one that was killed may have a successor, which has to go as well */
		close(p->watch);
		p->watch = -1;
		return hold(p, 0);
	}
	while (read(p->watch, notes, sizeof notes) > 0)
		;
	held = lock_test(p->dirfd, SERVICEDIR_LOCK, 0);
	p->done = held == 0;
	return held < 0 ? -1 : 0;
}

static int
has_gone(struct scanwait *w, size_t i)
{
	int r = look_again(part_of(w->arg, i));

	w->poll[i].fd = watched(part_of(w->arg, i));
	return r;
}

void
svunlink_end(struct svlink *l)
{
	int e = errno;

	for (int i = 0; i < SVLINK_PARTS; i++) {
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
	for (unsigned int i = 0; i < l->parts; i++) {
		char path[PATH_MAX];

		if (path_join3(path, sizeof path, l->path, i ? LOG : ".", SERVICEDIR_LOCK) < 0
			|| hold(l->part + i, path) < 0)
			return -1;
	}
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
