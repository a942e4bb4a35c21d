/*
 * s6-log - reads lines from standard input and keeps them as a script says:
 * in rotated log directories, on standard output or error, in status files.
 * Exits 0 at the end of its input or when told to, 100 on misuse, 111 when the
 * system said no at the start or what was read could not be kept at the end.
 */

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/sigfd.h>

#include "log.h"

static void
trap(struct log_program *g)
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
notify(struct log_program *g)
{
	if (!g->notify)
		return;
	if (write((int)g->notify, "\n", 1) < 0 && g->conf.verbosity)
		strerr_warnwusys("write to the notification fd");
	close((int)g->notify);
}

/* Nobody must be waited for beyond DEADLINE. */
static void
end(struct log_program *g, int64_t deadline)
{
	g->phase = LOG_ENDING;
	g->deadline = deadline;
	log_input_terminate(&g->in);
	for (size_t i = 0; i < g->ndirs; i++)
		g->dirs[i].closing = 1;
}

static void
told_to_end(struct log_program *g)
{
	struct log_input const *in = &g->in;

	if (g->phase == LOG_READING && in->pos < in->len && in->buf[in->len - 1] != '\n') {
		g->phase = LOG_LAST_LINE;
		g->deadline = clock_deadline(g->line_timeout);
	} else if (g->phase == LOG_READING || (g->phase == LOG_ENDING && g->deadline == CLOCK_NEVER)) {
		end(g, clock_deadline(g->flush_timeout));
	}
}

static void
reap(struct log_program *g)
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
handle_signals(struct log_program *g)
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

/* What directories have not taken yet. */
static size_t
unwritten(struct log_program const *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->ndirs; i++)
		n += log_out_pending(&g->dirs[i].out);
	return n;
}

/* May the input buffer be moved and filled? */
static int
may_read(struct log_program const *g)
{
	if (g->phase == LOG_ENDING || g->full || g->std.out.runlen
			|| log_trouble_waits(&g->journal.trouble))
		return 0;
	for (size_t i = 0; i < g->ndirs; i++)
		if (g->dirs[i].out.runlen)
			return 0;
	return !g->block || !(unwritten(g) + (g->console ? 0 : log_out_pending(&g->std.out)));
}

static void
take(struct log_program *g)
{
	struct log_input *in = &g->in;
	ssize_t r;

	if (g->phase == LOG_LAST_LINE && in->limit && in->len - in->pos >= in->limit) {
		if (g->conf.verbosity)
			strerr_warnw("input line too long, stopping before the end");
		end(g, clock_deadline(g->flush_timeout));
		return;
	}
	r = log_input_read(in, g->phase == LOG_LAST_LINE ? 1 : LOG_READ);
	if (r < 0 && errno == EAGAIN)
		return;
	if (r < 0 && g->conf.verbosity)
		strerr_warnwusys("read from stdin");
	if (r <= 0)
		end(g, g->phase == LOG_LAST_LINE || g->lossy ? clock_deadline(g->flush_timeout) : CLOCK_NEVER);
}

/* Nothing that was read is on its way to a directory. */
static void
checkpoint(struct log_program *g)
{
	log_journal_checkpoint(&g->journal, &g->in);
	if (g->journal.draining && !log_journal_ready(&g->journal)) {
		log_journal_remove(&g->journal);
		g->in.journal = 0;
	}
}

static void
flush(struct log_program *g)
{
	if (g->lossy && g->on_console->dropped)
		log_stdout_confess(g->on_console);
	for (size_t i = 0; i < g->ndirs; i++)
		log_dir_work(g->dirs + i);
	log_stdout_flush(&g->std);
	if (g->journal.on && !g->full && !unwritten(g))
		checkpoint(g);
	for (size_t i = 0; i < g->ndirs; i++)
		log_dir_settle(g->dirs + i);
}

