/*
 * one.h - what s6-ftrig-wait and s6-ftrig-listen1 do alike: they wait for one
 * event directory, with one expression.
 */

#ifndef EVENT_ONE_H
#define EVENT_ONE_H

#include <stdint.h>

#include <sextet/ftrig.h>

/* Takes the options: -t sets DEADLINE (clock.h). Subscribes to the fifodir and
   with the expression that come first among the operands, and returns these;
   dies with USAGE when there are fewer than LEAST. */
extern char const *const *ftrig_one_begin(struct ftrig *t, int64_t *deadline,
	int argc, char const *const *argv, char const *usage, int least);

/* Prints what was heard. Dies when that fails. */
extern void ftrig_one_print(struct ftrig *t);

#endif
