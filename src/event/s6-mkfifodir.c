/*
 * s6-mkfifodir - make event directories.
 * Exits 0, or 111 when it cannot.
 */

#include <fcntl.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/event.h>

#define USAGE "s6-mkfifodir [ -f ] [ -g gid ] fifodir..."

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	gid_t gid = (gid_t)-1;		/* everybody may listen */
	int force = 0, opt;

	PROG = "s6-mkfifodir";
	while ((opt = cli_getopt(argc, argv, "fg:", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'f': force = 1; break;
		case 'g':
			if (!gid0_scan(l.arg, &gid))
				strerr_dieusage(100, USAGE);
			break;
		}
	}
	if (l.ind >= argc)
		strerr_dieusage(100, USAGE);

	for (int i = l.ind; i < argc; i++)
		if (event_mkdir(AT_FDCWD, argv[i], gid, force) < 0)
			strerr_diefusys(111, "create fifodir at ", argv[i]);
	return 0;
}
