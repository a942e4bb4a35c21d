/*
 * status.h - the state of a service, supervise/status (format).
 *
 *   offset size  field (big-endian)
 *        0   12  stamp       when it last went up or down
 *       12   12  readystamp  when its readiness last changed
 *       24    8  pid         of run while up, of finish while finishing, else 0
 *       32    2  wstat       wait status of the last run
 *       34    1  flags       1 paused, 2 finishing, 4 want up, 8 ready
 *
 * "paused" with neither pid nor "finishing" means: not started yet. The s6
 * releases 2.13.0 to 2.13.2 had 43 bytes, with an 8-byte pgid at offset 32;
 * we read both and write 35, always. Nothing is written when a supervisor
 * ends: look at the lock first.
 */

#ifndef SEXTET_STATUS_H
#define SEXTET_STATUS_H

#include <stddef.h>
#include <sys/types.h>
#include <skalibs/tai.h>

#define STATUS_SIZE 35
#define STATUS_SIZE_MAX 64	/* what a reader must offer to tell the layouts apart */
#define STATUS_FILE "status"

struct status {
	tain stamp;
	tain readystamp;
	pid_t pid;
	pid_t pgid;
	int wstat;
	unsigned paused : 1, finishing : 1, wantup : 1, ready : 1;
};

extern void status_pack(char *to, struct status const *st);

/* 0, or -1 with EPIPE (short) or EPROTO (an unknown layout, an impossible
   value). N is the file's size as far as STATUS_SIZE_MAX. */
extern int status_unpack(char const *from, size_t n, struct status *st);

/* Reads DIR/supervise/status. 0, or -1 with errno. */
extern int status_read(char const *dir, struct status *st);

/* Reads the file "status" of the open supervise directory. */
extern int status_readat(int supervisefd, struct status *st);

/* Replaces it, whole, with mode 0644 less the umask. 0, or -1 with errno. */
extern int status_write(int supervisefd, struct status const *st);

/* Is the run script's process there? / has it never been started? */
static inline int
status_up(struct status const *st)
{
	return st->pid && !st->finishing;
}

static inline int
status_never(struct status const *st)
{
	return !st->pid && !st->finishing && st->paused;
}

#endif
