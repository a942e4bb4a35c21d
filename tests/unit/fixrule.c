/* fixrule.c - the rules of fix-attrs */

#include <sextet/fixrule.h>

#include "tap.h"

static struct fixrule r;
static char const *what;

static int
parse(char const *line)
{
	static char copy[1000];

	snprintf(copy, sizeof copy, "%s", line);
	what = 0;
	return fixrule_parse(copy, &r, &what);
}

static void
bad(char const *line, char const *why)
{
	ok(parse(line) == -1 && what && !strcmp(what, why), "'%s': %s", line, why);
}

int
main(void)
{
	ok(parse("/data true app 0644 0755") == 1 && !strcmp(r.path, "/data") && r.recurse
		&& !strcmp(r.account, "app") && r.fmode == 0644 && r.dmode == 0755, "a rule");
	ok(parse(" \t/d*\tfalse  a:b,1:2 - 2700\t\r") == 1 && !strcmp(r.path, "/d*") && !r.recurse
		&& !strcmp(r.account, "a:b,1:2") && r.fmode == FIXRULE_SAME && r.dmode == 02700,
		"blanks and tabs, a mode that stays");
	ok(parse("/d true a 4755 7777 # why") == 1 && r.fmode == 04755 && r.dmode == 07777,
		"all bits, a comment");
	ok(parse("") == 0 && parse(" \t\r") == 0, "nothing");
	ok(parse("# comment") == 0 && parse("  #comment with five more words here") == 0, "a comment");
	bad("/d", "too few words");
	bad("/d true a 0644", "too few words");
	bad("/d true a 0644 # 0755", "too few words");
	bad("/d true a 0644 0755 more", "too many words");
	bad("/d yes a 0644 0755", "recurse is neither true nor false");
	bad("/d true a 0648 0755", "invalid mode of files");
	bad("/d true a 10000 0755", "invalid mode of files");
	bad("/d true a u+r 0755", "invalid mode of files");
	bad("/d true a 0644 -1", "invalid mode of directories");
	bad("/d true a 0644 77777777777777777777", "invalid mode of directories");
	return done_testing();
}
