/*
 * recover.c - a log directory's start, whatever the last logger left in it,
 * and its remaking when it is removed while in use. See log.h.
 *
 *   current       executable by its owner: closed in order, appended to;
 *                 else its logger was killed: archived as .u
 *   previous      taken out of service, not archived yet: archived as .u,
 *                 unless
 *   processed     is executable: what the processor made of previous, whole:
 *                 archived as .s instead of previous; else removed
 *   processing    what the processor puts out: removed
 *
 * While the processor runs, processed is a second name of previous: a logger of
 * upstream's finds it executable and archives it as .s. Else it would archive
 * both previous and current as .u, give them the same name, and refuse to start.
 */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <skalibs/strerr.h>

#include <sextet/clock.h>
#include <sextet/lock.h>

#include "log.h"

/* Lines of two loggers must not meet in one: ends the last line of FD. */
static uint64_t
mend(int fd)
{
	struct stat st;
	char c = '\n';

	if (fstat(fd, &st) < 0)
		return 0;
	if (st.st_size && pread(fd, &c, 1, st.st_size - 1) == 1 && c != '\n'
			&& write(fd, "\n", 1) == 1)
		return (uint64_t)st.st_size + 1;
	return (uint64_t)st.st_size;
}

int
log_dir_current(struct log_dir *d, uint64_t *size)
{
	int fd = openat(d->dirfd, "current", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		return -1;
	/* from now on it is not whole */
	fchmod(fd, d->conf->mode);
	*size = mend(fd);
	return fd;
}

static int
exists(struct log_dir const *d, char const *file, struct stat *st)
{
	return !fstatat(d->dirfd, file, st, AT_SYMLINK_NOFOLLOW);
}

/* Is what the processor made of previous there, and whole? */
static int
has_result(struct log_dir const *d)
{
	struct stat made, raw;

	return exists(d, "processed", &made) && made.st_mode & S_IXUSR
		&& !(exists(d, "previous", &raw) && raw.st_ino == made.st_ino);
}

static void
salvage(struct log_dir *d, char const *file, char suffix)
{
	int fd = openat(d->dirfd, file, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0) {
		if (suffix == 'u')
			mend(fd);
		fsync(fd);
		close(fd);
	}
	if (log_archive(d, file, suffix) < 0)
		strerr_diefusys(111, "archive ", d->name, "/", file);
	fsync(d->dirfd);	/* the best that can be done */
}

static void
recover(struct log_dir *d)
{
	struct stat st;
	int clean = exists(d, "current", &st) && st.st_mode & S_IXUSR;
	int strays = exists(d, "previous", &st);
	int fd;

	unlinkat(d->dirfd, "processing", 0);
	if (!clean) {
		unlinkat(d->dirfd, "state", 0);
		unlinkat(d->dirfd, "newstate", 0);
	}
	if (has_result(d)) {
		if (unlinkat(d->dirfd, "previous", 0) < 0 && errno != ENOENT)
			strerr_diefusys(111, "unlink ", d->name, "/previous");
		salvage(d, "processed", 's');
	} else {
		unlinkat(d->dirfd, "processed", 0);
		if (strays)
			salvage(d, "previous", 'u');
	}
	if (clean && !strays)
		return;
	if (!clean)
		salvage(d, "current", 'u');
	log_archive_trim(d);
	fd = openat(d->dirfd, "state", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		close(fd);
}

/* Opens the directory, made where it is missing, and locks it. Returns what
   could not be done, with errno, or null. */
static char const *
enter(char const *name, int *dirfd, int *lockfd)
{
	if (mkdir(name, S_ISGID | 0700) < 0 && errno != EEXIST)
		return "mkdir ";
	*dirfd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dirfd < 0)
		return "open ";
	*lockfd = lock_take(*dirfd, "lock", 0666, 0);
	if (*lockfd < 0) {
		int e = errno;

		close(*dirfd);
		errno = e;
		return e == EBUSY ? "lock " : "open ";
	}
	return 0;
}

void
log_dir_open(struct log_dir *d, struct log_target const *t, struct log_conf const *conf,
	struct log_journal *j)
{
	char const *failed;

	*d = (struct log_dir){ .conf = conf, .name = t->name, .lim = t->lim, .fd = -1,
		.oldfd = -1, .front = LOG_OPENING, .rotate_at = CLOCK_NEVER,
		.journal = j };
	failed = enter(t->name, &d->dirfd, &d->lockfd);
	if (failed)
		strerr_diefusys(111, failed, t->name, *failed == 'm' ? "" : "/lock");
	if (!j->dirs)
		log_journal_find(j, d);
	log_journal_restore(j, d);
	if (log_archive_newest(d) < 0)
		strerr_diefusys(111, "list ", t->name);
	recover(d);
	if (d->lim.period)
		d->rotate_at = clock_now() + d->lim.period * CLOCK_S;
	d->out.dir = d;
	d->out.max = conf->backlog;
}

int
log_dir_is(struct log_dir const *d, char const *name)
{
	struct stat a, b;

	return !stat(name, &a) && !fstat(d->dirfd, &b) && a.st_ino == b.st_ino
		&& a.st_dev == b.st_dev;
}

/* Copies FROM to the end of TO. */
static int
copy(int from, int to)
{
	char buf[8192];
	off_t at = 0;
	ssize_t r;

	while ((r = pread(from, buf, sizeof buf, at)) > 0) {
		for (ssize_t done = 0, w; done < r; done += w)
			if ((w = write(to, buf + done, (size_t)(r - done))) <= 0)
				return -1;
		at += r;
	}
	return r < 0 ? -1 : 0;
}

int
log_dir_remake(struct log_dir *d)
{
	uint64_t size;
	int dirfd, lockfd;
	int fd = log_dir_current(d, &size);

	if (fd < 0 && errno == ENOENT && !enter(d->name, &dirfd, &lockfd)) {
		close(d->lockfd);
		close(d->dirfd);
		d->dirfd = dirfd;
		d->lockfd = lockfd;
		fd = log_dir_current(d, &size);
	}
	if (fd < 0)
		return -1;
	if (copy(d->fd, fd) < 0 || (d->journal->on && log_journal_moved(d->journal, d, fd) < 0)) {
		int e = errno;

		unlinkat(d->dirfd, "current", 0);
		close(fd);
		errno = e;
		return -1;
	}
	close(d->fd);
	d->fd = fd;
	return 0;
}
