/*
 * lock.h - lock files: one daemon for a directory (format).
 *
 * DIR/supervise/lock, DIR/.s6-svscan/lock and a log directory's lock are empty
 * files under a POSIX record lock (fcntl, F_WRLCK, the whole file), held for
 * the daemon's life. "Is it running?" is F_GETLK. Such a lock dies with *any*
 * close of that file by its holder: open it once only.
 */

#ifndef SEXTET_LOCK_H
#define SEXTET_LOCK_H

#include <sys/types.h>

/* Opens NAME in DIRFD (made with MODE less the umask when missing) and locks
   it. Returns the descriptor, close-on-exec, or -1 with errno: EBUSY when
   somebody else holds the lock, and then *OWNER is his pid (0 when that is in
   a PID namespace that we cannot see). OWNER may be null. */
extern int lock_take(int dirfd, char const *name, mode_t mode, pid_t *owner);

/* Is NAME in DIRFD (AT_FDCWD: any path) locked by another process? Returns 1
   with its pid in *OWNER (as above), 0 when not or when there is no such file
   (ENOENT, ENOTDIR), -1 with errno. */
extern int lock_test(int dirfd, char const *name, pid_t *owner);

/* The same, but *PIDFD becomes a descriptor of the process that holds the lock
   (pidfd.h), or -1 where there are none or it is in another PID namespace. */
extern int lock_owner(int dirfd, char const *name, int *pidfd);

#endif
