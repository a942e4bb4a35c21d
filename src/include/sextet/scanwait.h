/*
 * scanwait.h - tell an s6-svscan to do something, and wait until it has
 * (behaviour).
 *
 * What shows that it has is the caller's: descriptors to poll. An s6-svscan
 * that dies meanwhile has SCANWAIT_GRACE to be replaced by another one, which
 * is told again.
 */

#ifndef SEXTET_SCANWAIT_H
#define SEXTET_SCANWAIT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#define SCANWAIT_GRACE INT64_C(5000000000)	/* ns, as in clock.h */

enum scanwait_result {
	SCANWAIT_ERROR = -1,	/* errno */
	SCANWAIT_DONE = 0,
	SCANWAIT_TIMEOUT = 1,	/* errno is ETIMEDOUT */
	SCANWAIT_NOSCAN = 2,	/* none runs on the scan directory */
	SCANWAIT_STOPPED = 3	/* stopfd is readable */
};

struct scanwait {
	char const *scandir;
	char const *cmds;	/* scandir.h */
	size_t n;		/* how many descriptors there are to wait for */
	struct pollfd *poll;	/* room for n + 2; the first N are the caller's, -1 for none */
	/* poll[i] is ready: puts -1 there when that is done, or another one.
	   0, or -1 with errno. */
	int (*look)(struct scanwait *w, size_t i);
	void *arg;		/* look's */
};

/* Waits until all of poll[0..n) are -1, or until DEADLINE, or until STOPFD (-1:
   none) is readable. */
extern enum scanwait_result scanwait_run(struct scanwait *w, int64_t deadline, int stopfd);

#endif
