/*
 * s6-setsid - executes a program as leader of a new session or process group.
 * Exits 111 if that cannot be and -i was given; without it the program is
 * executed all the same.
 */

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>

#define USAGE "s6-setsid [ -s | -b | -f | -g ] [ -i | -I | -q ] [ -d ctty ] prog..."

/* One bit each, for the long options that stand for one. Without GROUP the
   others mean nothing. */
enum what { GROUP = 1, FOREGROUND = 2, GRAB = 4 };
enum { LONG_GROUP = 256, LONG_FOREGROUND, LONG_GRAB };

struct options {
	unsigned int what;
	int strict, quiet;
	int ctty;		/* -1: not given */
};

static struct cli_long const longs[] = {
	{ "session", 's', 0 },
	{ "background-process-group", 'b', 0 },
	{ "foreground-process-group", 'f', 0 },
	{ "foreground-process-group-grab", 'g', 0 },
	{ "process-group", LONG_GROUP, 0 },
	{ "foreground", LONG_FOREGROUND, 0 },
	{ "grab", LONG_GRAB, 0 },
	{ "strict", 'i', 0 },
	{ "no-strict", 'I', 0 },
	{ "quiet", 'q', 0 },
	{ "ctty", 'd', 1 },
	{ 0, 0, 0 }
};

static void
failed(struct options const *o, char const *what)
{
	if (o->strict)
		strerr_diefusys(111, what);
	if (!o->quiet)
		strerr_warnwusys(what);
}

/* The kernel stops a background group that does this, unless it blocks or
   ignores the signal: blocked for the moment, nothing of it is left behind. */
static int
take_terminal(int fd, int grab)
{
	sigset_t ttou, old;
	int r;

	if (!grab)
		return tcsetpgrp(fd, getpid());
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	r = tcsetpgrp(fd, getpid());
	sigprocmask(SIG_SETMASK, &old, 0);
	return r;
}

static void
new_group(struct options const *o)
{
	int fd = o->ctty;

	if (o->what & FOREGROUND && fd < 0) {
		fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			strerr_diefusys(111, "open /dev/tty");
	}
	if (setpgid(0, 0) < 0)
		failed(o, "setpgid");
	if (o->what & FOREGROUND && take_terminal(fd, !!(o->what & GRAB)) < 0)
		failed(o, "tcsetpgrp");
}

static int
parse(int argc, char const *const *argv, struct options *o)
{
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t fd;
	int opt;

	while ((opt = cli_getopt(argc, argv, "Ibd:fgiqs", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'I': o->strict = 0; break;
		case 'b': o->what = GROUP; break;
		case 'd':
			fd = cli_uint(l.arg, USAGE);
			if (fd > INT_MAX)
				strerr_dieusage(100, USAGE);
			o->ctty = (int)fd;
			break;
		case 'f': o->what = GROUP | FOREGROUND; break;
		case 'g': o->what = GROUP | FOREGROUND | GRAB; break;
		case 'i': o->strict = 1; break;
		case 'q': o->quiet = 1; break;
		case 's': o->what = 0; break;
		case LONG_GROUP: o->what |= GROUP; break;
		case LONG_FOREGROUND: o->what |= FOREGROUND; break;
		case LONG_GRAB: o->what |= GRAB; break;
		}
	}
	return l.ind;
}

int
main(int argc, char const *const *argv)
{
	struct options o = { .ctty = -1 };
	int first;

	PROG = "s6-setsid";
	first = parse(argc, argv, &o);
	if (first == argc)
		strerr_dieusage(100, USAGE);
	if (o.what & GROUP)
		new_group(&o);
	else if (setsid() < 0)
		failed(&o, "setsid");
	cli_exec_here(argv + first);
}
