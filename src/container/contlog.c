/* contlog.c - the catch-all logger and prefixes, made */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/account.h>
#include <sextet/filereplace.h>
#include <sextet/listdir.h>
#include <sextet/path.h>
#include <sextet/statedir.h>
#include <sextet/statemake.h>
#include <sextet/tree.h>

#include "contlog.h"
#include "initrun.h"

/* Where the log is: in the first of these that can be written, or below the state
   directory. The other one leads there. */
#define LASTING "/var/log/s6-uncaught-logs"
#define VOLATILE "/run/uncaught-logs"
#define BELOW "uncaught-logs"
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static int
put(int dir, char const *file, char const *text)
{
	return filereplace_rename(dir, file, text, strlen(text), 0644);
}

int
contlog_prefixer(int dir, char const *name, char const *text)
{
	int fd = openat(dir, name, OPEN_DIR | O_NOFOLLOW), r, e;

	if (fd < 0)
		return -1;
	r = put(fd, INITRUN_PREFIX, text) < 0 || initrun_install(fd, "run") < 1 ? -1 : 0;
	e = errno;
	close(fd);
	errno = e;
	return r;
}

/* Whom the logger runs as. */
static void
user(struct container const *c, uid_t *uid, gid_t *gid)
{
	*uid = geteuid();
	*gid = getegid();
	if (!c->set.catchall_user || *uid)
		return;
	if (account_user(c->set.catchall_user, uid, gid) != ACCOUNT_FOUND)
		strerr_warnw("no such user: ", c->set.catchall_user,
			" - the catch-all logger runs as the user of the container");
}

/* Gives what is in the log directory DIR, and it, to that user: it may be of one
   that the image had before. 0, -1. */
static int
give(char const *dir, uid_t uid, gid_t gid)
{
	int fd = open(dir, OPEN_DIR | O_NOFOLLOW), r = fd < 0 ? -1 : 0;
	struct listdir l;
	unsigned char type;
	char const *name;

	if (r == 0)
		r = listdir_start(&l, fd);
	while (r == 0 && (name = listdir_next(&l, &type)))
		r = fchownat(fd, name, uid, gid, AT_SYMLINK_NOFOLLOW);
	if (r == 0)
		r = fchown(fd, uid, gid);
	if (fd >= 0)
		close(fd);
	return r;
}

/* Makes DIR, in a directory that exists, a log directory of that user. 0, -1. */
static int
take(char const *dir, uid_t uid, gid_t gid)
{
	struct stat st;

	/* a link is ours, from a life in which the log was elsewhere */
	if (lstat(dir, &st) == 0 && S_ISLNK(st.st_mode) && unlink(dir) < 0)
		return -1;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -1;
	if (lstat(dir, &st) < 0)
		return -1;
	if ((st.st_uid != uid || st.st_gid != gid) && give(dir, uid, gid) < 0)
		return -1;
	if ((st.st_mode & 07777) != 02750 && chmod(dir, 02750) < 0)
		return -1;
	return access(dir, W_OK);
}

/* Finds a place for the log: its path to TO. 0, -1. */
static int
find_place(struct container const *c, char *to)
{
	uid_t uid;
	gid_t gid;

	user(c, &uid, &gid);
	if (mkdir("/var/log", 0755) < 0 && errno != EEXIST && errno != ENOENT)
		errno = 0;		/* told by the next step */
	if (take(LASTING, uid, gid) == 0) {
		memcpy(to, LASTING, sizeof LASTING);
		if (statedir_usual(c->statedir))
			statemake_link(LASTING, VOLATILE);
		return 0;
	}
	if (statedir_usual(c->statedir) && take(VOLATILE, uid, gid) == 0) {
		memcpy(to, VOLATILE, sizeof VOLATILE);
		return 0;
	}
	if (path_join(to, PATH_MAX, c->statedir, BELOW) < 0)
		return -1;
	return take(to, uid, gid);
}

/* The open FIFO for those who write: a reader is there, or the open would wait
   for one. s6-init is it until it becomes s6-svscan. */
static int
open_fifo(int dir)
{
	if (mkfifoat(dir, INITRUN_FIFO, 0600) < 0
		|| openat(dir, INITRUN_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC) < 0)
		return -1;
	return openat(dir, INITRUN_FIFO, O_WRONLY | O_CLOEXEC);
}

int
contlog_reader(struct container const *c)
{
	char path[PATH_MAX];

	if (path_join3(path, sizeof path, c->scandir, CONTLOG_SERVICE, INITRUN_FIFO) < 0)
		return -1;
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* The service; PLACE is the log directory, or empty. The descriptor, -1. */
static int
make_service(struct container const *c, char const *place)
{
	char path[PATH_MAX];
	int dir, r = -1, e;

	if (path_join(path, sizeof path, c->scandir, CONTLOG_SERVICE) < 0
		|| tree_remove(AT_FDCWD, path) < 0 || mkdir(path, 0755) < 0)
		return -1;
	dir = open(path, OPEN_DIR | O_NOFOLLOW);
	if (dir < 0)
		return -1;
	if (put(dir, INITRUN_CATCHALL, place) == 0 && put(dir, "notification-fd", "3\n") == 0
		&& initrun_install(dir, "run") == 1)
		r = open_fifo(dir);
	e = errno;
	close(dir);
	if (r < 0)
		tree_remove(AT_FDCWD, path);
	errno = e;
	return r;
}

int
contlog_start(struct container *c)
{
	char place[PATH_MAX] = "";
	int fd;

	if (!c->set.logging && !c->set.log_prefix)
		return -1;
	if (c->set.logging && find_place(c, place) < 0) {
		strerr_warnwusys("make a log directory - all output goes to the console");
		c->set.logging = 0;
		return -1;
	}
	fd = make_service(c, place);
	if (fd < 0)
		strerr_warnwusys("make the catch-all logger - all output goes to the console");
	return fd;
}
