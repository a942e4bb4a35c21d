/*
 * tai64n.h - wall-clock time labels (format).
 *
 *   binary  12 bytes: 8-byte seconds, 4-byte nanoseconds, big-endian
 *   text    25 bytes: '@', then the same 12 bytes in lowercase hexadecimal
 *
 * Seconds are TAI: 2^62 + 10 + leap seconds since 1972 + Unix time. The leap
 * table is skalibs', so that all tools of a system agree. A label read from a
 * file may lie in the future: the clock may have been set back.
 */

#ifndef SEXTET_TAI64N_H
#define SEXTET_TAI64N_H

#include <stddef.h>
#include <stdint.h>
#include <skalibs/tai.h>

#define TAI64N_PACK 12
#define TAI64N_FMT 25

/* The wall clock's time. Cannot fail on a system that has a clock; yields the
   epoch otherwise. */
extern void tai64n_now(tain *t);

extern void tai64n_pack(char *to, tain const *t);
extern void tai64n_unpack(char const *from, tain *t);

/* Writes TAI64N_FMT bytes and no NUL; returns TAI64N_FMT. */
extern size_t tai64n_fmt(char *to, tain const *t);

/* Reads a label at FROM (hexadecimal in either case). Returns TAI64N_FMT, or 0
   when there is none. Stops at the first wrong byte, so a NUL protects. */
extern size_t tai64n_scan(char const *from, tain *t);

/* Whole seconds from THEN to NOW, 0 when THEN is later. */
extern uint64_t tai64n_age(tain const *then, tain const *now);

#endif
