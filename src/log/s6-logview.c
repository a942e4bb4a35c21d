/*
 * s6-logview - prints log directories, oldest line first, and follows them.
 * Exits 0, or 111 when something could not be read (the rest is printed).
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/path.h>
#include <sextet/tai64n.h>

#include "logview.h"

#define USAGE "s6-logview [ -f ] [ -g | -l ] [ -n lines ] [ -s since ] [ -u until ] logdir..."

struct view {
	int follow, last;		/* options -f, -n */
	int dates;			/* show labels as dates */
	int has_since, has_until;
	tain since, until;
	struct logview_dir *dirs;
	size_t n;
	struct logview_dir *begun;	/* has a line printed in part */
	size_t watched;			/* directories that are being watched */
	int notify;			/* inotify */
	int trouble;
	struct logview_clock clock;
	struct isotime iso;
	struct logview_tail tail;	/* where lines go as long as last is set */
	struct outbuf out;
};

static void
written(int r)
{
	if (r < 0)
		strerr_diefusys(111, "write to stdout");
}

static void
put(struct view *v, char const *s, size_t n)
{
	if (!v->last)
		written(outbuf_put(&v->out, s, n));
	else if (logview_tail_add(&v->tail, s, n) < 0)
		strerr_diefusys(111, "keep lines");
}

/* The beginning of a line: who says it, and when. Returns how much of it that
   was. */
static size_t
put_head(struct view *v, struct logview_dir const *d)
{
	struct logview_clock c = { 0 };
	size_t len;
	tain t;

	if (v->last && logview_tail_begin(&v->tail) < 0)
		strerr_diefusys(111, "keep lines");
	if (d->name) {
		put(v, "[", 1);
		put(v, d->name, strlen(d->name));
		put(v, "] ", 2);
	}
	if (!v->dates || d->piece.s[0] != '@')
		return 0;
	len = logview_time(&c, d->piece.s, d->piece.len, &t);
	if (!len || !isotime_fmt(&v->iso, &t))
		return 0;
	put(v, v->iso.text, v->iso.len);
	return len;
}

static void
print(struct view *v, struct logview_dir *d)
{
	size_t n = 0;

	if (d->piece.first)
		d->hidden = (v->has_since && d->timed && tain_less(&d->time, &v->since))
			|| (v->has_until && tain_less(&v->until, &d->time));
	if (!d->hidden) {
		if (d->piece.first)
			n = put_head(v, d);
		put(v, d->piece.s + n, d->piece.len - n);
		if (d->piece.end != LINEIN_MORE)
			put(v, "\n", 1);
	}
	d->have = 0;
}

/* The directory whose line is the oldest; the first of those with equal ones. */
static struct logview_dir *
oldest(struct view *v, struct logview_clock *clock)
{
	struct logview_dir *best = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct logview_dir *d = v->dirs + i;

		if (logview_fill(d, clock, &v->trouble)
				&& (!best || tain_less(&d->time, &best->time)))
			best = d;
	}
	return best;
}

/* Prints what there is, oldest first; a line that was begun is ended before
   another directory has its turn. */
static void
print_all(struct view *v)
{
	int timed = v->n > 1 || v->has_since || v->has_until;
	struct logview_clock *clock = timed ? &v->clock : 0;

	for (;;) {
		struct logview_dir *d = v->begun ? v->begun : oldest(v, clock);

		if (!d || !logview_fill(d, clock, &v->trouble))
			return;
		print(v, d);
		v->begun = d->piece.end == LINEIN_MORE ? d : 0;
	}
}

/* Waits until something happens in a directory. What it was does not matter. */
static void
wait_event(struct view *v)
{
	char buf[4096] __attribute__((aligned(8)));
	ssize_t r;

	do
		r = read(v->notify, buf, sizeof buf);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		strerr_diefusys(111, "wait for changes");
}

static void
watch(struct view *v, char const *path)
{
	if (inotify_add_watch(v->notify, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO) >= 0)
		v->watched++;
	else
		strerr_warnwusys("watch ", path);
}

static void
open_dirs(struct view *v, char const *const *paths)
{
	v->notify = v->follow ? inotify_init1(IN_CLOEXEC) : -1;
	if (v->follow && v->notify < 0)
		strerr_diefusys(111, "watch directories");
	for (size_t i = 0; i < v->n; i++) {
		struct logview_dir *d = v->dirs + i;

		if (v->follow)
			watch(v, paths[i]);
		if (logview_open(d, paths[i], v->follow) < 0) {
			strerr_warnwusys("read log directory ", paths[i]);
			v->trouble = 1;
			continue;
		}
		if (v->has_since)
			logview_seek_time(d, &v->since);
		if (v->last && !v->has_until)
			logview_seek_last(d, v->tail.max);
	}
}

/* Several directories are told apart by the last parts of their names, or, where
   two of these are the same, by their whole names. */
static void
name_dirs(struct view *v, char const *const *paths)
{
	int whole = 0;

	for (size_t i = 0; i < v->n; i++)
		for (size_t j = 0; j < i; j++)
			whole |= !strcmp(path_base(paths[i]), path_base(paths[j]));
	for (size_t i = 0; v->n > 1 && i < v->n; i++)
		v->dirs[i].name = whole || !*path_base(paths[i]) ? paths[i] : path_base(paths[i]);
}

static void
scan_time(char const *s, int utc, tain *t)
{
	if (tai64n_scan(s, t) && !s[TAI64N_FMT])
		return;
	if (!isotime_scan(s, utc, t))
		strerr_dief(100, "invalid time: ", s);
}

static int
options(struct view *v, int argc, char const *const *argv)
{
	static struct cli_long const longs[] = { { "follow", 'f', 0 }, { "utc", 'g', 0 },
		{ "local", 'l', 0 }, { "lines", 'n', 1 }, { "since", 's', 1 }, { "until", 'u', 1 },
		{ 0, 0, 0 } };
	char const *since = 0, *until = 0;
	subgetopt l = SUBGETOPT_ZERO;
	int opt;

	while ((opt = cli_getopt(argc, argv, "fgln:s:u:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'f': v->follow = 1; break;
		case 'g': v->dates = v->iso.utc = 1; break;
		case 'l':
			v->dates = 1;
			v->iso.utc = 0;
			break;
		case 'n':
			v->last = 1;
			v->tail.max = cli_uint(l.arg, USAGE);
			break;
		case 's': since = l.arg; break;
		case 'u': until = l.arg; break;
		}
	}
	v->has_since = since != 0;
	v->has_until = until != 0;
	if (since)
		scan_time(since, v->iso.utc, &v->since);
	if (until)
		scan_time(until, v->iso.utc, &v->until);
	return l.ind;
}

int
main(int argc, char const *const *argv)
{
	static struct view v;	/* large: all zero, it takes no room in the file */
	int first;

	v.out.fd = 1;
	PROG = "s6-logview";
	first = options(&v, argc, argv);
	if (first == argc)
		strerr_dieusage(100, USAGE);
	cli_fds();
	v.n = (size_t)(argc - first);
	v.dirs = calloc(v.n, sizeof *v.dirs);
	if (!v.dirs)
		strerr_diefusys(111, "allocate memory");
	name_dirs(&v, argv + first);
	open_dirs(&v, argv + first);
	print_all(&v);
	if (v.last)
		written(logview_tail_print(&v.tail, &v.out));
	v.last = 0;
	written(outbuf_flush(&v.out));
	while (v.watched) {
		wait_event(&v);
		print_all(&v);
		written(outbuf_flush(&v.out));
	}
	return v.trouble ? 111 : 0;
}
