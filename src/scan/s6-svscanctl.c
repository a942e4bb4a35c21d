/*
 * s6-svscanctl - give commands to the s6-svscan of a scan directory.
 * Exits 0 when they were written (or, without commands, when it runs), 1 when
 * it cannot be upgraded, 100 when no s6-svscan listens there, 111 on other errors.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/scandir.h>

#define USAGE "s6-svscanctl [ -" SCANDIR_COMMANDS " ] [ --upgrade[=scanner] ] scandir"
#define COMMANDS_MAX 64
#define OPT_UPGRADE 256

static struct cli_long const longs[] = {
	{ "upgrade", OPT_UPGRADE, CLI_OPTIONAL },
	{ 0, CLI_USAGE, 0 }
};

/* The command of --upgrade or --upgrade=WORD. */
static char
upgrade(char const *word)
{
	if (!word)
		return CONTROL_UPGRADE;
	if (strcmp(word, "scanner"))
		strerr_dieusage(100, USAGE);
	return CONTROL_UPGRADE_SELF;
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	enum control_result r;
	char cmds[COMMANDS_MAX], own = 0;
	size_t n = 0;
	int opt;

	PROG = "s6-svscanctl";
	while ((opt = cli_getopt(argc, argv, SCANDIR_COMMANDS, longs, USAGE, &l)) >= 0) {
		if (opt == OPT_UPGRADE) {
			own = upgrade(l.arg);
			continue;
		}
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
	r = scandir_send(argv[0], cmds, n);
	if (r == CONTROL_SENT && own)
		r = control_sendown(argv[0], SCANDIR_CTL, own);
	switch (r) {
	case CONTROL_SENT:
		return 0;
	case CONTROL_NOBODY:
		strerr_diefu(100, "control ", argv[0], ": supervisor not listening");
	case CONTROL_UNKNOWN:
		strerr_dief(1, argv[0], " does not support upgrade");
	default:
		strerr_diefusys(errno == ENOTDIR ? 100 : 111, "control ", argv[0]);
	}
}
