/*
 * s6-ftrig-wait - wait until events in an event directory match.
 * Prints what it heard. Exits 0 on a match, 99 on timeout, 111 on error.
 */

#include <skalibs/allreadwrite.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/ftrig.h>

#define USAGE "s6-ftrig-wait [ -t timeout ] fifodir regexp"

static struct cli_long const longs[] = { { "timeout", 't', 1 }, { 0, 0, 0 } };

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	struct ftrig t;
	enum ftrig_result r;
	uint32_t timeout = 0;
	int64_t deadline;
	int opt;

	PROG = "s6-ftrig-wait";
	while ((opt = cli_getopt(argc, argv, "t:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 't': timeout = cli_uint(l.arg, USAGE); break;
		}
	}
	argc -= l.ind;
	argv += l.ind;
	if (argc < 2)
		strerr_dieusage(100, USAGE);

	deadline = clock_deadline(timeout);
	if (ftrig_listen(&t, argv[0], argv[1]) < 0)
		strerr_diefusys(111, "subscribe to ", argv[0], " with regexp ", argv[1]);
	r = ftrig_wait(&t, 1, 0, deadline);
	if (r != FTRIG_MATCHED)
		strerr_diefusys(r == FTRIG_TIMEOUT ? 99 : 111, "match regexp on ", argv[1]);
	t.text[t.len++] = '\n';
	if (allwrite(1, t.text, t.len) < t.len)
		strerr_diefusys(111, "write to stdout");
	return 0;
}
