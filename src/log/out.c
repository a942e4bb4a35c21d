/* out.c - bytes on their way to one output: see log.h */

#include <stdlib.h>
#include <string.h>

#include "log.h"

#define LEAST 65536

void
log_out_flush(struct log_out *o)
{
	if (o->dir)
		log_dir_work(o->dir);
	else
		log_stdout_flush(o->std);
}

static size_t
staged(struct log_out const *o)
{
	return o->tail - o->head;
}

/* Grows the buffer so that N more bytes fit. One line always fits. */
static int
grow(struct log_out *o, size_t n)
{
	size_t want = o->tail + n, cap = 2 * o->cap;
	char *buf;

	if (o->tail && want > o->max)
		return 0;
	if (cap < LEAST)
		cap = LEAST;
	if (cap > o->max)
		cap = o->max;
	if (cap < want)
		cap = want;
	buf = realloc(o->buf, cap);
	if (!buf)
		return 0;
	o->buf = buf;
	o->cap = cap;
	return 1;
}

int
log_out_room(struct log_out *o, size_t n)
{
	if (o->cap - o->tail >= n)
		return 1;
	if (o->tail)
		log_out_flush(o);
	/* moving is for when it frees much: else a slow reader would make us
	   move the whole backlog for each of its reads */
	if (o->head && (o->head >= staged(o) || o->head >= o->cap / 4)) {
		memmove(o->buf, o->buf + o->head, staged(o));
		o->tail -= o->head;
		o->head = 0;
	}
	return o->cap - o->tail >= n || grow(o, n);
}

int
log_out_settle(struct log_out *o)
{
	if (!o->runlen)
		return 1;
	if (!log_out_room(o, o->runlen))
		return 0;
	memcpy(o->buf + o->tail, o->run, o->runlen);
	o->tail += o->runlen;
	o->runlen = 0;
	return 1;
}

int
log_out_put(struct log_out *o, char const *s, size_t n)
{
	if (!log_out_settle(o) || !log_out_room(o, n))
		return 0;
	memcpy(o->buf + o->tail, s, n);
	o->tail += n;
	return 1;
}

int
log_out_run(struct log_out *o, char const *s, size_t n)
{
	if (o->runlen && o->run + o->runlen == s) {
		o->runlen += n;
		return 1;
	}
	if (!log_out_settle(o))
		return 0;
	o->run = s;
	o->runlen = n;
	return 1;
}

int
log_out_pieces(struct log_out const *o, size_t n, struct iovec *v)
{
	size_t k = staged(o);
	int i = 0;

	if (k > n)
		k = n;
	if (k)
		v[i++] = (struct iovec){ .iov_base = o->buf + o->head, .iov_len = k };
	if (n > k)
		v[i++] = (struct iovec){ .iov_base = (char *)o->run, .iov_len = n - k };
	return i;
}

void
log_out_consume(struct log_out *o, size_t n)
{
	size_t k = staged(o);

	if (k > n)
		k = n;
	o->head += k;
	if (o->head == o->tail)
		o->head = o->tail = 0;
	if (n > k) {
		o->run += n - k;
		o->runlen -= n - k;
	}
}

size_t
log_out_line_end(struct log_out const *o, size_t at)
{
	size_t k = staged(o);
	char const *p;

	if (at < k) {
		p = memchr(o->buf + o->head + at, '\n', k - at);
		if (p)
			return (size_t)(p + 1 - o->buf) - o->head;
		at = k;
	}
	p = o->runlen ? memchr(o->run + (at - k), '\n', o->runlen - (at - k)) : 0;
	return p ? k + (size_t)(p + 1 - o->run) : log_out_pending(o);
}

size_t
log_out_line_start(struct log_out const *o, size_t at)
{
	size_t k = staged(o);
	char const *p;

	if (at > k) {
		p = memrchr(o->run, '\n', at - k);
		if (p)
			return k + (size_t)(p + 1 - o->run);
		at = k;
	}
	p = at ? memrchr(o->buf + o->head, '\n', at) : 0;
	return p ? (size_t)(p + 1 - o->buf) - o->head : 0;
}

char
log_out_byte(struct log_out const *o, size_t at)
{
	size_t k = staged(o);

	return at < k ? o->buf[o->head + at] : o->run[at - k];
}
