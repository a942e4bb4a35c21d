/*
 * failing.h - why a service is not what it should be, supervise/failing
 * (format).
 *
 * A text of one line, without its newline, at most FAILING_MAX bytes, in the
 * words of a message: "unable to spawn ./run: No such file or directory",
 * "permanent failure: finish exited 125". The file is absent when all is well.
 * Only s6-supervise writes it; s6-svstat shows it.
 */

#ifndef SEXTET_FAILING_H
#define SEXTET_FAILING_H

#include <stddef.h>

#define FAILING_FILE "failing"
#define FAILING_MAX 255

/* Records REASON (cut to FAILING_MAX, newlines become '?'); null: all is well.
   0, -1 with errno. */
extern int failing_write(int supervisefd, char const *reason);

/* Reads the reason of the service directory DIR into TO[FAILING_MAX + 1].
   1 there is one, 0 there is none, -1 with errno. */
extern int failing_read(char const *dir, char *to);

#endif
