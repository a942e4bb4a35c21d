/*
 * notification.h - how a service says that it is ready (format).
 *
 * It writes a newline, anything may stand before it, to the descriptor that
 * its file notification-fd names. Behind that descriptor is the FIFO
 * supervise/readiness, opened for reading and writing: so the service gets no
 * SIGPIPE while nobody reads, and what it says then waits for the next
 * supervisor. Where no FIFO can be made it is a pipe, as upstream's.
 */

#ifndef SEXTET_NOTIFICATION_H
#define SEXTET_NOTIFICATION_H

#define NOTIFICATION_FIFO "readiness"

enum notification {
	NOTIFICATION_ERROR = -1,	/* errno tells */
	NOTIFICATION_NOTHING = 0,	/* no newline yet */
	NOTIFICATION_READY = 1,
	NOTIFICATION_CLOSED = 2		/* nobody holds the other end any more */
};

/* Makes the channel for a new instance: *READER, kept from the last one or -1,
   becomes the end to poll (close-on-exec, non-blocking), *WRITER the one for
   the service (close-on-exec, blocking), to be closed once it is spawned. When
   somebody else still holds the old channel a fresh one is made, so that a
   leftover cannot announce the new instance. 0, or -1 with errno: then *READER
   is as before, or -1. */
extern int notification_open(int supervisefd, int *reader, int *writer);

/* The reading end of a FIFO that a predecessor made. -1 with errno. */
extern int notification_reopen(int supervisefd);

/* Is there something to be read? 1; 0 no; -1 no, and nobody holds the other end
   any more. */
extern int notification_waits(int reader);

/* Reads once. */
extern enum notification notification_read(int reader);

#endif
