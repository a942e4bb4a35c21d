/*
 * s6-svdt-clear - forget the deaths of services.
 * Exits 0, or 111 when it cannot.
 */

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/tally.h>

#define USAGE "s6-svdt-clear servicedir..."

int
main(int argc, char const *const *argv)
{
	int i;

	PROG = "s6-svdt-clear";
	i = cli_noopt(argc, argv, USAGE);
	if (i >= argc)
		strerr_dieusage(100, USAGE);

	for (; i < argc; i++)
		if (tally_clear(argv[i]) < 0)
			strerr_diefusys(111, "clear death tally for service ", argv[i]);
	return 0;
}
