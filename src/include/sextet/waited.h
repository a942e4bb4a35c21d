/*
 * waited.h - how the programs that wait for services end: the same words and
 * exit codes for all. Like cli.h, this prints and exits.
 */

#ifndef SEXTET_WAITED_H
#define SEXTET_WAITED_H

#include <sextet/wait.h>

/* The most services that an exit code can count: 99 is the timeout. */
#define WAITED_MAX 98

/* wait_open, or death with 111. */
extern void waited_open(struct wait *w, char const *const *dirs, size_t n, char want);

/* Closes W and returns 0 when R says that what was wanted is so. Else dies: 99
   timeout, 111 error, the number of services that failed; ONE is the name of
   the only service, for a message about it and the code 1, or null. */
extern int waited_end(struct wait *w, enum wait_result r, char const *one);

#endif
