/*
 * s6-log - reads lines from standard input and keeps them as a script says:
 * in rotated log directories, on standard output or error, in status files.
 * Exits 0 at the end of its input or when told to, 100 on misuse, 111 when the
 * system said no at the start or what was read could not be kept at the end.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/sigfd.h>

#include "log.h"

#define USAGE "s6-log [ -d notif ] [ -q | -v ] [ -b ] [ -p ] [ -l linelimit ] " \
	"[ -t lastlinetimeout ] [ --backlog=bytes ] [ --flush-timeout=ms ] [ -- ] script..."
#define LINE_LIMIT 8192U
#define LINE_LEAST 48U

/* READING until the end of the input or a signal to end; after a signal within
   a line, LAST_LINE until the line ends; ENDING until all is written. */
enum phase { READING, LAST_LINE, ENDING };

struct logger {
	struct log_conf conf;
	struct log_input in;
	struct log_lines lines;
	struct log_stdout std;
	struct log_dir *dirs;
	size_t ndirs;
	int block, protect;	/* -b, -p */
	uint32_t limit, line_timeout, flush_timeout;
	uint32_t notify;	/* 0: no */
	int sigfd;
	enum phase phase;
	int full;		/* an output is full: the script stopped midway */
	int64_t deadline;	/* of LAST_LINE and ENDING */
	int overdue;		/* the deadline is past, but a processor is at work */
};

static void
usage_size(char const *s, size_t *n)
{
	uint64_t u;

	if (!uint640_scan(s, &u))
		strerr_dieusage(100, USAGE);
	*n = u < SIZE_MAX / 4 ? (size_t)u : SIZE_MAX / 4;
}

static int
options(struct logger *g, int argc, char const *const *argv)
{
	static struct cli_long const longs[] = {
		{ "backlog", 'B', 1 },
		{ "flush-timeout", 'F', 1 },
		{ 0, 0, 0 }
	};
	subgetopt l = SUBGETOPT_ZERO;
	int opt;

	while ((opt = cli_getopt(argc, argv, "qvbpl:t:d:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'q': g->conf.verbosity -= g->conf.verbosity != 0; break;
		case 'v': g->conf.verbosity++; break;
		case 'b': g->block = 1; break;
		case 'p': g->protect = 1; break;
		case 'l': g->limit = cli_uint(l.arg, USAGE); break;
		case 't': g->line_timeout = cli_uint(l.arg, USAGE); break;
		case 'B': usage_size(l.arg, &g->conf.backlog); break;
		case 'F': g->flush_timeout = cli_uint(l.arg, USAGE); break;
		case 'd':
			g->notify = cli_uint(l.arg, USAGE);
			if (g->notify < 3)
				strerr_dief(100, "notification fd must be 3 or more");
			break;
		}
	}
	if (l.ind >= argc)
		strerr_dieusage(100, USAGE);
	if (g->limit && g->limit < LINE_LEAST)
		g->limit = LINE_LEAST;
	if (g->block)
		g->conf.backlog = LOG_READ;
	if (g->notify && fcntl((int)g->notify, F_SETFD, FD_CLOEXEC) < 0)
		strerr_diefsys(100, "invalid notification fd");
	return l.ind;
}

static void
parse(struct logger *g, char const *const *words, size_t n)
{
	char const *bad;

	switch (log_script_parse(&g->lines.script, words, n, &bad)) {
	case LOG_FINE:
		break;
	case LOG_UNRECOGNIZED:
		strerr_dief(100, "unrecognized directive: ", bad);
	case LOG_SYNTAX:
		strerr_dief(100, "syntax error at directive: ", bad);
	case LOG_CONFLICT:
		strerr_dief(100, "directive ", bad, " conflicts with previous s directive");
	case LOG_NO_ACTION:
		strerr_dief(100, "no action directive specified");
	case LOG_NO_MEMORY:
		errno = ENOMEM;
		strerr_diefusys(111, "read the script");
	}
	if (g->lines.script.extraneous && g->conf.verbosity)
		strerr_warnw("ignoring extraneous non-action directives");
}

/* Opens a directory of the script, unless an earlier directive did. */
static struct log_dir *
open_dir(struct logger *g, struct log_target const *t)
{
	for (size_t i = 0; i < g->ndirs; i++) {
		if (!log_dir_is(g->dirs + i, t->name))
			continue;
		if (g->conf.verbosity)
			strerr_warnw(t->name, ": named twice, the settings of ",
				g->dirs[i].name, " hold");
		return g->dirs + i;
	}
	log_dir_open(g->dirs + g->ndirs, t, &g->conf);
	return g->dirs + g->ndirs++;
}

static void
open_outputs(struct logger *g)
{
	struct log_script *s = &g->lines.script;

	log_stdout_init(&g->std, &g->conf);
	g->dirs = calloc(s->ndirs + 1, sizeof *g->dirs);
	if (!g->dirs || log_input_init(&g->in, g->limit) < 0)
		strerr_diefusys(111, "start");
	for (size_t i = 0; i < s->nacts; i++) {
		struct log_action *a = s->acts + i;

		if (a->kind == LOG_ACT_STDOUT)
			a->out = &g->std.out;
		else if (a->kind == LOG_ACT_DIR)
			a->out = &open_dir(g, s->dirs + a->dir)->out;
		g->lines.stamp.tai |= a->tai;
		g->lines.stamp.iso |= a->iso;
	}
	g->lines.conf = &g->conf;
	g->lines.in = &g->in;
	log_script_plan(s);
	for (size_t i = 0; i < s->nacts; i++)
		if (s->acts[i].out && !s->acts[i].bulk && !log_out_room(s->acts[i].out, LOG_READ))
			strerr_diefusys(111, "start");
}

static void
trap(struct logger *g)
{
	static int const signals[] = { SIGTERM, SIGHUP, SIGALRM, SIGCHLD };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(&set, signals[i]);
	g->sigfd = sigfd_open(&set);
	if (g->sigfd < 0)
		strerr_diefusys(111, "trap signals");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);	/* if it came ignored, children would vanish */
}

