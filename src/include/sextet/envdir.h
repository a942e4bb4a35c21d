/*
 * envdir.h - a directory whose files are environment variables (format).
 *
 * The name of a file is the name of a variable, its first line the value,
 * without blanks (space, tab, carriage return) at its end. An empty file
 * removes the variable. Names that begin with a dot or hold a = do not count.
 */

#ifndef SEXTET_ENVDIR_H
#define SEXTET_ENVDIR_H

#include <sys/types.h>
#include <skalibs/stralloc.h>

enum envdir_flags {
	ENVDIR_VERBATIM = 1,	/* the whole file is the value, but for a last newline */
	ENVDIR_NOCHOMP = 2,	/* keep the blanks at the end; if verbatim, the last newline */
	ENVDIR_UNLIMITED = 4,	/* read more than the first ENVDIR_LIMIT bytes of a file */
	ENVDIR_EMPTY = 8	/* an empty file sets the variable to nothing */
};

#define ENVDIR_LIMIT 4095

/* Appends to CHANGES what the directory PATH asks for, in the form of
   environment.h, each null byte within a value replaced by NUL_IS, which may
   not be null. Returns the number of changes. On failure returns -1 with errno
   and leaves CHANGES as it was: ENOENT says that PATH itself does not exist; a
   dangling link within it is EIDRM. */
extern ssize_t envdir_read(char const *path, stralloc *changes, unsigned int flags, char nul_is);

#endif
