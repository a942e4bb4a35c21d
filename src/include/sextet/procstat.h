/*
 * procstat.h - what /proc tells of a process (plumbing).
 */

#ifndef SEXTET_PROCSTAT_H
#define SEXTET_PROCSTAT_H

#include <stdint.h>
#include <sys/types.h>

#define PROCSTAT_HZ 100		/* ticks a second of `start`, on every kernel */

struct procstat {
	char state;		/* R S D T Z X ...; Z has exited, T is stopped */
	pid_t ppid;
	pid_t pgrp;
	pid_t session;
	uint64_t start;		/* ticks of CLOCK_BOOTTIME at its start */
	int wstat;		/* Z only, and 0 when we may not trace it */
};

/* Reads /proc/PID/stat. 0, or -1 with errno: ESRCH no such process (or /proc
   hides it, or is not mounted: procstat_works tells). */
extern int procstat_read(pid_t pid, struct procstat *ps);

/* The same from the text of such a file. 0, -1 with EPROTO. */
extern int procstat_parse(char const *text, struct procstat *ps);

/* Does PID ignore SIGNAL? A process that catches it does not. 1, 0, or -1 when it
   cannot be told. */
extern int procstat_ignores(pid_t pid, int signal);

/* Is /proc there and ours: does it know this very process? */
extern int procstat_works(void);

#endif