static void
notify(struct logger *g)
{
	if (!g->notify)
		return;
	if (write((int)g->notify, "\n", 1) < 0 && g->conf.verbosity)
		strerr_warnwusys("write to the notification fd");
	close((int)g->notify);
}

/* Nobody must be waited for beyond DEADLINE. */
static void
end(struct logger *g, int64_t deadline)
{
	g->phase = ENDING;
	g->deadline = deadline;
	log_input_terminate(&g->in);
	for (size_t i = 0; i < g->ndirs; i++)
		g->dirs[i].closing = 1;
}

static void
told_to_end(struct logger *g)
{
	struct log_input const *in = &g->in;

	if (g->phase == READING && in->pos < in->len && in->buf[in->len - 1] != '\n') {
		g->phase = LAST_LINE;
		g->deadline = clock_deadline(g->line_timeout);
	} else if (g->phase == READING || (g->phase == ENDING && g->deadline == CLOCK_NEVER)) {
		end(g, clock_deadline(g->flush_timeout));
	}
}

static void
reap(struct logger *g)
{
	int status;
	pid_t pid;

	for (;;) {
		do
			pid = waitpid(-1, &status, WNOHANG);
		while (pid < 0 && errno != ECHILD);
		if (pid <= 0)
			return;
		for (size_t i = 0; i < g->ndirs; i++)
			if (g->dirs[i].processor == pid)
				log_dir_processed(g->dirs + i, status);
	}
}

static void
handle_signals(struct logger *g)
{
	pid_t from;
	int sig;

	while ((sig = sigfd_read(g->sigfd, &from)) > 0) {
		switch (sig) {
		case SIGTERM:
			if (g->protect)
				break;
			told_to_end(g);
			break;
		case SIGHUP:
			told_to_end(g);
			break;
		case SIGALRM:
			for (size_t i = 0; i < g->ndirs; i++)
				log_dir_rotate(g->dirs + i);
			break;
		case SIGCHLD:
			reap(g);
			break;
		}
	}
}

static size_t
unwritten(struct logger const *g)
{
	size_t n = log_out_pending(&g->std.out);

	for (size_t i = 0; i < g->ndirs; i++)
		n += log_out_pending(&g->dirs[i].out);
	return n;
}

/* May the input buffer be moved and filled? */
static int
may_read(struct logger const *g)
{
	if (g->phase == ENDING || g->full || g->std.out.runlen)
		return 0;
	for (size_t i = 0; i < g->ndirs; i++)
		if (g->dirs[i].out.runlen)
			return 0;
	return !g->block || !unwritten(g);
}

static void
take(struct logger *g)
{
	struct log_input *in = &g->in;
	ssize_t r;

	if (g->phase == LAST_LINE && in->limit && in->len - in->pos >= in->limit) {
		if (g->conf.verbosity)
			strerr_warnw("input line too long, stopping before the end");
		end(g, clock_deadline(g->flush_timeout));
		return;
	}
	r = log_input_read(in, g->phase == LAST_LINE ? 1 : LOG_READ);
	if (r < 0 && errno == EAGAIN)
		return;
	if (r < 0 && g->conf.verbosity)
		strerr_warnwusys("read from stdin");
	if (r <= 0)
		end(g, g->phase == LAST_LINE ? clock_deadline(g->flush_timeout) : CLOCK_NEVER);
}

