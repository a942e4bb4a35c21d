/*
 * nowait.h - writing without waiting to a descriptor that others share (plumbing).
 *
 * O_NONBLOCK belongs to the open file, not to the descriptor: setting it would
 * change the life of every process that has the same pipe or terminal. So each
 * single write is made not to wait, by what the file and the kernel offer.
 */

#ifndef SEXTET_NOWAIT_H
#define SEXTET_NOWAIT_H

#include <sys/types.h>
#include <sys/uio.h>

enum nowait { NOWAIT_FILE, NOWAIT_PIPE, NOWAIT_SOCKET, NOWAIT_POLL };

/* How to write to FD. */
extern enum nowait nowait_kind(int fd);

/* As writev; -1 with EAGAIN instead of waiting. *KIND is what nowait_kind
   said, and changes when the kernel turns out not to know that way. With
   NOWAIT_POLL at most PIPE_BUF bytes go out, and a race with another writer
   may wait until the reader has taken these. */
extern ssize_t nowait_writev(int fd, enum nowait *kind, struct iovec const *v, int n);

#endif
