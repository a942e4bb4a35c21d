/*
 * wait.h - wait until services are up, down, ready or restarted (behaviour).
 *
 * What is waited for:
 *   u U   up; up and ready
 *   d D   down; down and ready to be started (its finish has ended)
 *   r R   as u and U, but after it has been down since wait_open
 *
 * A service that nobody supervises is never up: its record may be stale. It is
 * down when no living process is on record. Else a supervisor may come, and
 * adopt or start it. If none comes within WAIT_GRACE and there is no deadline,
 * the service counts as failed, as it does
 *   - when its supervisor exits on purpose (event x) and what is wanted is not so;
 *   - when it fails permanently (event O) and up is wanted.
 * A new start or a new supervisor makes good for it.
 *
 * Where no pidfd tells of a supervisor's death, the closing of its lock file
 * does (inotify); where there is no inotify either, a look once a second.
 */

#ifndef SEXTET_WAIT_H
#define SEXTET_WAIT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <sextet/observe.h>

#define WAIT_GRACE INT64_C(5000000000)	/* ns, as in clock.h */

struct wait_service {
	struct observed o;
	char want;		/* may be changed from U to u, or R to r, before wait_run */
	unsigned need_down : 1;	/* must be seen down, or up, before it can count */
	unsigned need_up : 1;
	unsigned failed : 1;
	unsigned done : 1;	/* wait.latch: it was down */
	unsigned skipped : 1;
	unsigned noted : 1;	/* inotify looks after it */
	unsigned char counted;	/* what it is in wait.count */
};

struct wait {
	struct wait_service *services;
	size_t n;
	int latch;		/* the caller's: d and D are reached once for all, even if
				   it goes up again before the others are down */
	char const *action;	/* after an error: "unable to ACTION DIR" */
	char const *dir;
	size_t count[4];	/* of services: waiting, reached, failed, skipped */
	int epoll;
	int inotify;
	struct rlimit limit;	/* of descriptors, as we found it */
};

enum wait_result {
	WAIT_ERROR = -1,	/* errno */
	WAIT_REACHED = 0,
	WAIT_TIMEOUT = 1,
	WAIT_FAILED = 2		/* all that can come has come: see wait_failures */
};

/* Follows the N services DIRS. A directory that was never supervised is down
   and ready; waiting for anything else there is an error, ENOENT. 0, or -1
   with errno, w->action and w->dir, and nothing to close. */
extern int wait_open(struct wait *w, char const *const *dirs, size_t n, char want);

/* The N commands CMDS are about to be sent to service I: what follows from them
   must be seen before its state counts. A command that ends the process (d D r
   and the signals that people send for that) makes up mean up *again*; one
   that starts it (u U o) makes down mean down *again*. */
extern void wait_command(struct wait *w, size_t i, char const *cmds, size_t n);

/* Does not wait for service I. */
extern void wait_skip(struct wait *w, size_t i);

/* Is service I in the wanted state, as far as is known? */
extern int wait_reached(struct wait const *w, size_t i);

/* Thousands of services need thousands of descriptors: wait_open raises the
   soft limit, this restores it until wait_run. To be called before starting a
   program, which would inherit it. */
extern void wait_usual_limit(struct wait *w);

/* Waits for all services (ANY: for one; with r and R for all to be down and
   one to be up again). */
extern enum wait_result wait_run(struct wait *w, int any, int64_t deadline);

/* How many have failed. */
extern size_t wait_failures(struct wait const *w);

/* Removes the FIFOs, restores the limit. What is closed, or could not be opened, may be
   closed again, and waits for nothing. */
extern void wait_close(struct wait *w);

#endif
