/*
 * pidfd.h - holding on to a process, whether it is our child or not (plumbing).
 *
 * A pid may be used anew after its process was reaped; a pidfd stays with the
 * process. Kernels before 5.3, and filters, have none (ENOSYS): callers then
 * do with the pid.
 */

#ifndef SEXTET_PIDFD_H
#define SEXTET_PIDFD_H

#include <stdint.h>
#include <sys/types.h>

/* A close-on-exec descriptor for the process PID: POLLIN when it has exited.
   -1 with errno: ESRCH none has that pid, ENOSYS (also for a filter's EPERM)
   there are no pidfds here. */
extern int pidfd_of(pid_t pid);

/* Sends SIG (0: only asks). 0, -1 with errno. */
extern int pidfd_signal(int fd, int sig);

/* Has it exited? A zombie has. 1, 0, -1 with errno. */
extern int pidfd_exited(int fd);

/* A number that no other process of this boot has, or 0 where the kernel knows
   none (before 6.9). */
extern uint64_t pidfd_inode(int fd);

/* The wait status of a process that has exited, reaped by whoever or not; PID
   is its pid. Returns 1, or 0 when nobody can tell any more: before Linux
   6.15 once it was reaped, or without the right to look. Never waits. */
extern int pidfd_wstat(int fd, pid_t pid, int *wstat);

/* A copy (close-on-exec) of that process's descriptor N, or -1 with errno. Needs
   Linux 5.6 and the right to trace it. */
extern int pidfd_copy(int fd, int n);

/* Its parent, as we know it: 0 when that is in no namespace of ours, -1 when it
   cannot be told (before Linux 6.13). */
extern pid_t pidfd_parent(int fd);

#endif
