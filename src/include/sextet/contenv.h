/*
 * contenv.h - the environment of a container, kept as files (format).
 *
 * STATEDIR/container_environment (0755) holds one file (0644) a variable: its
 * value and a newline. Scripts add to it, most without the newline: exactly one
 * newline is cut from the end of a file, if there is one. The rest is the value,
 * lines and blanks and all, however long it is; it may be empty. Names that
 * begin with a dot or hold a = are no variables.
 */

#ifndef SEXTET_CONTENV_H
#define SEXTET_CONTENV_H

#include <sys/types.h>

/* Makes DIR hold the variables of ENVP, and no others: a new directory takes
   its place, so that no reader sees half of it; what is in DIR's way is removed,
   a link too. Of two variables of one name the first counts, as for getenv.
   Returns how many cannot be files (a slash in the name, a dot at its start,
   more than 255 bytes), or -1 with errno; then DIR is as it was. */
extern ssize_t contenv_dump(char const *dir, char const *const *envp);

/* The environment that DIR holds: an array ended by null, which lives as long
   as the process does. Null bytes in a value are newlines. Null with errno:
   ENOENT says that there is no DIR; a dangling link in it is EIDRM. */
extern char const **contenv_read(char const *dir);

/* Does the variable NAME of ENVP say yes: is it a number other than 0? Any
   other text, none or no such variable is no. */
extern int contenv_yes(char const *const *envp, char const *name);

#endif
