/*
 * priority.h - the <N> that begins a syslog message (format).
 *
 * N is 8 times the facility plus the severity, in decimal; "<13>" stands for
 * "user.notice".
 */

#ifndef SEXTET_PRIORITY_H
#define SEXTET_PRIORITY_H

#include <stddef.h>

#define PRIORITY_FMT 32

/* Reads the <N> at S[0..N). Returns its length, and writes "facility.severity: "
   to TO with its length in *FMT; 0 when there is none. */
extern size_t priority_scan(char const *s, size_t n, char *to, size_t *fmt);

#endif
