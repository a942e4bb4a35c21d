/* ftrig.c - see sextet/ftrig.h */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sextet/clock.h>
#include <sextet/ftrig.h>
#include <sextet/sigfd.h>

#define READ_SIZE 4096

int
ftrig_listen(struct ftrig *t, char const *dir, char const *regex)
{
	int r = regcomp(&t->regex, regex, REG_EXTENDED | REG_NOSUB);

	if (r) {
		errno = r == REG_ESPACE ? ENOMEM : EINVAL;
		return -1;
	}
	if (event_listen(&t->listener, AT_FDCWD, dir) < 0) {
		int e = errno;

		regfree(&t->regex);
		errno = e;
		return -1;
	}
	t->text = 0;
	t->len = t->size = 0;
	t->matched = 0;
	return 0;
}

void
ftrig_leave(struct ftrig *t, size_t n)
{
	int e = errno;

	for (size_t i = 0; i < n; i++)
		event_unlisten(&t[i].listener);
	errno = e;
}

void
ftrig_end(struct ftrig *t)
{
	event_unlisten(&t->listener);
	regfree(&t->regex);
	free(t->text);
	t->text = 0;
}

/* Room for one more read and a NUL. */
static int
grow(struct ftrig *t)
{
	char *p;

	if (t->len > FTRIG_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (t->len + READ_SIZE + 1 <= t->size)
		return 0;
	p = realloc(t->text, t->size * 2 + READ_SIZE + 1);
	if (!p)
		return -1;
	t->text = p;
	t->size = t->size * 2 + READ_SIZE + 1;
	return 0;
}

/* Reads once, and looks for a match. */
static int
hear(struct ftrig *t)
{
	ssize_t r;

	if (grow(t) < 0)
		return -1;
	r = read(t->listener.fd, t->text + t->len, READ_SIZE);
	if (r < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	for (ssize_t i = 0, from = (ssize_t)t->len; i < r; i++)
		if (t->text[from + i])
			t->text[t->len++] = t->text[from + i];
	t->text[t->len] = 0;
	/* a failure of regexec but REG_NOMATCH is a lack of memory */
	switch (regexec(&t->regex, t->text, 0, 0, 0)) {
	case 0: t->matched = 1; return 0;
	case REG_NOMATCH: return 0;
	default: errno = ENOMEM; return -1;
	}
}

static int
enough(struct ftrig const *t, size_t n, int any)
{
	size_t matched = 0;

	for (size_t i = 0; i < n; i++)
		matched += (size_t)t[i].matched;
	return any ? matched > 0 : matched == n;
}

static enum ftrig_result
loop(struct ftrig *t, size_t n, int any, int64_t deadline, struct pollfd *p)
{
	while (!enough(t, n, any)) {
		int r;

		/* one that has matched is not read any more */
		for (size_t i = 0; i < n; i++)
			p[i].fd = t[i].matched ? -1 : t[i].listener.fd;
		r = clock_poll(p, n + 1, deadline);
		if (r < 0)
			return FTRIG_ERROR;
		if (!r) {
			errno = ETIMEDOUT;
			return FTRIG_TIMEOUT;
		}
		for (size_t i = 0; i < n; i++)
			if (p[i].revents && hear(t + i) < 0)
				return FTRIG_ERROR;
		if (p[n].revents && !enough(t, n, any))
			return FTRIG_SIGNAL;
	}
	return FTRIG_MATCHED;
}

enum ftrig_result
ftrig_poll(struct ftrig *t, size_t n, int any, int64_t deadline, int fd)
{
	struct pollfd *p = calloc(n + 1, sizeof *p);
	enum ftrig_result r;
	int e;

	if (!p)
		return FTRIG_ERROR;
	for (size_t i = 0; i <= n; i++)
		p[i].events = POLLIN;
	p[n].fd = fd;
	r = loop(t, n, any, deadline, p);
	e = errno;
	free(p);
	errno = e;
	return r;
}

enum ftrig_result
ftrig_wait(struct ftrig *t, size_t n, int any, int64_t deadline)
{
	int fd = sigfd_open_end();
	enum ftrig_result r = fd < 0 ? FTRIG_ERROR : ftrig_poll(t, n, any, deadline, fd);
	pid_t from;

	ftrig_leave(t, n);
	if (r == FTRIG_SIGNAL)
		sigfd_die(fd, sigfd_read(fd, &from));
	if (fd >= 0) {
		int e = errno;

		sigfd_close(fd);
		errno = e;
	}
	return r;
}
