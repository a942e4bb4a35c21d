/*
 * s6-svok - is a service directory supervised?
 * Exits 0 when every one of them is, 1 when one is not, 111 on error.
 */

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/servicedir.h>

#define USAGE "s6-svok servicedir..."

int
main(int argc, char const *const *argv)
{
	int i;

	PROG = "s6-svok";
	i = cli_noopt(argc, argv, USAGE);
	if (i >= argc)
		strerr_dieusage(100, USAGE);

	/* s6-supervise locks a file for its life: nothing to ask it, and a
	   supervisor that was killed cannot leave a wrong answer behind */
	for (; i < argc; i++) {
		int r = servicedir_supervised(argv[i]);

		if (r < 0)
			strerr_diefusys(111, "check ", argv[i]);
		if (!r)
			return 1;
	}
	return 0;
}
