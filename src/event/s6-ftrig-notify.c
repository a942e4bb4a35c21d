/*
 * s6-ftrig-notify - send events to everybody who listens in an event directory.
 * Exits 0, even when nobody does, or 111 when it cannot.
 */

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/event.h>

#define USAGE "s6-ftrig-notify fifodir message"

int
main(int argc, char const *const *argv)
{
	int i, fd;

	PROG = "s6-ftrig-notify";
	i = cli_noopt(argc, argv, USAGE);
	if (argc - i < 2)
		strerr_dieusage(100, USAGE);

	/* a listener may die while we write to it */
	signal(SIGPIPE, SIG_IGN);
	fd = event_open(AT_FDCWD, argv[i]);
	if (fd < 0 || event_notify(fd, argv[i + 1], strlen(argv[i + 1])) < 0)
		strerr_diefusys(111, "notify ", argv[i]);
	return 0;
}
