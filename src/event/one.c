/* one.c - see one.h */

#include <skalibs/allreadwrite.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>

#include "one.h"

static struct cli_long const longs[] = { { "timeout", 't', 1 }, { 0, 0, 0 } };

char const *const *
ftrig_one_begin(struct ftrig *t, int64_t *deadline, int argc, char const *const *argv,
	char const *usage, int least)
{
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t timeout = 0;
	int opt;

	while ((opt = cli_getopt(argc, argv, "t:", longs, usage, &l)) >= 0) {
		switch (opt) {
		case 't': timeout = cli_uint(l.arg, usage); break;
		}
	}
	argc -= l.ind;
	argv += l.ind;
	if (argc < least)
		strerr_dieusage(100, usage);
	*deadline = clock_deadline(timeout);
	if (ftrig_listen(t, argv[0], argv[1]) < 0)
		strerr_diefusys(111, "subscribe to ", argv[0], " with regexp ", argv[1]);
	return argv;
}

void
ftrig_one_print(struct ftrig *t)
{
	t->text[t->len++] = '\n';
	if (allwrite(1, t->text, t->len) < t->len)
		strerr_diefusys(111, "write to stdout");
}
