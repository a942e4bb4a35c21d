/*
 * bootphase.h - how far a container has come: STATEDIR/phase (format).
 *
 * One word and a newline: boot, run, failed or stop. It only goes forward, in
 * this order: a boot that ends while the stop has begun says nothing more. A
 * file phase.lock (0600), locked with flock, orders those who write.
 */

#ifndef SEXTET_BOOTPHASE_H
#define SEXTET_BOOTPHASE_H

enum bootphase {
	BOOTPHASE_ERROR = -1,	/* errno: ENOENT, EPROTO for another word */
	BOOTPHASE_BOOT = 0,	/* scripts run, services are not all started */
	BOOTPHASE_RUN = 1,	/* the boot is over */
	BOOTPHASE_FAILED = 2,	/* a step of it failed, and it went no further */
	BOOTPHASE_STOP = 3,	/* the container is being stopped */
	BOOTPHASES
};

extern enum bootphase bootphase_read(char const *statedir);

/* Sets it: BOOT always (the container starts), another one when it is later
   than what is there. 1, 0 when that is as late or later, -1 with errno. */
extern int bootphase_set(char const *statedir, enum bootphase phase);

/* The word for PHASE. */
extern char const *bootphase_word(enum bootphase phase);

#endif
