/*
 * child.h - what a supervisor knows of its child, kept for its successor:
 * supervise/child (format).
 *
 *   offset size  field (big-endian)
 *        0    4  "sxc1"
 *        4    1  stage       see below
 *        5    1  flags       1 orderly, 2 want up, 4 ready, 8 listening,
 *                            16 asked, 32 unknown
 *        6    2  quick       deaths in a row that came soon after the start
 *        8    4  pid         of run or finish, as the supervisor saw it
 *       12    4  pidns       inode of the supervisor's PID namespace, 0 unknown
 *       16    8  t0          CLOCK_BOOTTIME in ns before the child was made;
 *                            once run died: when, in ns of TAI since 1970
 *       24    8  t1          when it lived: it started between t0 and t1
 *       32    8  inode       of the child's pidfd, 0 unknown
 *       40   16  boot        this boot's random id, 0 unknown
 *       56    2  wstat       wait status of the last run
 *       58    2  error       why it could not be executed
 *       60    4  checksum    FNV-1a of the 60 bytes before
 *
 * 64 zero bytes: there never was a child. The file is also a lock (flock, so
 * its mode is 0600: whoever may open it could hold the lock). The supervisor
 * holds it for life, and its newborn child until exec, whose first act is to
 * write the record: so whoever gets the lock finds a record of the child, or
 * there is none. It is rewritten in place with one write: no reader but the
 * lock's next holder needs it whole, and a full disk cannot refuse it.
 */

#ifndef SEXTET_CHILD_H
#define SEXTET_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#define CHILD_FILE "child"
#define CHILD_SIZE 64
#define CHILD_BOOT 16

/* The stages of a life. A successor goes on with what comes next. */
enum child_stage {
	CHILD_NONE,		/* no child, and nothing left to be done */
	CHILD_RUN,		/* pid is run */
	CHILD_UNBORN,		/* ./run could not be executed: error */
	CHILD_DEAD,		/* run died with wstat: to be counted */
	CHILD_COUNTED,		/* and it is in the tally: finish is next */
	CHILD_FINISH,		/* pid is finish */
	CHILD_STAGES
};

struct child {
	enum child_stage stage;
	unsigned orderly : 1;	/* the supervisor ended on purpose */
	unsigned wantup : 1;
	unsigned ready : 1;	/* says that it is ready; while listening: about to be read */
	unsigned listening : 1;	/* has a descriptor to do so, and has not yet */
	unsigned asked : 1;	/* was told to end */
	unsigned unknown : 1;	/* nobody knows how it ended: wstat is a guess */
	uint16_t quick;
	pid_t pid;
	uint32_t pidns;
	int64_t t0;
	int64_t t1;
	uint64_t inode;
	unsigned char boot[CHILD_BOOT];
	int wstat;
	int error;
};

extern void child_pack(char *to, struct child const *c);

/* 0, or -1 with EPROTO: not such a record, or one that was damaged. */
extern int child_unpack(char const *from, struct child *c);

/* Opens the file in the open directory supervise, making it if needed, and
   waits for its lock: only an unborn child of a killed supervisor can hold it,
   and not for long. *OWNER is whose file it is: somebody else than we may have
   written anything there, and may do so still. A descriptor, -1 with errno. */
extern int child_take(int supervisefd, uid_t *owner);

/* Replaces the file of FD, as child_take opened it, by one of our own that holds C
   and is locked. The new descriptor, and FD is closed; -1 with errno. */
extern int child_renew(int supervisefd, int fd, struct child const *c);

/* Reads the record of that descriptor. 0, -1 with errno (EPROTO as above). */
extern int child_read(int fd, struct child *c);

/* Rewrites it. Fit for the hook of spawn.h. 0, -1 with errno. */
extern int child_write(int fd, struct child const *c);

/* Reads the record of the service directory DIR, without its lock: good for a
   hint only. *OWNER (null: no matter) is whose file it is. 0, -1 with errno. */
extern int child_peek(char const *dir, struct child *c, uid_t *owner);

/* May a record of OWNER's be believed of the process PID? Somebody else than we
   could have written anything into it: then the process must be his, who could
   signal it himself. */
extern int child_believed(pid_t pid, uid_t owner);

/* This boot's id, and the inode of our PID namespace; zeros when unknown. */
extern void child_boot(unsigned char *boot);
extern uint32_t child_pidns(void);

/* May C be a record of a child that we could see: same boot, same namespace,
   not from the future (NOW: clock_boot)? What is unknown counts as the same. */
extern int child_credible(struct child const *c, unsigned char const *boot,
	uint32_t pidns, int64_t now);

#endif
