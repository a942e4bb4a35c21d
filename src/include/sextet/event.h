/*
 * event.h - event directories, "fifodirs": who wants to hear what happens
 * makes a FIFO in one, who has news writes it to all of them (format).
 *
 *   directory  03730 and a group: its members may listen; 01733: everybody
 *   listener   ftrig1:LABEL:XXXXXX (39 bytes), a FIFO, 0622, the listener's
 *              own; with a dot in front until it is ready to hear
 *
 * A listener that is gone leaves a FIFO without a reader (ENXIO): the next
 * notifier removes it. News for a FIFO that is full are lost, for it alone.
 *
 * What s6-supervise says, always after status was written:
 *   s supervisor started   u up   U ready   d died, finish runs   D down
 *   O permanent failure (before its D)      x supervisor exits
 */

#ifndef SEXTET_EVENT_H
#define SEXTET_EVENT_H

#include <stddef.h>
#include <sys/types.h>

#define EVENT_NAME 39	/* length of a listener's name */

struct event_listener {
	int fd;			/* poll and read it: non-blocking; a writer too, so never EOF */
	int dirfd;
	char name[EVENT_NAME + 1];
};
#define EVENT_LISTENER_NONE { -1, -1, { 0 } }

/* Makes the fifodir PATH (relative to DIRFD, which may be AT_FDCWD): group GID
   and 03730, or 01733 for everybody when GID is (gid_t)-1. When it exists:
   ENOTDIR or EACCES unless it is a directory, and ours; with FORCE its mode
   (and its group, unless for everybody) are set, else left. 0, -1 with errno. */
extern int event_mkdir(int dirfd, char const *path, gid_t gid, int force);

/* Opens the fifodir PATH for event_notify and event_clean. */
extern int event_open(int dirfd, char const *path);

/* Writes EVENTS[0..N) to every listener of the open fifodir, never blocking;
   removes the FIFOs of dead ones. SIGPIPE must be ignored by the caller. 0, or
   -1 with errno when the directory cannot be read or a listener could not be
   told for lack of descriptors or memory; the others are told all the same. */
extern int event_notify(int fd, char const *events, size_t n);

/* Removes the FIFOs of dead listeners; and after a minute the hidden ones of those
   that died while they made theirs. Results as event_notify. */
extern int event_clean(int fd);

/* Subscribes to the fifodir PATH: news from now on can be read from l->fd.
   Read any state that events tell changes of after this. 0, -1 with errno. */
extern int event_listen(struct event_listener *l, int dirfd, char const *path);

/* Removes the FIFO and closes. Idempotent. */
extern void event_unlisten(struct event_listener *l);

#endif
