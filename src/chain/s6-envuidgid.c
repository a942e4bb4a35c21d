/*
 * s6-envuidgid - puts the ids of an account into UID, GID and GIDLIST, then
 * executes a program. Changes no ids. Exits 1 if there is no such account.
 */

#include <string.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/account.h>
#include <sextet/cli.h>
#include <sextet/environment.h>
#include <sextet/identity.h>

#define USAGE "s6-envuidgid [ -i | -D defaultuid:defaultgid:defaultgidlist ] [ -u | -g | -B ] [ -n ] account prog..."

enum what { ALL, USER, GROUP, BOTH };

struct options {
	enum what what;
	int numeric;			/* -n: a number may stand for a name */
	int insist;			/* no default: 0 is one as well */
};

extern char **environ;

/* -D UID:GID:GIDLIST; what is missing is 0, 0, empty */
static void
scan_default(char *s, struct identity *id)
{
	char *gid = strchr(s, ':'), *groups = 0;
	char none[1] = "";

	if (!*s)
		strerr_dieusage(100, USAGE);
	if (gid) {
		*gid++ = 0;
		groups = strchr(gid, ':');
	}
	if (groups)
		*groups++ = 0;
	id->uid = 0;
	id->gid = 0;
	if ((*s && !uid0_scan(s, &id->uid))
		|| (gid && *gid && !gid0_scan(gid, &id->gid))
		|| !identity_scan_groups(id, groups ? groups : none))
		strerr_dieusage(100, USAGE);
}

/* What a lookup came to: an id was found, or there is a default; or death. */
static void
settle(enum account_result result, int insist, char const *kind, char const *name)
{
	if (result == ACCOUNT_ERROR)
		strerr_diefusys(111, "look up ", kind, name);
	if (result == ACCOUNT_UNKNOWN && insist)
		strerr_dief(1, "unknown ", kind, name);
}

static void
find_user(char const *name, struct options const *o, struct identity *id)
{
	gid_t gid = id->gid;
	enum account_result result = account_user(name, &id->uid, &gid);

	if (result == ACCOUNT_FOUND && o->what == ALL)
		id->gid = gid;
	if (result == ACCOUNT_UNKNOWN && o->numeric && uid0_scan(name, &id->uid))
		result = ACCOUNT_FOUND;
	settle(result, o->insist, "user: ", name);
	if (result == ACCOUNT_FOUND && o->what == ALL && !o->numeric)
		settle(account_groups(name, id->groups, IDENTITY_GROUPS, &id->n), 0, "groups of user: ", name);
}

static void
find_group(char const *name, struct options const *o, struct identity *id)
{
	enum account_result result = account_group(name, &id->gid);

	if (result == ACCOUNT_UNKNOWN && o->numeric && gid0_scan(name, &id->gid))
		result = ACCOUNT_FOUND;
	settle(result, o->insist, "group: ", name);
}

/* USER:GROUP, either of which may be missing */
static void
find_both(char *account, struct options const *o, struct identity *id)
{
	char *colon = strchr(account, ':');

	if (colon) {
		*colon = 0;
		if (colon[1])
			find_group(colon + 1, o, id);
	}
	if (*account || !colon)
		find_user(account, o, id);
}

static int
add(stralloc *changes, char const *name, unsigned int id)
{
	char fmt[UINT_FMT];
	size_t n = uint_fmt(fmt, id);

	fmt[n++] = 0;
	return stralloc_cats(changes, name) && stralloc_catb(changes, fmt, n);
}

static int
add_groups(stralloc *changes, struct identity const *id)
{
	char fmt[UINT_FMT];

	if (!stralloc_cats(changes, "GIDLIST="))
		return 0;
	for (size_t i = 0; i < id->n; i++) {
		size_t n = uint_fmt(fmt, id->groups[i]);

		fmt[n++] = ',';
		if (!stralloc_catb(changes, fmt, i + 1 < id->n ? n : n - 1))
			return 0;
	}
	return stralloc_0(changes);
}

static char const **
changed_environment(struct options const *o, struct identity const *id)
{
	stralloc changes = STRALLOC_ZERO;
	size_t n = 0;
	int good = 1;

	if (o->what != GROUP)
		n++, good = good && add(&changes, "UID=", id->uid);
	if (o->what != USER)
		n++, good = good && add(&changes, "GID=", id->gid);
	/* as ever, -n says nothing about groups */
	if (o->what == ALL && !o->numeric)
		n++, good = good && add_groups(&changes, id);
	return good ? environment_change((char const *const *)environ, changes.s, n) : 0;
}

static int
parse(int argc, char const *const *argv, struct options *o, struct identity *id)
{
	subgetopt l = SUBGETOPT_ZERO;
	int opt;

	while ((opt = cli_getopt(argc, argv, "BD:ginu", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'B': o->what = BOTH; break;
		case 'D': o->insist = 0; scan_default((char *)l.arg, id); break;
		case 'g': o->what = GROUP; break;
		case 'i': o->insist = 1; break;
		case 'n': o->numeric = 1; break;
		case 'u': o->what = USER; break;
		}
	}
	return l.ind;
}

int
main(int argc, char const *const *argv)
{
	struct identity *id;
	struct options o = { .what = ALL, .insist = 1 };
	char const **envp;
	int first;

	PROG = "s6-envuidgid";
	id = identity_new();
	if (!id)
		strerr_diefusys(111, "get memory");
	first = parse(argc, argv, &o, id);
	argc -= first;
	argv += first;
	if (argc < 2)
		strerr_dieusage(100, USAGE);

	switch (o.what) {
	case ALL:
	case USER: find_user(argv[0], &o, id); break;
	case GROUP: find_group(argv[0], &o, id); break;
	case BOTH: find_both((char *)argv[0], &o, id); break;
	}
	envp = changed_environment(&o, id);
	if (!envp)
		strerr_diefusys(111, "change the environment");
	cli_exec(argv + 1, envp);
}
