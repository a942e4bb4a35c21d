/*
 * stdout.c - the output "1": standard output, buffered, never waited for.
 * See log.h.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "log.h"

void
log_stdout_init(struct log_stdout *s, struct log_conf const *conf)
{
	*s = (struct log_stdout){ .conf = conf, .kind = nowait_kind(1) };
	s->out.std = s;
	s->out.max = conf->backlog;
}

static void
give_up(struct log_stdout *s)
{
	int fd;

	if (s->conf->verbosity)
		strerr_warnwusys("write to stdout, closing the stream - error was");
	s->dead = 1;
	/* descriptor 1 must not become some other file of ours */
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		dup2(fd, 1);
		close(fd);
	}
}

/* How much at once? What a pipe takes without a break is at most PIPE_BUF. */
static size_t
portion(struct log_stdout const *s)
{
	size_t n = log_out_pending(&s->out), whole;

	if (!s->console || n <= PIPE_BUF)
		return n;
	whole = log_out_line_start(&s->out, PIPE_BUF);
	return whole ? whole : log_out_line_end(&s->out, 0);
}

void
log_stdout_flush(struct log_stdout *s)
{
	struct log_out *o = &s->out;

	while (!s->dead && !s->blocked && log_out_pending(o)) {
		struct iovec v[2];
		int n = log_out_pieces(o, portion(s), v);
		ssize_t w = nowait_writev(1, &s->kind, v, n);

		if (w > 0)
			log_out_consume(o, (size_t)w);
		else if (w < 0 && errno == EAGAIN)
			s->blocked = 1;
		else
			give_up(s);
	}
	if (s->dead)
		log_out_consume(o, log_out_pending(o));
}

int
log_stdout_confess(struct log_action *a)
{
	struct log_out *o = a->out;
	char text[64] = " s6-log: ";
	size_t n = strlen(text), first = !a->prefix;	/* the blank is the prefix's */

	n += uint64_fmt(text + n, a->dropped);
	n = (size_t)(stpcpy(text + n, " lines dropped\n") - text);
	if (!log_out_settle(o) || !log_out_room(o, a->prefixlen + n - first))
		return 0;
	log_out_put(o, a->prefix, a->prefixlen);
	log_out_put(o, text + first, n - first);
	a->dropped = 0;
	return 1;
}
