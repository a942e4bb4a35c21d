/*
 * fdlimit.h - room for many descriptors (plumbing).
 */

#ifndef SEXTET_FDLIMIT_H
#define SEXTET_FDLIMIT_H

#include <sys/resource.h>

/* Raises the soft limit of descriptors to N, or as far as the hard limit lets
   it. OLD is what fdlimit_restore brings back: for a program about to be
   started, which inherits the limit. The descriptors above it stay open. */
extern void fdlimit_raise(rlim_t n, struct rlimit *old);
extern void fdlimit_restore(struct rlimit const *old);

#endif
