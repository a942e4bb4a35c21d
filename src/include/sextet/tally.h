/*
 * tally.h - the death tally, supervise/death_tally (format).
 *
 * 14-byte records, oldest first: label (12 bytes, tai64n.h), exit code, signal.
 * Killed by signal s: code 128 + s, signal s. A file of another size is
 * invalid and counts as empty.
 */

#ifndef SEXTET_TALLY_H
#define SEXTET_TALLY_H

#include <stddef.h>
#include <sys/types.h>
#include <skalibs/tai.h>

#define TALLY_FILE "death_tally"
#define TALLY_RECORD 14
#define TALLY_DEFAULT 100
#define TALLY_MAX 4096

struct death {
	tain stamp;
	unsigned char exitcode;
	unsigned char signal;
};

extern void tally_pack(char *to, struct death const *d);
extern void tally_unpack(char const *from, struct death *d);

/* The record of wait status WSTAT at STAMP. */
extern void tally_death(struct death *d, tain const *stamp, int wstat);

/* Reads DIR/supervise/death_tally into D, at most MAX records, the newest when
   there are more. Returns how many, or -1 with errno (ENOENT: DIR was never
   supervised). errno also tells why there are 0: ENOENT when there is no file,
   EBADMSG when it is invalid (then it is truncated, if we may), else 0. */
extern ssize_t tally_read(char const *dir, struct death *d, size_t max);

/* Replaces DIR/supervise/death_tally by an empty one. 0, -1 with errno. */
extern int tally_clear(char const *dir);

/* The writer's side: FD as opened by tally_open. Returns a descriptor for
   appending, -1 with errno. EMPTY: forget what is there. */
extern int tally_open(int supervisefd, int empty);

/* Appends D and keeps the newest MAX records (0: records nothing). The file is
   rewritten, and *FD replaced, only when it is full. 0, -1 with errno. */
extern int tally_append(int supervisefd, int *fd, struct death const *d, unsigned int max);

/* The newest record of FD, as opened by tally_open. 1, 0 when there is none,
   -1 with errno. */
extern int tally_last(int fd, struct death *d);

#endif
