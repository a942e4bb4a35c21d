/*
 * s6-svlisten1 - start a program and wait until a service is up, down, ready
 * or restarted; nothing that the program causes is missed.
 * Exits 0 then, 1 when the service will not get there, 99 on timeout, 111 on
 * error; the program's own end is not waited for.
 */

#include <errno.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/program.h>
#include <sextet/waited.h>

#define USAGE "s6-svlisten1 [ -U | -u | -d | -D | -r | -R ] [ -t timeout ] servicedir prog..."

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	char want = 'u';
	uint32_t timeout = 0;
	int64_t deadline;
	struct wait w;
	int opt;

	PROG = "s6-svlisten1";
	while ((opt = cli_getopt(argc, argv, "DRUdrt:u", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 't': timeout = cli_uint(l.arg, USAGE); break;
		default: want = (char)opt;
		}
	}
	argc -= l.ind;
	argv += l.ind;
	if (argc < 2)
		strerr_dieusage(100, USAGE);

	deadline = clock_deadline(timeout);
	cli_fds();
	waited_open(&w, argv, 1, want);
	w.latch = 1;
	if (program_spawn(argv + 1, 0, 0, 0) < 0) {
		int e = errno;

		wait_close(&w);
		errno = e;
		strerr_diefusys(111, "spawn ", argv[1]);
	}
	return waited_end(&w, wait_run(&w, 0, deadline), argv[0]);
}
