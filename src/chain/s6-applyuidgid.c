/*
 * s6-applyuidgid - sets the user and group ids, then executes a program.
 * Exits 100 if UID, GID or GIDLIST are wanted and unfit, 111 if the system
 * refuses.
 */

#include <stdlib.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/environment.h>
#include <sextet/identity.h>

#define USAGE "s6-applyuidgid [ -z ] [ -u uid ] [ -g gid ] [ -G gidlist ] [ -U ] prog..."

extern char **environ;

static char const *
need(char const *name)
{
	char const *value = getenv(name);

	if (!value)
		strerr_dief(100, name, " not set");
	return value;
}

static void
from_environment(struct identity *id)
{
	char const *uid = need("UID"), *gid = need("GID"), *groups = need("GIDLIST");

	if (!uid0_scan(uid, &id->uid))
		strerr_dief(100, "invalid $UID");
	if (!gid0_scan(gid, &id->gid))
		strerr_dief(100, "invalid $GID");
	if (!identity_scan_groups(id, groups))
		strerr_dief(100, "invalid $GIDLIST");
	id->set_groups = 1;
}

static int
options(int argc, char const *const *argv, struct identity *id, int *unexport)
{
	subgetopt l = SUBGETOPT_ZERO;
	int opt;

	while ((opt = cli_getopt(argc, argv, "G:Ug:u:z", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'G':
			if (!identity_scan_groups(id, l.arg))
				strerr_dieusage(100, USAGE);
			id->set_groups = 1;
			break;
		case 'U':
			from_environment(id);
			break;
		case 'g':
			if (!gid0_scan(l.arg, &id->gid))
				strerr_dieusage(100, USAGE);
			break;
		case 'u':
			if (!uid0_scan(l.arg, &id->uid))
				strerr_dieusage(100, USAGE);
			break;
		case 'z':
			*unexport = 1;
			break;
		}
	}
	return l.ind;
}

int
main(int argc, char const *const *argv)
{
	static struct identity id;
	enum identity_result result;
	int unexport = 0, first;

	PROG = "s6-applyuidgid";
	first = options(argc, argv, &id, &unexport);
	if (first == argc)
		strerr_dieusage(100, USAGE);
	argv += first;

	/* 0 is what a process that may do this has already */
	id.set_uid = id.uid != 0;
	id.set_gid = id.gid != 0;
	result = identity_apply(&id);
	if (result != IDENTITY_DONE)
		strerr_diefusys(111, identity_verb(result));
	if (unexport) {
		environment_remove((char const **)environ, "UID");
		environment_remove((char const **)environ, "GID");
		environment_remove((char const **)environ, "GIDLIST");
	}
	cli_exec_here(argv);
}
