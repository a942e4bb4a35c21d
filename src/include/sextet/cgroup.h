/*
 * cgroup.h - a control group for the children of one (plumbing).
 *
 * Who is once in a group stays there, whoever its parent or session: so it is
 * found again by somebody who is no ancestor of it. Version 2 only, where it is
 * mounted and we may make groups below our own; else there is none.
 */

#ifndef SEXTET_CGROUP_H
#define SEXTET_CGROUP_H

#include <sys/types.h>

/* The group that belongs to the directory DIRFD, below our own group; MAKE: it
   is made when it is not there. A close-on-exec descriptor, -1 with errno. */
extern int cgroup_open(int dirfd, int make);

/* Moves the caller there: raw system calls only, fit for a newborn child. 0, -1
   with errno. */
extern int cgroup_join(int group);

/* How many live in it, -1 with errno; the pids of MAX of them go to LIST. Those in
   groups below it are not among them. */
extern ssize_t cgroup_members(int group, pid_t *list, size_t max);

/* Sends SIG to PID if it is a member. 0, -1 with errno. */
extern int cgroup_signal(int group, pid_t pid, int sig);

/* Kills all members, at once, and those of the groups below it. 0, -1 with errno
   (before Linux 5.14: ENOENT). */
extern int cgroup_kill(int group);

/* Removes the group of DIRFD and closes GROUP. One that has members stays. */
extern void cgroup_remove(int group, int dirfd);

#endif