/* Moves what there is from the input to the outputs. */
static void
pump(struct log_program *g)
{
	g->full = !log_lines(&g->lines);
	flush(g);
	if (!g->block) {
		log_out_settle(&g->std.out);
		for (size_t i = 0; i < g->ndirs; i++)
			log_out_settle(&g->dirs[i].out);
	}
	if (g->phase == LOG_LAST_LINE && !g->full && g->in.pos == g->in.len)
		end(g, clock_deadline(g->flush_timeout));
}

static int
finished(struct log_program const *g)
{
	if (g->phase != LOG_ENDING || g->in.pos < g->in.len || log_out_pending(&g->std.out))
		return 0;
	for (size_t i = 0; i < g->ndirs; i++)
		if (!log_dir_idle(g->dirs + i))
			return 0;
	return 1;
}

/* The time to end is over, and not everything is written. A processor at work
   is waited for all the same. */
static void
give_up(struct log_program *g)
{
	char n[UINT64_FMT];
	int waiting = 0;
	size_t lost;

	g->deadline = CLOCK_NEVER;
	for (size_t i = 0; i < g->ndirs; i++)
		waiting |= g->dirs[i].back == LOG_PROCESSING;
	if (waiting) {
		g->overdue = 1;
		return;
	}
	for (size_t i = 0; i < g->ndirs; i++)
		log_dir_close(g->dirs + i);
	lost = unwritten(g) + g->in.len - g->in.pos;
	if (!g->lossy)
		lost += log_out_pending(&g->std.out);
	if (!lost)
		_exit(0);
	if (g->journal.on)
		strerr_dief(111, "unable to write everything in time: the rest stays in the journal of ",
			g->dirs->name);
	n[uint64_fmt(n, lost)] = 0;
	strerr_dief(111, "unable to write everything in time: ", n, " bytes are lost");
}

static int64_t
next_deadline(struct log_program const *g)
{
	int64_t when = g->phase == LOG_READING ? CLOCK_NEVER : g->deadline;

	if (g->journal.trouble.on && g->journal.trouble.again < when)
		when = g->journal.trouble.again;
	if (g->full && !unwritten(g) && !log_out_pending(&g->std.out)) {
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
watch_time(struct log_program *g)
{
	for (size_t i = 0; i < g->ndirs; i++)
		log_dir_tick(g->dirs + i);
	if (g->phase == LOG_READING || (!g->overdue
			&& (g->deadline == CLOCK_NEVER || clock_now() < g->deadline)))
		return;
	if (g->phase == LOG_LAST_LINE)
		end(g, clock_deadline(g->flush_timeout));
	else if (!finished(g))
		give_up(g);
}

static void
loop(struct log_program *g)
{
	pump(g);
	while (!finished(g)) {
		int read = may_read(g), ready = read && log_journal_ready(&g->journal);
		struct pollfd x[3] = {
			{ .fd = g->sigfd, .events = POLLIN },
			{ .fd = read && !ready ? 0 : -1, .events = POLLIN },
			{ .fd = log_out_pending(&g->std.out) ? 1 : -1, .events = POLLOUT },
		};

		if (clock_poll(x, 3, ready ? 0 : next_deadline(g)) < 0) {
			/* no memory: what was read must not be lost for that */
			struct timespec pause = { .tv_nsec = 50 * CLOCK_MS };

			nanosleep(&pause, 0);
			continue;
		}
		if (x[0].revents)
			handle_signals(g);
		if (x[2].revents)
			g->std.blocked = 0;
		if ((ready || x[1].revents) && g->phase != LOG_ENDING)
			take(g);
		watch_time(g);
		pump(g);
	}
}

int
main(int argc, char const *const *argv)
{
	static struct log_program g = {
		.conf = { .verbosity = 1, .backlog = LOG_BACKLOG },
		.limit = 8192, .line_timeout = 2000, .flush_timeout = 5000
	};

	PROG = "s6-log";
	log_start(&g, argc, argv);
	trap(&g);
	notify(&g);
	loop(&g);
	for (size_t i = 0; i < g.ndirs; i++)
		log_dir_close(g.dirs + i);
	if (g.journal.on && !log_journal_ready(&g.journal))
		log_journal_remove(&g.journal);
	return 0;
}
