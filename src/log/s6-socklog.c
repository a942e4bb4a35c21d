/*
 * s6-socklog - receives syslog messages on a datagram socket and writes each as
 * a line to standard output.
 * Ends with SIGTERM: 0, or 99 when standard output does not take what is left
 * within the time of -t. Exits 111 on error.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/identity.h>
#include <sextet/nowait.h>
#include <sextet/sigfd.h>

#include "socklog.h"

#define USAGE "s6-socklog [ -d notif ] [ -r ] [ -U | -u uid -g gid -G gidlist ] [ -l linelen ] " \
	"[ -t lameducktimeout ] [ -x socket | -i ip_port ]"
#define PENDING 65536		/* with this much to write no message is taken */
#define LAST 4096		/* the most messages still read after SIGTERM */

struct options {
	int notify;
	int raw;
	size_t limit;
	uint32_t patience;
	char const *path;
	int by_ip;
	struct socklog_where where;
};

struct logger {
	struct options const *opt;
	int fd, sigfd;
	enum nowait kind;
	int ending;
	unsigned int last;		/* messages still to be read when ending */
	int64_t deadline;
	size_t head, tail;		/* out[head..tail) waits for standard output */
	char out[PENDING + SOCKLOG_LEN_MAX + SOCKLOG_MORE];
	char in[SOCKLOG_LEN_MAX];
};

static void
want(int fine)
{
	if (!fine)
		strerr_dieusage(100, USAGE);
}

static int
notify_fd(char const *s)
{
	uint32_t fd = cli_uint(s, USAGE);

	if (fd < 3)
		strerr_dief(100, "notification fd must be 3 or more");
	if (fd > INT_MAX || fcntl((int)fd, F_GETFD) < 0) {
		errno = EBADF;
		strerr_dief(100, "invalid notification fd: ", strerror(errno));
	}
	return (int)fd;
}

static size_t
clamp(uint32_t len)
{
	if (len < SOCKLOG_LEN_MIN)
		return SOCKLOG_LEN_MIN;
	return len > SOCKLOG_LEN_MAX ? SOCKLOG_LEN_MAX : len;
}

static void
parse(int argc, char const *const *argv, struct options *o, struct identity *id)
{
	subgetopt l = SUBGETOPT_ZERO;
	int opt;

	while ((opt = cli_getopt(argc, argv, "G:Ud:g:i:l:rt:u:x:", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'd': o->notify = notify_fd(l.arg); break;
		case 'i':
			want(socklog_where_scan(&o->where, l.arg));
			o->by_ip = 1;
			break;
		case 'l': o->limit = clamp(cli_uint(l.arg, USAGE)); break;
		case 'r': o->raw = 1; break;
		case 't': o->patience = cli_uint(l.arg, USAGE); break;
		case 'x':
			o->path = l.arg;
			o->by_ip = 0;
			break;
		default: cli_identity(opt, l.arg, USAGE, id); break;
		}
	}
}

static int
open_socket(struct options const *o)
{
	int fd = o->by_ip ? socklog_listen_ip(&o->where) : socklog_listen_path(o->path);

	if (fd < 0 && o->by_ip)
		strerr_diefusys(111, "bind socket to ip ", o->where.ip, " port ", o->where.port);
	if (fd < 0)
		strerr_diefusys(111, "bind socket to ", o->path);
	return fd;
}

static int
room(struct logger const *g)
{
	return g->tail - g->head < PENDING;
}

/* Takes one message. Returns 0 when there is none. */
static int
receive(struct logger *g)
{
	struct sockaddr_storage from = { 0 };
	socklen_t len = sizeof from;
	ssize_t r;

	if (sizeof g->out - g->tail < g->opt->limit + SOCKLOG_MORE) {
		memmove(g->out, g->out + g->head, g->tail - g->head);
		g->tail -= g->head;
		g->head = 0;
	}
	r = recvfrom(g->fd, g->in, g->opt->limit, MSG_TRUNC, (struct sockaddr *)&from, &len);
	if (r < 0 && errno == EAGAIN)
		return 0;
	if (r < 0 && errno != EINTR && errno != ECONNREFUSED && errno != ENOBUFS)
		strerr_diefusys(111, "recv");
	if (r <= 0)
		return 1;	/* nothing in it: no end either */
	if (g->opt->by_ip)
		g->tail += socklog_sender(g->out + g->tail, &from);
	g->tail += socklog_line(g->out + g->tail, g->in, (size_t)r, g->opt->limit, g->opt->raw);
	return 1;
}

static void
receive_all(struct logger *g)
{
	while (room(g) && g->last) {
		if (!receive(g)) {
			if (g->ending)
				g->last = 0;
			return;
		}
		if (g->ending)
			g->last--;
	}
}

static void
flush(struct logger *g)
{
	while (g->head < g->tail) {
		struct iovec v = { .iov_base = g->out + g->head, .iov_len = g->tail - g->head };
		ssize_t w = nowait_writev(1, &g->kind, &v, 1);

		if (w < 0 && errno == EAGAIN)
			return;
		if (w < 0)
			strerr_diefusys(111, "write to stdout");
		g->head += (size_t)w;
	}
	g->head = g->tail = 0;
}

static void
signals(struct logger *g)
{
	pid_t from;

	while (sigfd_read(g->sigfd, &from) > 0) {
		if (g->ending)
			continue;
		/* what has arrived by now is not lost */
		g->ending = 1;
		g->last = LAST;
		g->deadline = clock_deadline(g->opt->patience);
	}
}

static int
loop(struct logger *g)
{
	for (;;) {
		struct pollfd x[3] = {
			{ .fd = g->sigfd, .events = POLLIN },
			{ .fd = g->last && room(g) ? g->fd : -1, .events = POLLIN },
			{ .fd = g->head < g->tail ? 1 : -1, .events = POLLOUT },
		};
		int r;

		if (g->ending && !g->last && g->head == g->tail)
			return 0;
		r = clock_poll(x, 3, g->deadline);
		if (r < 0)
			strerr_diefusys(111, "poll");
		if (!r && clock_now() >= g->deadline)
			return 99;
		if (x[0].revents)
			signals(g);
		if (x[1].revents || (g->ending && g->last))
			receive_all(g);
		flush(g);
	}
}

int
main(int argc, char const *const *argv)
{
	static struct logger g;	/* zeros: an initial value would put its 2 MB into the file */
	struct identity *id = identity_new();
	struct options o = { .notify = -1, .limit = 1024, .path = "/dev/log" };
	sigset_t set;

	PROG = "s6-socklog";
	if (!id)
		strerr_diefusys(111, "get memory");
	parse(argc, argv, &o, id);
	cli_fds();
	close(0);
	g.last = 1;
	g.deadline = CLOCK_NEVER;
	g.opt = &o;
	g.fd = open_socket(&o);
	cli_become(id);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	g.sigfd = sigfd_open(&set);
	if (g.sigfd < 0)
		strerr_diefusys(111, "trap signals");
	g.kind = nowait_kind(1);
	if (o.notify >= 0) {
		if (write(o.notify, "\n", 1) < 0 && errno != EPIPE)
			strerr_diefusys(111, "notify readiness");
		close(o.notify);
	}
	return loop(&g);
}
