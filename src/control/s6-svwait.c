/*
 * s6-svwait - wait until services are up, down, ready or restarted.
 * Exits 0 then, 99 on timeout, 111 on error; else with the number of services
 * that will not get there.
 */

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/waited.h>

#define USAGE "s6-svwait [ -U | -u | -d | -D | -r | -R ] [ -a | -o ] [ -t timeout ] servicedir..."

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	char want = 'u';
	int any = 0, opt;
	uint32_t timeout = 0;
	int64_t deadline;
	struct wait w;

	PROG = "s6-svwait";
	while ((opt = cli_getopt(argc, argv, "DRUadort:u", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'a': any = 0; break;
		case 'o': any = 1; break;
		case 't': timeout = cli_uint(l.arg, USAGE); break;
		default: want = (char)opt;
		}
	}
	argc -= l.ind;
	argv += l.ind;

	deadline = clock_deadline(timeout);
	cli_fds();
	waited_open(&w, argv, (size_t)argc, want);
	return waited_end(&w, wait_run(&w, any, deadline), 0);
}
