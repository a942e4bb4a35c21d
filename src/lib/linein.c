/* linein.c - see sextet/linein.h */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <sextet/linein.h>

void
linein_init(struct linein *in, int fd)
{
	in->fd = fd;
	in->nul = in->midline = in->eof = in->error = 0;
	in->pos = in->len = in->seen = 0;
}

static ssize_t
read_some(int fd, char *to, size_t n)
{
	for (;;) {
		struct pollfd x = { .fd = fd, .events = POLLIN };
		ssize_t r = read(fd, to, n);

		if (r >= 0)
			return r;
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			r = poll(&x, 1, -1);
		if (r < 0 && errno != EINTR)
			return -1;
	}
}

ssize_t
linein_read(struct linein *in)
{
	char *to;
	ssize_t r;

	if (in->pos) {
		memmove(in->buf, in->buf + in->pos, in->len - in->pos);
		in->len -= in->pos;
		in->seen -= in->pos;
		in->pos = 0;
	}
	to = in->buf + in->len;
	r = read_some(in->fd, to, LINEIN_READ);
	if (r <= 0) {
		in->eof = 1;
		in->error = r ? errno : 0;
		return r;
	}
	in->len += (size_t)r;
	if (in->nul)
		for (; (to = memchr(to, 0, (size_t)(in->buf + in->len - to))); )
			*to++ = '\n';
	return r;
}

int
linein_next(struct linein *in, struct linein_piece *piece)
{
	char const *s = in->buf + in->pos;
	char const *nl = memchr(in->buf + in->seen, '\n', in->len - in->seen);

	if (nl) {
		piece->end = LINEIN_NEWLINE;
		piece->len = (size_t)(nl - s);
	} else {
		in->seen = in->len;
		piece->len = in->len - in->pos;
		piece->end = in->eof ? LINEIN_EOF : LINEIN_MORE;
		if (in->eof ? !piece->len && !in->midline : piece->len < LINEIN_READ)
			return 0;
	}
	piece->s = s;
	piece->first = !in->midline;
	in->midline = piece->end == LINEIN_MORE;
	in->pos += piece->len + (piece->end == LINEIN_NEWLINE);
	in->seen = in->pos;
	return 1;
}
