/*
 * ftrig.h - waiting until what is heard in fifodirs matches (behaviour).
 *
 * Everything heard since the subscription is kept in one text, and the regular
 * expression (POSIX extended) is searched in that text each time something
 * arrives; so an empty one matches the first event. A NUL, which no regular
 * expression can match, is left out. A text that grows over FTRIG_MAX bytes
 * without a match is an error: somebody floods us.
 */

#ifndef SEXTET_FTRIG_H
#define SEXTET_FTRIG_H

#include <regex.h>
#include <stddef.h>
#include <stdint.h>

#include <sextet/event.h>

#define FTRIG_MAX 1048576

struct ftrig {
	struct event_listener listener;
	regex_t regex;
	char *text;		/* what was heard, NUL-terminated; null at first */
	size_t len;
	size_t size;
	int matched;
};

/* Subscribes to the fifodir DIR. 0, or -1 with errno: EINVAL for an expression
   that is none. */
extern int ftrig_listen(struct ftrig *t, char const *dir, char const *regex);

enum ftrig_result {
	FTRIG_ERROR = -1,	/* errno tells; EMSGSIZE: flooded */
	FTRIG_TIMEOUT = 0,	/* errno is ETIMEDOUT */
	FTRIG_MATCHED = 1,
	FTRIG_SIGNAL = 2	/* FD is readable */
};

/* Waits until all N of T match, or with ANY one of them, or until DEADLINE
   (clock.h), or until FD (-1 for none) is readable. */
extern enum ftrig_result ftrig_poll(struct ftrig *t, size_t n, int any, int64_t deadline, int fd);

/* The whole wait of a program that does nothing else: as ftrig_poll, and then
   unsubscribes. A signal that asks to end (sigfd.h) kills as usual, but after
   the FIFOs are gone. Never FTRIG_SIGNAL. */
extern enum ftrig_result ftrig_wait(struct ftrig *t, size_t n, int any, int64_t deadline);

/* Unsubscribes all N, keeping errno and what was heard. */
extern void ftrig_leave(struct ftrig *t, size_t n);

/* Unsubscribes and frees. */
extern void ftrig_end(struct ftrig *t);

#endif
