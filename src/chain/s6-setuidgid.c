/*
 * s6-setuidgid - executes a program as another user.
 * Exits 1 if there is no such user, 111 if the system refuses.
 */

#include <string.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/account.h>
#include <sextet/cli.h>
#include <sextet/environment.h>
#include <sextet/identity.h>

#define USAGE "s6-setuidgid account prog..."

extern char **environ;

/* UID:GID */
static void
by_numbers(char const *account, struct identity *id)
{
	size_t len = strcspn(account, ":");

	if (!len || uid_scan(account, &id->uid) != len || !gid0_scan(account + len + 1, &id->gid))
		strerr_dieusage(100, USAGE);
}

/* A user's name. UID, GID and GIDLIST, which an s6-envuidgid further left may
   have set, would now be wrong: they go. */
static void
by_name(char const *account, struct identity *id)
{
	char const **envp = (char const **)environ;
	enum account_result result = account_user(account, &id->uid, &id->gid);

	if (result == ACCOUNT_UNKNOWN)
		strerr_dief(1, "unknown user: ", account);
	if (result == ACCOUNT_FOUND)
		result = account_groups(account, id->groups, IDENTITY_GROUPS, &id->n);
	if (result != ACCOUNT_FOUND)
		strerr_diefusys(111, "look up user ", account);
	environment_remove(envp, "UID");
	environment_remove(envp, "GID");
	environment_remove(envp, "GIDLIST");
}

static void
become(char const *account)
{
	struct identity *id = identity_new();
	enum identity_result result;

	if (!id)
		strerr_diefusys(111, "get memory");
	if (strchr(account, ':'))
		by_numbers(account, id);
	else
		by_name(account, id);
	id->set_uid = id->set_gid = id->set_groups = 1;
	result = identity_apply(id);
	if (result != IDENTITY_DONE)
		strerr_diefusys(111, identity_verb(result));
}

int
main(int argc, char const *const *argv)
{
	int first;

	PROG = "s6-setuidgid";
	first = cli_noopt(argc, argv, USAGE);
	argc -= first;
	argv += first;
	if (argc < 2)
		strerr_dieusage(100, USAGE);

	if (argv[0][0])
		become(argv[0]);
	cli_exec_here(argv + 1);
}
