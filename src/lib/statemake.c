/* statemake.c - see sextet/statemake.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/listdir.h>
#include <sextet/path.h>
#include <sextet/statedir.h>
#include <sextet/statemake.h>
#include <sextet/tree.h>

#define NAME "s6"
#define MARK ".sextet"		/* in a place that is not the usual one: it is for us */
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

void
statemake_usual(struct statemake_places *p, char const *given)
{
	p->given = given;
	p->run = p->mount = "/run";
	p->var = "/var/run";
	p->temporary[0] = "/dev/shm";
	p->temporary[1] = "/tmp";
	p->temporary[2] = 0;
}

int
statemake_exposed(char const *dir)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return -1;
	if (st.st_mode & S_ISVTX)
		return 0;
	if (!(st.st_mode & S_IWOTH) && (st.st_uid == geteuid() || !st.st_uid))
		return 0;
	/* with the sticky bit an entry is its owner's and the directory's owner's */
	if (!geteuid() && !st.st_uid)
		return chmod(dir, (st.st_mode & 07777) | S_ISVTX) < 0;
	return 1;
}

/* Makes the open directory FD ours with MODE. */
static int
dress(int fd, mode_t mode)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || (st.st_uid != geteuid() && fchown(fd, geteuid(), getegid()) < 0))
		return -1;
	return (st.st_mode & 07777) == mode ? 0 : fchmod(fd, mode);
}

/* Makes DIR ours with MODE. What is there already will do if it is a directory
   that is ours, or that we can make ours. It is held open meanwhile: who had it
   may put a link in its place. */
static int
own(char const *dir, mode_t mode)
{
	int fd = -1, r, e;

	if (mkdir(dir, mode) == 0 || errno == EEXIST)
		fd = open(dir, OPEN_DIR);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP)
		&& unlink(dir) == 0 && mkdir(dir, mode) == 0)
		fd = open(dir, OPEN_DIR);
	if (fd < 0)
		return -1;
	r = dress(fd, mode);
	e = errno;
	close(fd);
	errno = e;
	return r < 0 ? -1 : access(dir, W_OK | X_OK);
}

/* The directory s6 in TOP. */
static int
below(char *to, size_t size, char const *top)
{
	int exposed;

	if (!top || path_join(to, size, top, NAME) < 0)
		return -1;
	exposed = statemake_exposed(top);
	return exposed < 0 ? -1 : own(to, exposed ? 0700 : 0755);
}

/* Is there nothing in DIR, or not even DIR? 1, 0, -1 with errno. */
static int
vacant(char const *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	struct listdir l;
	unsigned char type;

	if (fd < 0)
		return errno == ENOENT ? 1 : -1;
	r = listdir_start(&l, fd) < 0 ? -1 : !listdir_next(&l, &type);
	if (r == 1 && errno)
		r = -1;
	close(fd);
	return r;
}

static int
mark(char const *dir)
{
	char path[PATH_MAX];
	int fd = -1;

	if (path_join(path, sizeof path, dir, MARK) >= 0)
		fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : close(fd);
}

/* May DIR be emptied? Not when somebody keeps something else there. */
static int
for_us(char const *dir)
{
	char path[PATH_MAX];
	int r;

	if (!strcmp(dir, STATEDIR_USUAL) || !strcmp(dir, STATEDIR_OLD)
		|| (path_join(path, sizeof path, dir, MARK) >= 0 && access(path, F_OK) == 0))
		return 1;
	r = vacant(dir);
	if (!r)
		errno = ENOTEMPTY;
	return r > 0;
}

static int
given(char *to, size_t size, char const *dir)
{
	if (dir[0] != '/' || strlen(dir) >= size) {
		errno = dir[0] == '/' ? ENAMETOOLONG : EINVAL;
		return -1;
	}
	if (!for_us(dir) || own(dir, 0755) < 0 || mark(dir) < 0)
		return -1;
	strcpy(to, dir);
	return 0;
}

/* A directory with the same name in each life, so that they do not pile up; or
   another one if somebody sits on that name. */
static int
private(char *to, size_t size, char const *top)
{
	char name[sizeof NAME "-XXXXXX" + UINT_FMT] = NAME "-";
	size_t len = strlen(name);

	name[len + uint_fmt(name + len, geteuid())] = 0;
	if (path_join(to, size, top, name) < 0)
		return -1;
	if (own(to, 0700) == 0)
		return 0;
	if (errno != EPERM && errno != EACCES && errno != EEXIST && errno != ENOTDIR)
		return -1;
	if (path_join(to, size, top, NAME "-XXXXXX") < 0)
		return -1;
	return mkdtemp(to) ? 0 : -1;
}

enum statemake
statemake_find(char *to, size_t size, struct statemake_places const *p)
{
	if (p->given)
		return given(to, size, p->given) < 0 ? STATEMAKE_NOWHERE : STATEMAKE_GIVEN;
	if (p->run && below(to, size, p->run) == 0)
		return STATEMAKE_RUN;
	if (p->var && below(to, size, p->var) == 0)
		return STATEMAKE_VAR;
	if (p->mount
		&& mount("tmpfs", p->mount, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0
		&& below(to, size, p->mount) == 0)
		return STATEMAKE_MOUNTED;
	for (char const *const *t = p->temporary; *t; t++)
		if (private(to, size, *t) == 0 && mark(to) == 0)
			return STATEMAKE_PRIVATE;
	return STATEMAKE_NOWHERE;
}

static int
empty(int fd)
{
	struct listdir l;
	unsigned char type;
	char const *name;

	if (listdir_start(&l, fd) < 0)
		return -1;
	while ((name = listdir_next(&l, &type)))
		if (strcmp(name, MARK) && tree_remove(fd, name) < 0)
			return -1;
	return errno ? -1 : 0;
}

int
statemake_empty(char const *statedir)
{
	int fd = open(statedir, OPEN_DIR), r, e;

	if (fd < 0)
		return -1;
	r = empty(fd);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
statemake_directory(char const *dir)
{
	struct stat st;

	if (lstat(dir, &st) < 0) {
		if (errno != ENOENT)
			return -1;
	} else if (!S_ISDIR(st.st_mode)) {
		if (unlink(dir) < 0)
			return -1;
	} else if (statemake_empty(dir) < 0) {
		return -1;
	}
	return own(dir, 0755);
}

int
statemake_link(char const *target, char const *link)
{
	struct stat there, wanted;

	/* the same thing by another way, such as /var/run being a link to /run */
	if (lstat(link, &there) == 0 && lstat(target, &wanted) == 0
		&& there.st_dev == wanted.st_dev && there.st_ino == wanted.st_ino)
		return 0;
	if (symlink(target, link) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	if (tree_remove(AT_FDCWD, link) < 0)
		return -1;
	return symlink(target, link);
}
