/*
 * upgrade.h - a daemon executes itself anew: the program file that bears its
 * name now takes over, in the same process (behaviour).
 *
 * First the file is run as a child, with the state (handover.h) of this moment
 * and the same arguments: it has to say, by its exit code, that it understands it. So a
 * missing, broken or foreign file is found out while nothing has happened yet;
 * one that knows nothing of this finds the daemon's lock taken, and exits with
 * something else. Then this process executes it, and the descriptors that were
 * handed over stay open. Locks, children, pending and blocked signals, the
 * working directory and the pid stay by nature of exec.
 */

#ifndef SEXTET_UPGRADE_H
#define SEXTET_UPGRADE_H

#include <sextet/handover.h>

struct upgrade {
	char const *program;		/* the name of the handover */
	char const *file;
	char const *const *argv;	/* as it was started */
	void (*carry)(struct handover *h, void *arg);	/* its items */
	void *arg;
};

enum upgrade_result {
	UPGRADE_ERROR,		/* errno */
	UPGRADE_REFUSED		/* *WSTAT: how the program file ended when it was asked */
};

/* Returns only when that cannot be done; then all is as before. It takes five
   seconds at most. The caller has no other thread. */
extern enum upgrade_result upgrade_run(struct upgrade const *u, int *wstat);

#endif
