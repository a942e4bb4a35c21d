/*
 * s6-svlisten - start a program and wait until services are up, down, ready or
 * restarted; nothing that the program causes is missed.
 * Exits as s6-svwait does; the program's own end is not waited for.
 */

#include <errno.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/program.h>
#include <sextet/waited.h>

#define USAGE "s6-svlisten [ -U | -u | -d | -D | -r | -R ] [ -a | -o ] [ -t timeout ] servicedir... \"\" prog..."

struct options {
	char want;
	int any;
	int64_t deadline;
};

static int
get_options(struct options *o, int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t timeout = 0;
	int opt;

	while ((opt = cli_getopt(argc, argv, "DRUadort:u", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'a': o->any = 0; break;
		case 'o': o->any = 1; break;
		case 't': timeout = cli_uint(l.arg, USAGE); break;
		default: o->want = (char)opt;
		}
	}
	o->deadline = clock_deadline(timeout);
	if (o->any && (o->want == 'r' || o->want == 'R')) {
		o->any = 0;
		strerr_warnw("-o is unsupported when combined with -r or -R: using -a instead");
	}
	return l.ind;
}

int
main(int argc, char const *const *argv)
{
	struct options o = { .want = 'u', .any = 0 };
	char const *const *prog, **dirs;
	struct wait w;
	int n;

	PROG = "s6-svlisten";
	argv += get_options(&o, argc, argv);
	dirs = (char const **)argv;		/* a block is taken apart in place */
	n = cli_block(argv, dirs, USAGE);
	prog = argv + n + 1;
	if (!*prog)
		strerr_dieusage(100, USAGE);
	if (!n)
		cli_exec_here(prog);

	cli_fds();
	waited_open(&w, argv, (size_t)n, o.want);
	w.latch = 1;
	wait_usual_limit(&w);
	if (program_spawn(prog, 0, 0, 0) < 0) {
		int e = errno;

		wait_close(&w);
		errno = e;
		strerr_diefusys(111, "spawn ", *prog);
	}
	return waited_end(&w, wait_run(&w, o.any, o.deadline), 0);
}
