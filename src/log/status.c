/* status.c - the actions "2" and "=FILE": see log.h */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <skalibs/strerr.h>

#include "log.h"

#define ALERT ": alert: "

static struct iovec
piece(char const *s, size_t n)
{
	return (struct iovec){ .iov_base = (char *)s, .iov_len = n };
}

/* Lays out what stands before the line; returns the number of pieces, at
   most 4. */
static int
head(struct log_action const *a, struct log_stamp const *st, struct iovec *v)
{
	int n = 0;

	if (a->tai)
		v[n++] = piece(st->tai_text, TAI64N_FMT + 1);
	if (a->iso)
		v[n++] = piece(st->iso_text, LOG_ISO_FMT);
	if (a->prefix) {
		v[n++] = piece(a->prefix, a->prefixlen);
		v[n++] = piece(" ", 1);
	}
	return n;
}

/* Writes all of the pieces, waiting where it must. Returns 0, or -1 with errno. */
static int
put(int fd, struct iovec *v, int n)
{
	while (n) {
		ssize_t w = writev(fd, v, n);

		if (w < 0 && errno == EAGAIN) {
			struct pollfd x = { .fd = fd, .events = POLLOUT };

			poll(&x, 1, -1);
		} else if (w < 0 && errno != EINTR) {
			return -1;
		}
		for (; n && w >= 0 && (size_t)w >= v->iov_len; v++, n--)
			w -= (ssize_t)v->iov_len;
		if (n && w > 0)
			*v = piece((char const *)v->iov_base + w, v->iov_len - (size_t)w);
	}
	return 0;
}

void
log_alert(struct log_action const *a, struct log_stamp const *st, char const *s, size_t len)
{
	struct iovec v[8];
	int n = 0, cut = a->number && len > 3 && a->number < len - 3;

	v[n++] = piece(PROG, strlen(PROG));
	v[n++] = piece(ALERT, sizeof ALERT - 1);
	n += head(a, st, v + n);
	v[n++] = piece(s, cut ? a->number : len);
	v[n++] = cut ? piece("...\n", 4) : piece("\n", 1);
	put(2, v, n);
}

static int
pad(int fd, size_t n)
{
	char newlines[1024];

	memset(newlines, '\n', sizeof newlines);
	while (n) {
		struct iovec v = piece(newlines, n < sizeof newlines ? n : sizeof newlines);
		size_t len = v.iov_len;

		if (put(fd, &v, 1) < 0)
			return -1;
		n -= len;
	}
	return 0;
}

/* The content: exactly a->number bytes, or a whole line when that is 0. */
static int
fill(int fd, struct log_action const *a)
{
	struct iovec v[5];
	int n = head(a, &a->stamp, v);
	size_t left = a->number;

	v[n++] = piece(a->last, a->lastlen);
	if (!a->number)
		return put(fd, v, n) < 0 ? -1 : pad(fd, 1);
	for (int i = 0; i < n; i++) {
		if (v[i].iov_len > left)
			v[i].iov_len = left;
		left -= v[i].iov_len;
	}
	return put(fd, v, n) < 0 ? -1 : pad(fd, left);
}

static int
replace(struct log_action const *a)
{
	int fd = open(a->spare, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int r;

	if (fd < 0)
		return -1;
	r = fill(fd, a);
	if (close(fd) < 0)
		r = -1;
	return r < 0 ? -1 : rename(a->spare, a->file);
}

void
log_status_write(struct log_action *a, struct log_conf const *conf)
{
	int failed = replace(a) < 0;

	if (failed && !a->failed && conf->verbosity)
		strerr_warnwusys("write status file ", a->file);
	a->failed = failed;
	a->last = 0;
}
