/*
 * s6-ftrig-listen - start a program, wait until events in several event
 * directories match. The subscriptions come first, so that nothing is missed.
 * Exits 0 on a match, 1 on timeout, 111 on error.
 */

#include <stdlib.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/ftrig.h>
#include <sextet/program.h>

#define USAGE "s6-ftrig-listen [ -a | -o ] [ -t timeout ] { fifodir regexp fifodir regexp... } prog..."

static struct cli_long const longs[] = {
	{ "and", 'a', 0 },
	{ "or", 'o', 0 },
	{ "timeout", 't', 1 },
	{ 0, 0, 0 }
};

/* The N pairs of words are fifodirs and their expressions. */
static struct ftrig *
subscribe(char const *const *pairs, size_t n)
{
	struct ftrig *t = calloc(n, sizeof *t);

	if (!t)
		strerr_diefusys(111, "allocate memory");
	for (size_t i = 0; i < n; i++) {
		char const *dir = pairs[2 * i], *regex = pairs[2 * i + 1];

		if (ftrig_listen(t + i, dir, regex) < 0) {
			ftrig_leave(t, i);
			strerr_diefusys(111, "subscribe to ", dir, " with regexp ", regex);
		}
	}
	return t;
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	int any = 0, words, opt;
	uint32_t timeout = 0;
	enum ftrig_result r;
	struct ftrig *t;
	int64_t deadline;

	PROG = "s6-ftrig-listen";
	while ((opt = cli_getopt(argc, argv, "aot:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'a': any = 0; break;
		case 'o': any = 1; break;
		case 't': timeout = cli_uint(l.arg, USAGE); break;
		}
	}
	argv += l.ind;
	words = cli_block(argv, (char const **)argv, USAGE);	/* in place */
	if (words < 2 || words % 2 || !argv[words + 1])
		strerr_dieusage(100, USAGE);

	deadline = clock_deadline(timeout);
	t = subscribe(argv, (size_t)words / 2);
	if (program_spawn(argv + words + 1, 0, 0, 0) < 0) {
		ftrig_leave(t, (size_t)words / 2);
		strerr_diefusys(111, "spawn ", argv[words + 1]);
	}
	r = ftrig_wait(t, (size_t)words / 2, any, deadline);
	if (r != FTRIG_MATCHED)
		strerr_diefusys(r == FTRIG_TIMEOUT ? 1 : 111, "get expected event");
	return 0;
}
