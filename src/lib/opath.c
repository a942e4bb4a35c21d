/* opath.c - see sextet/opath.h */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/opath.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

#define FDS "/proc/self/fd/"

int
opath_open(int dirfd, char const *name, int follow)
{
	return openat(dirfd, name, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
}

int
opath_chown(int fd, uid_t uid, gid_t gid)
{
	return fchownat(fd, "", uid, gid, AT_EMPTY_PATH);
}

int
opath_chmod(int fd, mode_t mode)
{
	char path[sizeof FDS + INT_FMT] = FDS;

	if (syscall(SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH) == 0)
		return 0;
	/* EPERM is also what some containers' filters say of a call that they do
	   not know */
	if (errno != ENOSYS && errno != EPERM && errno != EINVAL && errno != EOPNOTSUPP)
		return -1;
	path[sizeof FDS - 1 + int_fmt(path + sizeof FDS - 1, fd)] = 0;
	if (chmod(path, mode) == 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		errno = ENOSYS;
	return -1;
}
