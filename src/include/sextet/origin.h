/*
 * origin.h - which boot and which PID namespace this is, asked once for a whole
 * tree (format).
 *
 * Each supervisor notes them with what it starts (child.h); to look them up costs
 * it a few new inodes of /proc. So the scanner tells its children, in their
 * environment:
 *
 *   SEXTET_ORIGIN=PID:BOOT:PIDNS
 *
 * PID is the scanner's, in decimal: who is no child of that process asks for
 * himself. BOOT is 32 lower case hexadecimal digits, PIDNS decimal, as in child.h;
 * where either is unknown nothing is told.
 */

#ifndef SEXTET_ORIGIN_H
#define SEXTET_ORIGIN_H

#include <stdint.h>

#include <skalibs/types.h>

#include <sextet/child.h>

#define ORIGIN_VARIABLE "SEXTET_ORIGIN"
#define ORIGIN_SIZE (sizeof ORIGIN_VARIABLE + PID_FMT + 2 * CHILD_BOOT + UINT32_FMT + 2)

struct origin {
	unsigned char boot[CHILD_BOOT];
	uint32_t pidns;
};

/* Writes the assignment for our children to TO[ORIGIN_SIZE]. 0; -1: nothing is known. */
extern int origin_tell(char *to);

/* What our parent told us, or else what /proc says. The variable is removed: it is
   for us. */
extern void origin_take(struct origin *o);

#endif
