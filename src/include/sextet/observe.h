/*
 * observe.h - follow the state of one service (behaviour).
 *
 * First a FIFO in its event directory, then the state on record, then one
 * event after the other: nothing is missed, nothing is polled. A supervisor
 * that dies without its last word (kill -9) is noticed by a pidfd.
 *
 * The caller polls two descriptors: listener.fd, whose bytes are for
 * observe_event, and watch, which is readable when it is time for
 * observe_look. Each call may replace watch.
 */

#ifndef SEXTET_OBSERVE_H
#define SEXTET_OBSERVE_H

#include <stdint.h>

#include <sextet/event.h>

struct observed {
	char const *dir;	/* the caller's */
	unsigned up : 1;	/* run is there */
	unsigned ready : 1;	/* up: has said so; down: can be started */
	unsigned blind : 1;	/* watch is -1, though there is something to watch */
	unsigned stale : 1;	/* what is on record could not be read: look again soon */
	int64_t alone;		/* since then nobody supervises it; CLOCK_NEVER: somebody does */
	int watch;		/* pidfd of the supervisor, or of the last process when alone */
	struct event_listener listener;
};

enum observe_result {
	OBSERVE_ERROR = -1,	/* errno; nothing to close */
	OBSERVE_NEVER = 0,	/* was never supervised: down, ready, no descriptors */
	OBSERVE_OPEN = 1
};

/* Begins to follow DIR. *ACTION: a literal that says what failed, as in
   "unable to ACTION DIR". */
extern enum observe_result observe_open(struct observed *o, char const *dir, char const **action);

/* What the byte C of the listener says: applied to up and ready. */
extern void observe_event(struct observed *o, char c);

/* Looks at the lock, and at what is on record if that is stale. When nobody
   supervises it (alone), a process on record keeps the state as it was, and is
   watched; with none it is down and ready. 0, or -1 with errno and nothing changed. */
extern int observe_look(struct observed *o);

extern void observe_close(struct observed *o);

#endif