static void
flush(struct logger *g)
{
	for (size_t i = 0; i < g->ndirs; i++)
		log_dir_work(g->dirs + i);
	log_stdout_flush(&g->std);
	for (size_t i = 0; i < g->ndirs; i++)
		log_dir_settle(g->dirs + i);
}

/* Moves what there is from the input to the outputs. */
static void
pump(struct logger *g)
{
	g->full = !log_lines(&g->lines);
	flush(g);
	if (!g->block) {
		log_out_settle(&g->std.out);
		for (size_t i = 0; i < g->ndirs; i++)
			log_out_settle(&g->dirs[i].out);
	}
	if (g->phase == LAST_LINE && !g->full && g->in.pos == g->in.len)
		end(g, clock_deadline(g->flush_timeout));
}

static int
finished(struct logger const *g)
{
	if (g->phase != ENDING || g->in.pos < g->in.len || log_out_pending(&g->std.out))
		return 0;
	for (size_t i = 0; i < g->ndirs; i++)
		if (!log_dir_idle(g->dirs + i))
			return 0;
	return 1;
}

/* The time to end is over, and not everything is written. A processor at work
   is waited for all the same. */
static void
give_up(struct logger *g)
{
	char n[UINT64_FMT];
	int waiting = 0;

	g->deadline = CLOCK_NEVER;
	for (size_t i = 0; i < g->ndirs; i++)
		waiting |= g->dirs[i].back == LOG_PROCESSING;
	if (waiting) {
		g->overdue = 1;
		return;
	}
	for (size_t i = 0; i < g->ndirs; i++)
		log_dir_close(g->dirs + i);
	n[uint64_fmt(n, unwritten(g) + g->in.len - g->in.pos)] = 0;
	strerr_dief(111, "unable to write everything in time: ", n, " bytes are lost");
}

static int64_t
next_deadline(struct logger const *g)
{
	int64_t when = g->phase == READING ? CLOCK_NEVER : g->deadline;

	if (g->full && !unwritten(g)) {
		/* no output is in the way, but there was no memory */
		int64_t soon = clock_now() + CLOCK_S;

		when = soon < when ? soon : when;
	}
	for (size_t i = 0; i < g->ndirs; i++) {
		int64_t t = log_dir_deadline(g->dirs + i);

		if (t < when)
			when = t;
	}
	return when;
}

static void
watch_time(struct logger *g)
{
	for (size_t i = 0; i < g->ndirs; i++)
		log_dir_tick(g->dirs + i);
	if (g->phase == READING || (!g->overdue
			&& (g->deadline == CLOCK_NEVER || clock_now() < g->deadline)))
		return;
	if (g->phase == LAST_LINE)
		end(g, clock_deadline(g->flush_timeout));
	else if (!finished(g))
		give_up(g);
}

static void
loop(struct logger *g)
{
	pump(g);
	while (!finished(g)) {
		struct pollfd x[3] = {
			{ .fd = g->sigfd, .events = POLLIN },
			{ .fd = may_read(g) ? 0 : -1, .events = POLLIN },
			{ .fd = log_out_pending(&g->std.out) ? 1 : -1, .events = POLLOUT },
		};

		if (clock_poll(x, 3, next_deadline(g)) < 0) {
			/* no memory: what was read must not be lost for that */
			struct timespec pause = { .tv_nsec = 50 * CLOCK_MS };

			nanosleep(&pause, 0);
			continue;
		}
		if (x[0].revents)
			handle_signals(g);
		if (x[1].revents && g->phase != ENDING)
			take(g);
		watch_time(g);
		pump(g);
	}
}

int
main(int argc, char const *const *argv)
{
	static struct logger g = {
		.conf = { .verbosity = 1, .backlog = LOG_BACKLOG },
		.limit = LINE_LIMIT, .line_timeout = 2000, .flush_timeout = 5000
	};
	int first;

	PROG = "s6-log";
	first = options(&g, argc, argv);
	cli_fds();
	g.conf.mode = umask(0);
	umask(g.conf.mode);
	g.conf.mode = 0666 & ~g.conf.mode;
	parse(&g, argv + first, (size_t)(argc - first));
	open_outputs(&g);
	trap(&g);
	notify(&g);
	loop(&g);
	for (size_t i = 0; i < g.ndirs; i++)
		log_dir_close(g.dirs + i);
	return 0;
}
