/* nowait.c - see sextet/nowait.h */

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sextet/nowait.h>

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 8
#endif

enum nowait
nowait_kind(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return NOWAIT_POLL;
	if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		return NOWAIT_FILE;
	if (S_ISFIFO(st.st_mode))
		return NOWAIT_PIPE;
	return S_ISSOCK(st.st_mode) ? NOWAIT_SOCKET : NOWAIT_POLL;
}

/* A pipe that polls writable takes PIPE_BUF bytes without waiting. */
static ssize_t
polled(int fd, struct iovec const *v, int n)
{
	struct pollfd x = { .fd = fd, .events = POLLOUT };
	int r;

	while (n > 1 && !v->iov_len)
		v++, n--;
	do
		r = poll(&x, 1, 0);
	while (r < 0 && errno == EINTR);
	if (!r)
		errno = EAGAIN;
	if (r <= 0)
		return -1;
	return write(fd, v->iov_base, v->iov_len < PIPE_BUF ? v->iov_len : PIPE_BUF);
}

static ssize_t
once(int fd, enum nowait *kind, struct iovec const *v, int n)
{
	ssize_t r;

	if (*kind == NOWAIT_FILE)
		return writev(fd, v, n);
	if (*kind == NOWAIT_SOCKET) {
		struct msghdr m = { .msg_iov = (struct iovec *)v, .msg_iovlen = (size_t)n };

		return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	if (*kind == NOWAIT_PIPE) {
		/* no offset: -1, as two longs where a long has 32 bits */
		r = syscall(SYS_pwritev2, fd, v, (long)n, -1L, -1L, RWF_NOWAIT);
		if (r >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL
				&& errno != EPERM))
			return r;
		*kind = NOWAIT_POLL;
	}
	return polled(fd, v, n);
}

ssize_t
nowait_writev(int fd, enum nowait *kind, struct iovec const *v, int n)
{
	ssize_t r;

	do
		r = once(fd, kind, v, n);
	while (r < 0 && errno == EINTR);
	if (r < 0 && errno == EWOULDBLOCK)
		errno = EAGAIN;
	return r;
}
