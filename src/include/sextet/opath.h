/*
 * opath.h - changing a file that is held by a descriptor opened with O_PATH
 * (plumbing).
 *
 * Such a descriptor can be had of a file that may not be read, and of a device
 * or FIFO without waking it; once it is held, no name leads elsewhere any more.
 */

#ifndef SEXTET_OPATH_H
#define SEXTET_OPATH_H

#include <sys/types.h>

/* Opens NAME in DIRFD; a link itself, unless FOLLOW. A descriptor, or -1 with
   errno. */
extern int opath_open(int dirfd, char const *name, int follow);

/* 0, or -1 with errno. An id of -1 is left as it is. */
extern int opath_chown(int fd, uid_t uid, gid_t gid);

/* 0, or -1 with errno: ENOSYS on a kernel before 6.6 without /proc. FD is no
   link. */
extern int opath_chmod(int fd, mode_t mode);

#endif
