/*
 * program.h - finding a program by its name, as cli_exec does (plumbing).
 *
 * For callers that spawn and do not exec: spawn.h takes a path. A name with a
 * slash is a path already. Others are looked for in PATH, or in /usr/bin:/bin
 * when there is none; empty parts of PATH mean nothing, not the current
 * directory.
 */

#ifndef SEXTET_PROGRAM_H
#define SEXTET_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

#include <sextet/spawn.h>

/* Writes to TO the path of an executable file called NAME. Returns its length,
   or -1 with errno: ENOENT, EACCES when there were only files that we may not
   execute, ENAMETOOLONG. */
extern int program_find(char *to, size_t size, char const *name);

/* spawn_simple of ARGV[0], found so, with the present environment. */
extern pid_t program_spawn(char const *const *argv, struct spawn_move const *moves, size_t n,
	unsigned int flags);

#endif
