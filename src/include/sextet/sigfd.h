/*
 * sigfd.h - signals as something to poll (plumbing).
 *
 * A signalfd: no handler runs, and who died is told with SIGCHLD. The signals
 * are blocked from sigfd_open on; spawn.h unblocks them in children, and
 * whoever execs in place must call sigfd_close first.
 */

#ifndef SEXTET_SIGFD_H
#define SEXTET_SIGFD_H

#include <signal.h>
#include <sys/types.h>

/* Blocks the signals of SET and returns a descriptor that tells of them:
   non-blocking, close-on-exec. -1 with errno. */
extern int sigfd_open(sigset_t const *set);

/* The next signal, with the pid it came from (who died for SIGCHLD, where
   several may have merged into one; 0 when unknown). 0 when there is none,
   -1 with errno. */
extern int sigfd_read(int fd, pid_t *from);

/* Closes FD and unblocks every signal. */
extern void sigfd_close(int fd);

/* Opens one for the signals that ask a program to end, HUP INT QUIT TERM, less
   those that are ignored: for a program that has something to tidy up first. */
extern int sigfd_open_end(void);

/* Dies of SIGNAL, as if it had never been blocked. */
extern void sigfd_die(int fd, int signal) __attribute__((noreturn));

#endif
