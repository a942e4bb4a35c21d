/* identity.c - lists of groups; ids applied in a child, if this is root */

#include <errno.h>
#include <grp.h>
#include <sys/wait.h>

#include <sextet/identity.h>

#include "tap.h"

static struct identity id;

/* The groups read from S as text, "none" if S does not begin with an id. */
static char const *
scan(char const *s)
{
	static char buf[256];
	size_t len = 0;

	if (!identity_scan_groups(&id, s))
		return "none";
	buf[0] = 0;
	for (size_t i = 0; i < id.n; i++)
		len += (size_t)sprintf(buf + len, "%u ", (unsigned int)id.groups[i]);
	return buf;
}

static void
lists(void)
{
	static char const *const cases[][2] = {
		{ "", "" }, { "0", "0 " }, { "4,5", "4 5 " }, { "4:5;6 7\t8\n9", "4 5 6 7 8 9 " },
		{ "5,,6,", "5 6 " }, { "6,5,6", "6 5 6 " }, { "4294967295", "4294967295 " },
		{ "4,x", "4 " }, { "4x,5", "4 " }, { "4.5", "4 " }, { "4,4294967296", "4 " },
		{ "4294967296", "none" }, { "99999999999999999999", "none" },
		{ "x", "none" }, { ",5", "none" }, { " 5", "none" }, { "-1", "none" }, { "+1", "none" }
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ok(!strcmp(scan(cases[i][0]), cases[i][1]), "list \"%s\"", cases[i][0]);
	id.n = 3;
	ok(!identity_scan_groups(&id, "x") && id.n == 3, "untouched on failure");
}

static void
too_many(void)
{
	size_t const count = IDENTITY_GROUPS + 3;
	char *s = malloc(2 * count + 1);

	if (!s)
		exit(111);
	for (size_t i = 0; i < count; i++)
		memcpy(s + 2 * i, "7,", 3);
	ok(identity_scan_groups(&id, s) && id.n == IDENTITY_GROUPS, "no more groups than room");
	free(s);
}

/* Applies ID in a child, which answers with 10 * result + errno == EPERM, or
   with 200 + what CHECK says if it was done. */
static int
applied(int (*check)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		enum identity_result r = identity_apply(&id);

		_exit(r == IDENTITY_DONE ? 200 + check() : 10 * (int)r + (errno == EPERM));
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int
all_changed(void)
{
	gid_t list[8];
	int n = getgroups(8, list), seen = 0;
	uid_t r, e, s;
	gid_t rg, eg, sg;

	for (int i = 0; i < n; i++)
		seen |= list[i] == 40 ? 1 : list[i] == 41 ? 2 : list[i] == 50 ? 4 : 8;
	return n == 3 && seen == 7 && !getresuid(&r, &e, &s) && !getresgid(&rg, &eg, &sg)
		&& r == 60 && e == 60 && s == 60 && rg == 50 && eg == 50 && sg == 50;
}

static int
only_groups(void)
{
	gid_t list[8];

	return getgroups(8, list) == 1 && list[0] == getegid() && getuid() == 0;
}

static int
unprivileged(void)
{
	return setgid(50) == 0 && setuid(60) == 0 ? applied(all_changed) : 0;
}

static void
privileged(void)
{
	int status = 0;
	pid_t pid;

	id.uid = 60, id.gid = 50;
	id.set_uid = id.set_gid = id.set_groups = 1;
	identity_scan_groups(&id, "41,40");
	ok(applied(all_changed) == 201, "groups, gid and uid, the gid among the groups");
	identity_scan_groups(&id, "41,50,40");
	ok(applied(all_changed) == 201, "the gid is not added twice");
	id.set_uid = id.set_gid = 0;
	identity_scan_groups(&id, "");
	ok(applied(only_groups) == 201, "without gid the present one is added");

	id.set_uid = id.set_gid = id.set_groups = 1;
	id.uid = id.gid = 0;
	for (int i = 0; i < 3; i++) {
		fflush(stdout);
		pid = tap_fork();
		if (!pid)
			_exit(unprivileged());
		waitpid(pid, &status, 0);
		ok(WEXITSTATUS(status) == 10 * (i + 1) + 1, "refused: %s",
			identity_verb((enum identity_result)(i + 1)));
		id.set_groups = 0;
		id.set_gid = i < 1;
	}
}

int
main(void)
{
	struct identity *fresh = identity_new();

	ok(fresh && !fresh->n && !fresh->set_uid && !fresh->set_gid && !fresh->set_groups
		&& !fresh->groups[IDENTITY_GROUPS], "a new one asks for nothing");
	lists();
	too_many();
	ok(!strcmp(identity_verb(IDENTITY_GROUPS_FAILED), "set supplementary group list")
		&& !strcmp(identity_verb(IDENTITY_GID_FAILED), "setgid")
		&& !strcmp(identity_verb(IDENTITY_UID_FAILED), "setuid"), "verbs");
	if (getuid() == 0 && setgroups(0, 0) == 0)
		privileged();
	else
		printf("ok %d - applied # SKIP not root\n", ++tap_count);
	return done_testing();
}
