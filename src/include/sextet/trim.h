/*
 * trim.h - giving back memory before a long sleep (plumbing).
 */

#ifndef SEXTET_TRIM_H
#define SEXTET_TRIM_H

/* Gives back the pages of the stack that deeper calls have used: a daemon that
   sleeps keeps those of its main loop only. Costs one system call. */
extern void trim_stack(void);

#endif
