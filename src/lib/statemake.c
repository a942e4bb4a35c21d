/* statemake.c - see sextet/statemake.h */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <sextet/path.h>
#include <sextet/statemake.h>

#define NAME "s6"

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

/* Makes DIR ours with MODE. What is there already will do if it is a directory
   that is ours, or that we can make ours. */
static int
own(char const *dir, mode_t mode)
{
	struct stat st;

	if (mkdir(dir, mode) < 0) {
		if (errno != EEXIST || lstat(dir, &st) < 0)
			return -1;
		if (!S_ISDIR(st.st_mode)) {
			if (unlink(dir) < 0 || mkdir(dir, mode) < 0)
				return -1;
		}
	}
	if (lstat(dir, &st) < 0)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if (st.st_uid != geteuid() && lchown(dir, geteuid(), getegid()) < 0)
		return -1;
	if ((st.st_mode & 07777) != mode && chmod(dir, mode) < 0)
		return -1;
	return access(dir, W_OK | X_OK);
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

static int
given(char *to, size_t size, char const *dir)
{
	if (dir[0] != '/' || strlen(dir) >= size) {
		errno = dir[0] == '/' ? ENAMETOOLONG : EINVAL;
		return -1;
	}
	strcpy(to, dir);
	return own(to, 0755);
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
	if (errno != EPERM && errno != EEXIST && errno != ENOTDIR)
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
		if (private(to, size, *t) == 0)
			return STATEMAKE_PRIVATE;
	return STATEMAKE_NOWHERE;
}

int
statemake_empty(char const *statedir)
{
	return rmstar(statedir);
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
	} else if (rmstar(dir) < 0) {
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
	if (rm_rf(link) < 0 && errno != ENOENT)
		return -1;
	return symlink(target, link);
}
