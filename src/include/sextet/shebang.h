/*
 * shebang.h - running a script that the kernel will not: one that is not
 * executable, or lies where nothing may be executed (plumbing).
 */

#ifndef SEXTET_SHEBANG_H
#define SEXTET_SHEBANG_H

#include <stddef.h>

#define SHEBANG_SIZE 256	/* what of the first line counts, as for the kernel */

struct shebang {
	char line[SHEBANG_SIZE];
	char const *argv[3];	/* interpreter, its argument if any, null */
	size_t argc;
};

/* Reads the first line of PATH: "#! interpreter [argument]", the argument being
   the rest of the line without blanks at its ends. ARGV points into LINE.
   1, 0 when there is no such line, -1 with errno. */
extern int shebang_read(char const *path, struct shebang *s);

#endif
