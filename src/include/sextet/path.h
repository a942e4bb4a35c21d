/*
 * path.h - building path names without allocation (plumbing).
 */

#ifndef SEXTET_PATH_H
#define SEXTET_PATH_H

#include <limits.h>
#include <stddef.h>

/* Writes A, a slash, B and a NUL to TO. Returns the length, or -1 with
   ENAMETOOLONG when that is SIZE or more. */
extern int path_join(char *to, size_t size, char const *a, char const *b);

/* As path_join with three parts. */
extern int path_join3(char *to, size_t size, char const *a, char const *b, char const *c);

/* The last part of PATH: after its last slash. */
extern char const *path_base(char const *path);

#endif
