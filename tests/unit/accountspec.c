/* accountspec.c - owners as people write them; daemon is 1:1 on Debian */

#include <sextet/accountspec.h>

#include "tap.h"

static uid_t uid;
static gid_t gid;
static char who[ACCOUNT_NAMESIZE];

static enum accountspec_result
find(char const *s)
{
	uid = 77;
	gid = 78;
	who[0] = 0;
	return accountspec_find(s, &uid, &gid, who);
}

/* The ids on the line of FILE that FORMAT describes. (A statically linked test
   must not ask the C library for accounts.) */
static int
ids(char const *file, char const *format, unsigned *one, unsigned *two)
{
	FILE *f = fopen(file, "r");
	char line[4096];
	int found = 0;

	while (f && !found && fgets(line, sizeof line, f))
		found = sscanf(line, format, one, two) >= 1;
	if (f)
		fclose(f);
	return found;
}

static void
is(char const *s, uid_t u, gid_t g)
{
	ok(find(s) == ACCOUNTSPEC_GOOD && uid == u && gid == g, "%s", s);
}

static void
unknown(char const *s, char const *name)
{
	ok(find(s) == ACCOUNTSPEC_UNKNOWN && !strcmp(who, name) && uid == 77 && gid == 78,
		"%s: no %s", s, name);
}

int
main(void)
{
	static char const *const invalid[] = {
		"", ":", ",", "a:", ":b", "daemon,", "daemon,1", "daemon,1:", "daemon,a:b", "daemon,1:2:3",
		"daemon,1:2,3:4", "daemon,4294967295:1", "daemon,99999999999:1", 0
	};
	uid_t u = 0;
	gid_t g = 0, gg = 0, none = 0;
	char spec[64];

	if (!ids("/etc/passwd", "daemon:%*[^:]:%u:%u", &u, &g)
		|| !ids("/etc/group", "daemon:%*[^:]:%u", &gg, &none)) {
		ok(1, "# SKIP no user daemon here");
		return done_testing();
	}
	is("daemon", u, g);
	is("daemon,3:4", u, g);
	is("2:2,3:4", 2, 2);
	is("0:0", 0, 0);
	is("daemon:11111,3:4", u, 11111);
	is("11111:daemon,3:4", 11111, gg);
	is("daemon:daemon", u, gg);
	is("daemon:unexisting,3:4", u, 4);
	is("unexisting:daemon,3:4", 3, gg);
	is("unexisting,3:4", 3, 4);
	is("unexisting:unexisting,3:4", 3, 4);
	is("987654", 987654, (gid_t)-1);
	snprintf(spec, sizeof spec, "%lu", (unsigned long)u);
	is(spec, u, g);
	unknown("unexisting", "unexisting");
	unknown("daemon:unexisting", "unexisting");
	unknown("4294967295", "4294967295");
	unknown("daemon:99999999999", "99999999999");
	unknown("-1", "-1");
	for (char const *const *s = invalid; *s; s++)
		ok(find(*s) == ACCOUNTSPEC_INVALID && uid == 77 && gid == 78, "'%s' is invalid", *s);
	return done_testing();
}
