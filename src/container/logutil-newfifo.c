/*
 * logutil-newfifo - makes a FIFO for logutil-service, in place of what is there.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/accountspec.h>
#include <sextet/cli.h>

#define USAGE "logutil-newfifo [ -m mode ] [ -o owner ] path"
#define SUFFIX ".new"

struct options {
	unsigned int mode;
	uid_t uid;
	gid_t gid;
	int has_owner;
};

static void
set_owner(struct options *o, char const *owner)
{
	char who[ACCOUNT_NAMESIZE];

	switch (accountspec_find(owner, &o->uid, &o->gid, who)) {
	case ACCOUNTSPEC_GOOD: break;
	case ACCOUNTSPEC_UNKNOWN: strerr_dief(111, "no such user or group: ", who);
	case ACCOUNTSPEC_INVALID: strerr_dieusage(100, USAGE);
	case ACCOUNTSPEC_ERROR: strerr_diefusys(111, "look up ", owner);
	}
	o->has_owner = 1;
}

/* Makes it beside PATH first: whoever opens PATH finds it with its owner and
   mode, or not at all. */
static void
make(char const *path, struct options const *o)
{
	char fresh[PATH_MAX];
	size_t len = strlen(path);

	if (len + sizeof SUFFIX > sizeof fresh) {
		errno = ENAMETOOLONG;
		strerr_diefusys(111, "make ", path);
	}
	memcpy(fresh, path, len);
	memcpy(fresh + len, SUFFIX, sizeof SUFFIX);
	if (unlink(fresh) < 0 && errno != ENOENT)
		strerr_diefusys(111, "remove ", fresh);
	if (mkfifo(fresh, 0600) < 0)
		strerr_diefusys(111, "make ", path);
	if ((o->has_owner && lchown(fresh, o->uid, o->gid) < 0)
		|| fchmodat(AT_FDCWD, fresh, o->mode, 0) < 0 || rename(fresh, path) < 0) {
		int e = errno;

		unlink(fresh);
		errno = e;
		strerr_diefusys(111, "make ", path);
	}
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	struct options o = { .mode = 0600 };
	int opt;

	PROG = "logutil-newfifo";
	while ((opt = cli_getopt(argc, argv, "m:o:", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'm':
			if (!uint0_oscan(l.arg, &o.mode) || o.mode > 07777)
				strerr_dieusage(100, USAGE);
			break;
		case 'o':
			set_owner(&o, l.arg);
			break;
		}
	}
	argc -= l.ind;
	argv += l.ind;
	if (argc != 1 || !argv[0][0])
		strerr_dieusage(100, USAGE);
	make(argv[0], &o);
	return 0;
}
