/*
 * s6-svscanctl - give commands to the s6-svscan of a scan directory.
 * Exits 0 when they were written (or, without commands, when it runs), 100
 * when no s6-svscan listens there, 111 on other errors.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/scandir.h>

#define USAGE "s6-svscanctl [ -" SCANDIR_COMMANDS " ] scandir"
#define COMMANDS_MAX 64

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	char cmds[COMMANDS_MAX];
	size_t n = 0;
	int opt;

	PROG = "s6-svscanctl";
	while ((opt = cli_getopt(argc, argv, SCANDIR_COMMANDS, 0, USAGE, &l)) >= 0) {
		if (n == COMMANDS_MAX)
			strerr_dief(100, "too many commands");
		cmds[n++] = (char)opt;
	}
	argc -= l.ind;
	argv += l.ind;
	if (argc < 1 || !argv[0][0])
		strerr_dieusage(100, USAGE);
	if (argc > 1)
		strerr_warnw("ignoring extra arguments");

	signal(SIGPIPE, SIG_IGN);	/* a scanner that leaves while we write is not listening */
	switch (scandir_send(argv[0], cmds, n)) {
	case CONTROL_SENT:
		return 0;
	case CONTROL_NOBODY:
		strerr_diefu(100, "control ", argv[0], ": supervisor not listening");
	default:
		strerr_diefusys(errno == ENOTDIR ? 100 : 111, "control ", argv[0]);
	}
}
