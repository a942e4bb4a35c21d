/*
 * s6-ftrig-wait - wait until events in an event directory match.
 * Prints what it heard. Exits 0 on a match, 99 on timeout, 111 on error.
 */

#include <skalibs/strerr.h>

#include "one.h"

#define USAGE "s6-ftrig-wait [ -t timeout ] fifodir regexp"

int
main(int argc, char const *const *argv)
{
	struct ftrig t;
	enum ftrig_result r;
	int64_t deadline;

	PROG = "s6-ftrig-wait";
	argv = ftrig_one_begin(&t, &deadline, argc, argv, USAGE, 2);
	r = ftrig_wait(&t, 1, 0, deadline);
	if (r != FTRIG_MATCHED)
		strerr_diefusys(r == FTRIG_TIMEOUT ? 99 : 111, "match regexp on ", argv[1]);
	ftrig_one_print(&t);
	return 0;
}
