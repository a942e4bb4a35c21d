/*
 * birth.h - when a file was made (plumbing). An inode number may come back
 * for another file; together with this it does not.
 */

#ifndef SEXTET_BIRTH_H
#define SEXTET_BIRTH_H

#include <stdint.h>

/* The moment at which NAME in DIRFD was made, in nanoseconds since 1970; an
   empty NAME stands for DIRFD itself. 0 when that is not known here. Does not
   follow a link. */
extern uint64_t birth_of(int dirfd, char const *name);

#endif
