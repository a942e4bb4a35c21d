/*
 * s6-ftrig-listen1 - start a program, wait until events in an event directory
 * match. The subscription comes first, so that nothing is missed.
 * Prints what it heard. Exits 0 on a match, 1 on timeout, 111 on error.
 */

#include <skalibs/strerr.h>

#include <sextet/program.h>

#include "one.h"

#define USAGE "s6-ftrig-listen1 [ -t timeout ] fifodir regexp prog..."

int
main(int argc, char const *const *argv)
{
	struct ftrig t;
	enum ftrig_result r;
	int64_t deadline;

	PROG = "s6-ftrig-listen1";
	argv = ftrig_one_begin(&t, &deadline, argc, argv, USAGE, 3);
	if (program_spawn(argv + 2, 0, 0, 0) < 0) {
		ftrig_leave(&t, 1);
		strerr_diefusys(111, "spawn ", argv[2]);
	}
	r = ftrig_wait(&t, 1, 0, deadline);
	if (r != FTRIG_MATCHED)
		strerr_diefusys(r == FTRIG_TIMEOUT ? 1 : 111, "get expected event");
	ftrig_one_print(&t);
	return 0;
}
