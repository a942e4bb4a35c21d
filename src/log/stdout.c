/*
 * stdout.c - the output "1": standard output, buffered, never waited for.
 * See log.h.
 */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <skalibs/strerr.h>

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

void
log_stdout_flush(struct log_stdout *s)
{
	struct log_out *o = &s->out;

	while (!s->dead && log_out_pending(o)) {
		struct iovec v[2];
		int n = log_out_pieces(o, log_out_pending(o), v);
		ssize_t w = nowait_writev(1, &s->kind, v, n);

		if (w > 0)
			log_out_consume(o, (size_t)w);
		else if (w < 0 && errno == EAGAIN)
			return;
		else
			give_up(s);
	}
	if (s->dead)
		log_out_consume(o, log_out_pending(o));
}
