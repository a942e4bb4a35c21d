/* environment.c - the environment handed to the next program */

#include <sextet/environment.h>

#include "tap.h"

/* The environment as one text, in its order, each entry followed by "|". */
static char const *
text(char const *const *envp)
{
	static char buf[512];

	buf[0] = 0;
	for (; *envp; envp++) {
		strcat(buf, *envp);
		strcat(buf, "|");
	}
	return buf;
}

static int
has(char const *const *envp, char const *entry)
{
	for (; *envp; envp++)
		if (!strcmp(*envp, entry))
			return 1;
	return 0;
}

static size_t
length(char const *const *envp)
{
	size_t n = 0;

	while (envp[n])
		n++;
	return n;
}

#define ENV(...) ((char const *[]){ __VA_ARGS__, 0 })

static void
many(void)
{
	static char changes[40000], names[1000][32];
	char const *envp[1001], **e;
	char *p = changes;
	int good = 1;

	for (int i = 0; i < 1000; i++) {
		sprintf(names[i], "VARIABLE_%d=old", i);
		envp[i] = names[i];
		p += sprintf(p, i % 2 ? "VARIABLE_%d" : "VARIABLE_%d=new", i) + 1;
	}
	envp[1000] = 0;
	e = environment_change(envp, changes, 1000);
	ok(e && length(e) == 500, "a thousand: half of them removed");
	for (int i = 0; e && i < 1000; i += 2) {
		char want[32];

		sprintf(want, "VARIABLE_%d=new", i);
		good &= has(e, want);
	}
	ok(good, "the other half set");
	free(e);
}

int
main(void)
{
	char const *const *from = ENV("A=1", "B=2", "AB=3", "A=4", "noequals", "B", "=odd");
	char const **e;

	e = environment_change(from, "", 0);
	ok(e && !strcmp(text(e), "A=1|B=2|AB=3|A=4|noequals|B|=odd|"), "no change");
	free(e);
	e = environment_change(from, "A=new", 1);
	ok(e && !strcmp(text(e), "B=2|AB=3|noequals|B|=odd|A=new|"), "set: no duplicate stays");
	free(e);
	e = environment_change(from, "A", 1);
	ok(e && !strcmp(text(e), "B=2|AB=3|noequals|B|=odd|"), "remove: all of them");
	free(e);
	e = environment_change(from, "B=", 1);
	ok(e && !strcmp(text(e), "A=1|AB=3|A=4|noequals|=odd|B=|"), "set to nothing");
	free(e);
	e = environment_change(from, "new=a=b\0absent\0AB=5", 3);
	ok(e && length(e) == 8 && has(e, "new=a=b") && has(e, "AB=5") && has(e, "A=4"),
		"several, values with =");
	free(e);
	e = environment_change(from, "x=1\0x=2\0A=1\0A", 4);
	ok(e && !strcmp(text(e), "B=2|AB=3|noequals|B|=odd|x=2|"), "the last of a name counts");
	free(e);
	e = environment_change(ENV(0), "A=1", 1);
	ok(e && !strcmp(text(e), "A=1|"), "from nothing");
	free(e);
	many();

	e = ENV("A=1", "AA=2", "A", "B=3", "A=4");
	environment_remove(e, "A");
	ok(!strcmp(text(e), "AA=2|B=3|"), "remove in place");
	environment_remove(e, "C");
	ok(!strcmp(text(e), "AA=2|B=3|"), "remove what is not there");
	return done_testing();
}
