/*
 * svlink.h - put services into a scan directory, take them out, and wait until
 * their supervisors have come or gone (behaviour).
 *
 * Nothing is polled: a supervisor that starts says "s" in an event directory
 * to which we listen before the link is there; one that ends is held by a
 * pidfd, or where there are none its lock file's closing is (inotify). A service
 * with a logger has two supervisors. A signal is the caller's to handle: stopfd, if not -1, is a
 * descriptor whose being readable ends the wait.
 */

#ifndef SEXTET_SVLINK_H
#define SEXTET_SVLINK_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include <sextet/event.h>
#include <sextet/scanwait.h>

#define SVLINK_PARTS 2		/* the service, its logger */

struct svlink_part {
	struct event_listener listener;
	int watch;		/* svunlink: pidfd of the supervisor, or an inotify */
	int dirfd;		/* svunlink: the service directory */
	unsigned done : 1;	/* its supervisor has come, or gone */
	unsigned made_down : 1;
	unsigned notes : 1;	/* watch is an inotify */
};

struct svlink {
	char const *scandir;	/* the caller's, as are the next two */
	char const *servicedir;	/* svunlink: not used */
	char const *name;
	char path[PATH_MAX];	/* after an error: what it is about */
	unsigned parts;		/* 1, or 2 with a logger, 0 when there is nothing to wait for */
	unsigned linked : 1;	/* we have made the link */
	struct svlink_part part[SVLINK_PARTS];
};

/* Can NAME be that of a service in a scan directory? */
extern int svlink_name(char const *name);

#define SVLINK_PUBLIC 1U	/* event directories are for everybody */
#define SVLINK_FORCE 2U		/* even those that exist already */
#define SVLINK_DOWN 4U		/* start the supervisors, not the services */
#define SVLINK_STAYDOWN 8U	/* and leave the file "down" there */

enum svlink_result {
	SVLINK_ERROR = SCANWAIT_ERROR,		/* errno, path */
	SVLINK_DONE = SCANWAIT_DONE,
	SVLINK_TIMEOUT = SCANWAIT_TIMEOUT,
	SVLINK_NOSCAN = SCANWAIT_NOSCAN,
	SVLINK_STOPPED = SCANWAIT_STOPPED,
	SVLINK_SUPERVISED = 4,		/* it has a supervisor already */
	SVLINK_NOTEXECUTABLE = 5,	/* path: run, or */
	SVLINK_NOTDIRECTORY = 6		/* log */
};

/* Looks whether l->servicedir can be linked, and sets the rest of *L. DONE,
   ERROR, SUPERVISED (then there is but the link to make, and nothing to wait
   for), NOTEXECUTABLE, NOTDIRECTORY. */
extern enum svlink_result svlink_check(struct svlink *l);

/* Makes the event directories, listens there, makes "down" if FLAGS say so, and
   the link (a link to the same directory that is there already will do). DONE
   or ERROR, and then nothing is left of it. */
extern enum svlink_result svlink_add(struct svlink *l, unsigned int flags);

/* Tells the s6-svscan of the N links, all of one scan directory, and waits until
   all their supervisors have started. DONE TIMEOUT NOSCAN STOPPED ERROR. */
extern enum svlink_result svlink_wait(struct svlink *l, size_t n, int64_t deadline, int stopfd);

/* Stops listening and, with SVLINK_DOWN, removes "down". */
extern void svlink_end(struct svlink *l, unsigned int flags);

/* Undoes svlink_add, and what s6-svscan made of it. */
extern void svlink_undo(struct svlink *l);

/* Takes hold of the supervisors of l->name, and removes the link. DONE; ERROR,
   and then it is still there. A link that leads nowhere, or none, is no error. */
extern enum svlink_result svunlink_remove(struct svlink *l);

/* Tells the s6-svscan, as above, to stop what has no link any more, and waits
   for the end of the N services' supervisors. DONE TIMEOUT NOSCAN (then nobody
   stops them, and they were not waited for) STOPPED ERROR. */
extern enum svlink_result svunlink_wait(struct svlink *l, size_t n, int64_t deadline, int stopfd);

/* Lets go. */
extern void svunlink_end(struct svlink *l);

#endif
