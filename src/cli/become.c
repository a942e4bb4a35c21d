/* become.c - options that say who to be: see sextet/cli.h */

#include <stdlib.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/identity.h>

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

void
cli_identity(int opt, char const *arg, char const *usage, struct identity *id)
{
	int fine = 1;

	switch (opt) {
	case 'G':
		fine = identity_scan_groups(id, arg);
		id->set_groups = 1;
		break;
	case 'U':
		from_environment(id);
		break;
	case 'g':
		fine = gid0_scan(arg, &id->gid) != 0;
		break;
	case 'u':
		fine = uid0_scan(arg, &id->uid) != 0;
		break;
	}
	if (!fine)
		strerr_dieusage(100, usage);
}

void
cli_become(struct identity *id)
{
	enum identity_result result;

	/* 0 is what a process that may do this has already */
	id->set_uid = id->uid != 0;
	id->set_gid = id->gid != 0;
	result = identity_apply(id);
	if (result != IDENTITY_DONE)
		strerr_diefusys(111, identity_verb(result));
}
