/* input.c - the input buffer: see log.h */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

int
log_input_init(struct log_input *in, size_t limit)
{
	*in = (struct log_input){ .cap = LOG_READ, .limit = limit };
	in->buf = malloc(in->cap + 1);
	return in->buf ? 0 : -1;
}

/* Makes room for more of a line that fills the buffer. Where there is no
   memory, the line is cut here, and so is every later one of that length. */
static void
grow(struct log_input *in)
{
	char *buf = in->cap < SIZE_MAX / 4 ? realloc(in->buf, 2 * in->cap + 1) : 0;

	if (buf) {
		in->buf = buf;
		in->cap *= 2;
	} else {
		in->limit = in->cap - 1;
	}
}

ssize_t
log_input_read(struct log_input *in, size_t max)
{
	ssize_t r;

	if (in->pos) {
		memmove(in->buf, in->buf + in->pos, in->len - in->pos);
		in->len -= in->pos;
		in->pos = 0;
	}
	if (in->len == in->cap)
		grow(in);
	if (in->len == in->cap) {
		errno = EAGAIN;		/* the line will be cut */
		return -1;
	}
	if (max > in->cap - in->len)
		max = in->cap - in->len;
	do
		r = in->journal ? log_journal_read(in->journal, in->buf + in->len, max)
			: read(0, in->buf + in->len, max);
	while (r < 0 && errno == EINTR);
	if (r > 0) {
		char *end = in->buf + in->len + r;

		/* a NUL ends a line, too */
		for (char *p = in->buf + in->len; (p = memchr(p, 0, (size_t)(end - p))); )
			*p++ = '\n';
		in->len += (size_t)r;
	}
	return r;
}

void
log_input_terminate(struct log_input *in)
{
	if (in->pos < in->len && in->buf[in->len - 1] != '\n')
		in->buf[in->len++] = '\n';
}
