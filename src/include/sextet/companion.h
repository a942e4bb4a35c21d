/*
 * companion.h - a process of ours that stays beside the program that we become
 * (behaviour).
 *
 * A chain program that has something to do while its program runs forks a
 * companion, and then executes the program as if nothing had happened. The
 * companion ends when the program does: it holds a pidfd of it. Where the
 * kernel has none it listens to the events of the service, and the current
 * directory must be a supervised service directory.
 */

#ifndef SEXTET_COMPANION_H
#define SEXTET_COMPANION_H

#include <sextet/event.h>

struct companion {
	int fd;				/* to poll for reading */
	int by_event;
	struct event_listener listener;
};

enum companion_result {
	COMPANION_ERROR = -1,	/* errno tells */
	COMPANION_PROGRAM = 0,	/* we are the one that executes the program */
	COMPANION_ITSELF = 1	/* we are the companion */
};

/* Forks. TWICE: as a grandchild, so that the program gets no child that it does
   not know of, and has no zombie of it later. C may be null: then the companion
   does not learn of the program's death. */
extern enum companion_result companion_fork(struct companion *c, int twice);

/* The companion's: c->fd was readable. Is the program dead? */
extern int companion_bereft(struct companion *c);

/* The companion's, before it exits. */
extern void companion_end(struct companion *c);

#endif
