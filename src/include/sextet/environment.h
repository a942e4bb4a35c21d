/*
 * environment.h - the environment handed to the next program (plumbing).
 *
 * A change is a string: NAME=VALUE sets the variable, NAME alone removes it.
 * All entries of that name go, so that no duplicate shadows the new value.
 * Names are compared as bytes; entries without = are kept as they are unless
 * they are, whole, a changed name.
 */

#ifndef SEXTET_ENVIRONMENT_H
#define SEXTET_ENVIRONMENT_H

#include <stddef.h>

/* ENVP with the N changes that stand one after the other in CHANGES, each with
   its closing null; of two changes of one name the last counts. Takes time
   proportional to the sizes. Returns a new array, ended by a null pointer, of
   pointers into ENVP's strings and CHANGES; free() it if ever. Null: ENOMEM. */
extern char const **environment_change(char const *const *envp, char const *changes, size_t n);

/* Removes NAME from ENVP in place; allocates nothing. */
extern void environment_remove(char const **envp, char const *name);

#endif
