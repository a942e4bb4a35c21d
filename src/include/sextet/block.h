/*
 * block.h - blocks in an argument vector (format).
 *
 * execlineb(1) turns   prog { a { b } } rest   into the words
 *
 *   "prog"  " a"  "  b"  " "  ""  "rest"
 *
 * Each word of a block has one leading blank, of a block in a block two, and so
 * on; an empty word, with the blanks of its own depth, ends the block. A
 * program takes its own block apart and leaves inner ones, which then look as
 * its own did, to whom they are for. Typed by hand, without blanks, a block is
 * understood too, as long as it has no block within.
 */

#ifndef SEXTET_BLOCK_H
#define SEXTET_BLOCK_H

#include <stddef.h>

/* The number of words of the block that ARGV begins with, which ARGV[result]
   ends; -1 when nothing ends it. *BARE is the index of the first word without
   its blank, or the result when there is none. */
extern int block_length(char const *const *argv, int *bare);

/* WORD as its program sees it: without the blank. */
static inline char const *
block_word(char const *word)
{
	return word + (*word == ' ');
}

#endif
