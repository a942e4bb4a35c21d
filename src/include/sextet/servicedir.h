/*
 * servicedir.h - every file of a service directory, who writes it and who
 * reads it (format).
 *
 *   name                    kind              written by      read by, when
 *   run                     executable        the user        s6-supervise, each start
 *   finish                  executable        the user        s6-supervise, each death
 *   down                    any               user, s6-svc    s6-supervise once; s6-svstat
 *   notification-fd         number            the user        s6-supervise, each start
 *   lock-fd                 number            the user        s6-supervise, each start
 *   timeout-kill            ms                the user        s6-supervise, each stop
 *   flag-timeout-killpg     any               the user        s6-supervise, at that timeout
 *   timeout-finish          ms                the user        s6-supervise, each finish
 *   max-death-tally         number            the user        s6-supervise, each death
 *   down-signal             signal            the user        s6-supervise, each stop
 *   reload-signal           signal            the user        s6-supervise, s6-svc -l
 *   flag-newpidns           any               the user        s6-supervise, each start
 *   restart-delay           ms                the user        s6-supervise, each death
 *   restart-delay-max       ms                the user        s6-supervise, each death
 *   restart-limit           COUNT/SECONDS     the user        s6-supervise, each death
 *   ends-container          word              the user        s6-supervise, each death
 *   flag-kill-leftovers     any               the user        s6-supervise, each death
 *   timeout-kill-leftovers  ms                the user        s6-supervise, each sweep
 *   log/                    service directory the user        s6-svscan
 *   event/                  fifodir           s6-supervise    listeners (event.h)
 *   supervise/              directory         s6-supervise:
 *     lock                  lock file                         everybody (lock.h)
 *     control               FIFO              s6-svc          s6-supervise (control.h)
 *     control-x             FIFO              s6-svc          s6-supervise (control.h)
 *     status                35 bytes          s6-supervise    s6-svstat (status.h)
 *     death_tally           14-byte records   s6-supervise    s6-svdt (tally.h)
 *     child                 64 bytes          s6-supervise    its successor (child.h)
 *     failing               text              s6-supervise    s6-svstat (failing.h)
 *     ended                 "CODE PID"        s6-supervise    s6-svscan (ends-container;
 *                                             (its own pid)   before that pid dies)
 *     service-lock          lock file         s6-setlock      with lock-fd
 *
 * A one-value file is read up to 11 bytes (15 for signals), without blocking;
 * it ends at the first newline, and all of that must parse. It is read anew at
 * each use, so that an edit works without a restart.
 */

#ifndef SEXTET_SERVICEDIR_H
#define SEXTET_SERVICEDIR_H

#include <stddef.h>
#include <stdint.h>

#define SERVICEDIR_SUPERVISE "supervise"
#define SERVICEDIR_EVENT "event"
#define SERVICEDIR_LOCK "supervise/lock"

/* Results of the readers below. */
enum servicedir_value {
	SERVICEDIR_INVALID = -1,	/* errno tells: EINVAL for bad content */
	SERVICEDIR_ABSENT = 0,
	SERVICEDIR_FOUND = 1
};

/* The number in the file NAME of DIRFD. *VALUE is untouched unless FOUND. */
extern enum servicedir_value servicedir_uint(int dirfd, char const *name, uint32_t *value);

/* The signal, by name (any case, SIG optional) or number. */
extern enum servicedir_value servicedir_signal(int dirfd, char const *name, int *signal);

/* COUNT/SECONDS, both at least 1. */
extern enum servicedir_value servicedir_limit(int dirfd, char const *name,
	uint32_t *count, uint32_t *seconds);

/* The first line, NUL-terminated. INVALID with EINVAL when it has SIZE - 1
   bytes or more. */
extern enum servicedir_value servicedir_text(int dirfd, char const *name, char *to, size_t size);

/* Does NAME exist in DIRFD, of whatever kind? A dangling link does not. 1, 0, -1
   with errno when it cannot be told. */
extern int servicedir_has(int dirfd, char const *name);

/* Is the service directory DIR supervised: is supervise/lock held? 1 yes, 0 no
   (or no such directory), -1 with errno. */
extern int servicedir_supervised(char const *dir);

#endif
