/*
 * history.h - when a service died unasked, supervise/history, for its file
 * restart-limit (format).
 *
 * 8-byte big-endian records, oldest first: CLOCK_BOOTTIME in nanoseconds. Only
 * the supervisor writes and reads it; it is emptied at each boot, at a command
 * to start, and when the limit was reached.
 */

#ifndef SEXTET_HISTORY_H
#define SEXTET_HISTORY_H

#include <stdint.h>

#define HISTORY_FILE "history"
#define HISTORY_RECORD 8
#define HISTORY_MAX 4096	/* the greatest COUNT of a restart-limit */

/* Adds a death at NOW. Returns 1 when it makes COUNT (1 to HISTORY_MAX) of them
   within SECONDS, 0 when not, -1 with errno. What is too old to count is
   dropped from time to time. */
extern int history_add(int supervisefd, int64_t now, uint32_t count, uint32_t seconds);

/* Forgets all of them. 0, -1 with errno. */
extern int history_forget(int supervisefd);

#endif
