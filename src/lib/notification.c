/* notification.c - see sextet/notification.h */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/notification.h>

#define CHUNK 512
#define STALE_READS 130		/* more than a FIFO holds: somebody is writing on */

int
notification_waits(int reader)
{
	struct pollfd p = { .fd = reader, .events = POLLIN };

	if (poll(&p, 1, 0) < 1)
		return 0;
	return p.revents & POLLIN ? 1 : p.revents & POLLHUP ? -1 : 0;
}

enum notification
notification_read(int reader)
{
	char bytes[CHUNK];
	ssize_t r;

	do
		r = read(reader, bytes, sizeof bytes);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return errno == EAGAIN ? NOTIFICATION_NOTHING : NOTIFICATION_ERROR;
	if (!r)
		return NOTIFICATION_CLOSED;
	return memchr(bytes, '\n', (size_t)r) ? NOTIFICATION_READY : NOTIFICATION_NOTHING;
}

/* Throws away what is in the channel. 1: nobody holds its other end. */
static int
drained(int reader)
{
	char bytes[CHUNK];

	for (int i = 0; i < STALE_READS; i++) {
		ssize_t r = read(reader, bytes, sizeof bytes);

		if (!r)
			return 1;
		if (r < 0 && errno != EINTR)
			return 0;
	}
	return 0;
}

int
notification_reopen(int supervisefd)
{
	int fd = openat(supervisefd, NOTIFICATION_FIFO,
		O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int w, e;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode)) {
		close(fd);
		errno = EPROTO;
		return -1;
	}
	/* poll tells that all writers have left only to a reader that saw one */
	w = openat(supervisefd, NOTIFICATION_FIFO, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (w < 0) {
		e = errno;
		close(fd);
		errno = e;
		return -1;
	}
	close(w);
	return fd;
}

/* Opens the service's end of the FIFO whose reading end is READER, if that is
   what bears the name. */
static int
open_writer(int supervisefd, int reader)
{
	int fd = openat(supervisefd, NOTIFICATION_FIFO, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct stat r, w;

	if (fd < 0)
		return -1;
	if (fstat(reader, &r) < 0 || fstat(fd, &w) < 0
		|| r.st_dev != w.st_dev || r.st_ino != w.st_ino) {
		close(fd);
		errno = ESTALE;
		return -1;
	}
	return fd;
}

static int
make_fifo(int supervisefd, int *reader, int *writer)
{
	mode_t mask;
	int fd, r, e;

	if (unlinkat(supervisefd, NOTIFICATION_FIFO, 0) < 0 && errno != ENOENT)
		return -1;
	mask = umask(0);
	r = mkfifoat(supervisefd, NOTIFICATION_FIFO, 0600);
	e = errno;
	umask(mask);
	errno = e;
	if (r < 0)
		return -1;
	fd = notification_reopen(supervisefd);
	if (fd < 0)
		return -1;
	*writer = open_writer(supervisefd, fd);
	if (*writer < 0) {
		e = errno;
		close(fd);
		errno = e;
		return -1;
	}
	*reader = fd;
	return 0;
}

static int
make_pipe(int *reader, int *writer)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return -1;
	if (fcntl(p[0], F_SETFL, O_NONBLOCK) < 0) {
		int e = errno;

		close(p[0]);
		close(p[1]);
		errno = e;
		return -1;
	}
	*reader = p[0];
	*writer = p[1];
	return 0;
}

int
notification_open(int supervisefd, int *reader, int *writer)
{
	int old = *reader >= 0 ? *reader : notification_reopen(supervisefd);

	*reader = -1;
	if (old >= 0) {
		int fd = drained(old) ? open_writer(supervisefd, old) : -1;

		if (fd >= 0) {
			*reader = old;
			*writer = fd;
			return 0;
		}
		close(old);
	}
	if (make_fifo(supervisefd, reader, writer) == 0)
		return 0;
	if (errno == EMFILE || errno == ENFILE)
		return -1;
	return make_pipe(reader, writer);
}
