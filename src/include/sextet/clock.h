/*
 * clock.h - monotonic time and waiting until a deadline (plumbing).
 *
 * A moment is an int64_t: nanoseconds of CLOCK_MONOTONIC. Steps of the wall
 * clock do not touch it. What is stored in files is wall-clock time: tai64n.h.
 */

#ifndef SEXTET_CLOCK_H
#define SEXTET_CLOCK_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_NEVER INT64_MAX
#define CLOCK_MS INT64_C(1000000)
#define CLOCK_S INT64_C(1000000000)

/* Now. */
extern int64_t clock_now(void);

/* Now on CLOCK_BOOTTIME, which also counts time asleep: what the kernel
   stamps processes with. */
extern int64_t clock_boot(void);

/* Now plus MS milliseconds; CLOCK_NEVER for 0 milliseconds, which stand for
   "no limit" in every option and file of the suite. */
extern int64_t clock_deadline(uint32_t ms);

/* ppoll until DEADLINE. Returns the number of ready entries, 0 at the
   deadline, -1 with errno (never EINTR: it goes on waiting). */
extern int clock_poll(struct pollfd *fds, size_t n, int64_t deadline);

/* The same for who must not end. Where the kernel refuses to poll (no memory, a
   limit of descriptors below N) it waits for a tenth of a second and marks all
   entries as readable, so that each is looked at; -1 with errno, which is worth
   a word. */
extern int clock_poll_anyway(struct pollfd *fds, size_t n, int64_t deadline);

#endif
