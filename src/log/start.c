/* start.c - the command line, and what it asks to be opened: see log.h */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>

#include "log.h"

#define USAGE "s6-log [ -d notif ] [ -q | -v ] [ -b ] [ -p ] [ -l linelimit ] " \
	"[ -t lastlinetimeout ] [ --backlog=bytes ] [ --console[=name] ] [ --console-drop ] " \
	"[ --durable ] [ --flush-timeout=ms ] [ -- ] script..."
#define LINE_LEAST 48U
#define LOSSY_BACKLOG (4U * LOG_READ)

static void
usage_size(char const *s, size_t *n)
{
	uint64_t u;

	if (!uint640_scan(s, &u))
		strerr_dieusage(100, USAGE);
	*n = u < SIZE_MAX / 4 ? (size_t)u : SIZE_MAX / 4;
}

static int
options(struct log_program *g, int argc, char const *const *argv)
{
	static struct cli_long const longs[] = {
		{ "backlog", 'B', 1 },
		{ "console", 'C', CLI_OPTIONAL },
		{ "console-drop", 'D', 0 },
		{ "durable", 'J', 0 },
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
		case 'C': g->console = 1; g->name = l.arg; break;
		case 'D': g->console = g->lossy = 1; break;
		case 'J': g->durable = g->block = 1; break;
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
	if (g->notify && fcntl((int)g->notify, F_SETFD, FD_CLOEXEC) < 0)
		strerr_diefsys(100, "invalid notification fd");
	return l.ind;
}

static void
parse(struct log_program *g, char const *const *words, size_t n)
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

/* What lines on the console begin with: "[name]", or null for an empty name. */
static char const *
console_prefix(struct log_program const *g)
{
	struct log_script const *s = &g->lines.script;
	char const *name = g->name ? g->name : s->ndirs ? s->dirs[0].name : 0;
	size_t n;
	char *prefix;

	if (!name)
		strerr_dief(100, "--console needs a name, as there is no log directory");
	n = strlen(name);
	if (!g->name) {
		while (n > 1 && name[n - 1] == '/')
			n--;
		for (size_t i = n; i--; )
			if (name[i] == '/' && i + 1 < n) {
				name += i + 1;
				n -= i + 1;
				break;
			}
	}
	if (!n)
		return 0;
	prefix = malloc(n + 3);
	if (!prefix)
		strerr_diefusys(111, "start");
	prefix[0] = '[';
	memcpy(prefix + 1, name, n);
	prefix[n + 1] = ']';
	prefix[n + 2] = 0;
	return prefix;
}

static void
add_console(struct log_program *g)
{
	if (!g->console)
		return;
	g->on_console = log_script_console(&g->lines.script, console_prefix(g));
	g->on_console->lossy = g->lossy;
	g->std.console = 1;
	/* whoever reads there is not what -b waits for */
	g->std.out.max = g->lossy ? LOSSY_BACKLOG : g->conf.backlog;
}

/* Opens a directory of the script, unless an earlier directive did. */
static struct log_dir *
open_dir(struct log_program *g, struct log_target const *t)
{
	for (size_t i = 0; i < g->ndirs; i++) {
		if (!log_dir_is(g->dirs + i, t->name))
			continue;
		if (g->conf.verbosity)
			strerr_warnw(t->name, ": named twice, the settings of ",
				g->dirs[i].name, " hold");
		return g->dirs + i;
	}
	log_dir_open(g->dirs + g->ndirs, t, &g->conf, &g->journal);
	return g->dirs + g->ndirs++;
}

static void
open_outputs(struct log_program *g)
{
	struct log_script *s = &g->lines.script;

	log_stdout_init(&g->std, &g->conf);
	add_console(g);
	if (g->block)
		g->conf.backlog = LOG_READ;
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

/* What makes a line come out as it does: settings of directories do not. */
static uint64_t
hash(struct log_program const *g, char const *const *words, size_t n)
{
	char limit[UINT32_FMT];
	uint64_t h = log_record_hash(0, limit, uint32_fmt(limit, g->limit));

	for (size_t i = 0; i < n; i++)
		if (!strchr("nslSrR!?E^", words[i][0]))
			h = log_record_hash(h, words[i], strlen(words[i]) + 1);
	return h;
}

void
log_start(struct log_program *g, int argc, char const *const *argv)
{
	int first = options(g, argc, argv);
	size_t n = (size_t)(argc - first);

	cli_fds();
	g->conf.mode = umask(0);
	umask(g->conf.mode);
	g->conf.mode = 0666 & ~g->conf.mode;
	parse(g, argv + first, n);
	open_outputs(g);
	log_journal_begin(&g->journal, g->ndirs, g->durable, hash(g, argv + first, n));
	if (g->journal.on)
		g->in.journal = &g->journal;
}
