/*
 * s6-applyuidgid - sets the user and group ids, then executes a program.
 * Exits 100 if UID, GID or GIDLIST are wanted and unfit, 111 if the system
 * refuses.
 */

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/environment.h>
#include <sextet/identity.h>

#define USAGE "s6-applyuidgid [ -z ] [ -u uid ] [ -g gid ] [ -G gidlist ] [ -U ] prog..."

extern char **environ;

static int
options(int argc, char const *const *argv, struct identity *id, int *unexport)
{
	subgetopt l = SUBGETOPT_ZERO;
	int opt;

	while ((opt = cli_getopt(argc, argv, "G:Ug:u:z", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'z':
			*unexport = 1;
			break;
		default:
			cli_identity(opt, l.arg, USAGE, id);
		}
	}
	return l.ind;
}

int
main(int argc, char const *const *argv)
{
	struct identity *id = identity_new();
	int unexport = 0, first;

	PROG = "s6-applyuidgid";
	if (!id)
		strerr_diefusys(111, "get memory");
	first = options(argc, argv, id, &unexport);
	if (first == argc)
		strerr_dieusage(100, USAGE);
	argv += first;
	cli_become(id);
	if (unexport) {
		environment_remove((char const **)environ, "UID");
		environment_remove((char const **)environ, "GID");
		environment_remove((char const **)environ, "GIDLIST");
	}
	cli_exec_here(argv);
}
