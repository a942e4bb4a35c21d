/* outbuf.c - see sextet/outbuf.h */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <sextet/outbuf.h>

static int
write_all(int fd, char const *s, size_t n)
{
	while (n) {
		struct pollfd x = { .fd = fd, .events = POLLOUT };
		ssize_t w = write(fd, s, n);

		if (w >= 0) {
			s += w;
			n -= (size_t)w;
			continue;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			w = poll(&x, 1, -1);
		if (w < 0 && errno != EINTR)
			return -1;
	}
	return 0;
}

int
outbuf_flush(struct outbuf *o)
{
	size_t n = o->len;

	o->len = 0;
	return write_all(o->fd, o->buf, n);
}

int
outbuf_put(struct outbuf *o, char const *s, size_t n)
{
	if (!n)
		return 0;
	if (n > sizeof o->buf - o->len && outbuf_flush(o) < 0)
		return -1;
	if (n > sizeof o->buf)
		return write_all(o->fd, s, n);
	memcpy(o->buf + o->len, s, n);
	o->len += n;
	return 0;
}
