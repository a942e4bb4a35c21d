/*
 * s6-cleanfifodir - remove the FIFOs of dead listeners from event directories.
 * Exits 0, or 111 when it cannot.
 */

#include <fcntl.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/event.h>

#define USAGE "s6-cleanfifodir fifodir..."

int
main(int argc, char const *const *argv)
{
	int i;

	PROG = "s6-cleanfifodir";
	i = cli_noopt(argc, argv, USAGE);
	if (i >= argc)
		strerr_dieusage(100, USAGE);

	for (; i < argc; i++) {
		int fd = event_open(AT_FDCWD, argv[i]);

		if (fd < 0 || event_clean(fd) < 0)
			strerr_diefusys(111, "clean up fifodir at ", argv[i]);
		close(fd);
	}
	return 0;
}
