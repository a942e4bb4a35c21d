/* numbered.h - the lines that lines.c writes and account.c expects. */

#ifndef NUMBERED_H
#define NUMBERED_H

#include <stdio.h>
#include <string.h>

#define NUMBERED_MAX 119

/* Writes line I, with its newline and a NUL; returns its length. No line is
   the beginning of another one, nor is any part of one a line's beginning. */
static inline size_t
numbered(char *to, unsigned long i)
{
	size_t len = 20 + i * 7919 % 100;
	size_t n = (size_t)sprintf(to, "L%010lu:", i);

	memset(to + n, 'a' + (int)(i % 26), len - n - 1);
	to[len - 1] = '\n';
	to[len] = 0;
	return len;
}

#endif
