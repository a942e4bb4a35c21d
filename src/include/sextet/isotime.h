/*
 * isotime.h - dates and times as people write them (format).
 *
 *   YYYY-MM-DD HH:MM:SS.nnnnnnnnn
 *
 * in local time, as TZ and the C library's zone data have it, or in UTC. A leap
 * second is written as :60. Years beyond 9999 have more digits.
 */

#ifndef SEXTET_ISOTIME_H
#define SEXTET_ISOTIME_H

#include <stddef.h>
#include <stdint.h>
#include <skalibs/tai.h>

#define ISOTIME_FMT 48		/* the longest text */

/* Remembers the last second that it wrote: most lines of a log share it. Must
   begin as all zeros, but for utc. */
struct isotime {
	int utc;
	uint64_t second;	/* of text, 0: none yet */
	size_t len;
	char text[ISOTIME_FMT];
};

/* Lays out T in iso->text, without a NUL. Returns its length, 0 for times that
   cannot be written: before 1970, beyond the C library's calendar, or with a
   billion nanoseconds. */
extern size_t isotime_fmt(struct isotime *iso, tain const *t);

/* Reads the whole of S: YYYY-MM-DD, then perhaps a blank or T and HH:MM or
   HH:MM:SS or HH:MM:SS.fraction, then perhaps Z, +HH:MM or -HH:MM. Without
   zone it is UTC or local time, as asked. Returns 1, or 0 when S is no such
   text. */
extern int isotime_scan(char const *s, int utc, tain *t);

#endif
