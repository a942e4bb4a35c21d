/*
 * alive.h - is the process that a status file names still there? (behaviour)
 *
 * A supervisor knows. This is for others, who have two files: status with a
 * bare pid, and child (child.h), which says when and where that pid was true.
 */

#ifndef SEXTET_ALIVE_H
#define SEXTET_ALIVE_H

#include <sys/types.h>

enum alive {
	ALIVE_GONE,
	ALIVE_YES,
	ALIVE_ELSEWHERE,	/* the pid is of another PID namespace: cannot be told */
	ALIVE_SEEMS_GONE,	/* no record we may read (upstream's supervisors make */
	ALIVE_SEEMS_SO		/* none): judged by the bare pid */
};

/* PID: that of DIR's status, above 0. Changes nothing, sends nothing. */
extern enum alive alive_check(char const *dir, pid_t pid);

#endif
