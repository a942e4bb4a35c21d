/*
 * alive.h - is the process that a status file names still there? (behaviour)
 *
 * A supervisor knows. This is for others, who have two files: status with a
 * bare pid, and child (child.h), which says when and where that pid was true.
 */

#ifndef SEXTET_ALIVE_H
#define SEXTET_ALIVE_H

#include <sys/types.h>

#include <sextet/status.h>

enum alive {
	ALIVE_GONE,
	ALIVE_YES,
	ALIVE_ELSEWHERE,	/* the pid is of another PID namespace: cannot be told */
	ALIVE_SEEMS_GONE,	/* no record we may read (upstream's supervisors make */
	ALIVE_SEEMS_SO		/* none): judged by the bare pid */
};

/* PID: that of DIR's status, above 0. Changes nothing, sends nothing. */
extern enum alive alive_check(char const *dir, pid_t pid);

enum alive_status {
	ALIVE_STANDS,		/* nothing speaks against it */
	ALIVE_CORRECTED,	/* it was out of date: its supervisor knows better, and
				   could not write it, or is about to */
	ALIVE_UNNOTICED		/* its process is gone, and the supervisor does not know */
};

/* ST was just read as DIR's status: does it say "up" of a process that is gone?
   Then it is made true: by the record where that is ahead, or down, with the wait
   status of an end that nobody saw (0xff00). What the record does not tell has
   happened now. Costs one kill(pid, 0) when all is well. */
extern enum alive_status alive_correct(char const *dir, struct status *st);

#endif
