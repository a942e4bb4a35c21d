/* origin.c - boot and PID namespace, told by the parent */

#include <sextet/origin.h>

#include "apart.h"
#include "tap.h"

static struct origin truth;
static char const *told;	/* to the child */
static int believed;

/* In a child: is it believed? */
static int
takes(void)
{
	struct origin o;

	memset(&o, 0xee, sizeof o);
	if (told)
		setenv(ORIGIN_VARIABLE, told, 1);
	else
		unsetenv(ORIGIN_VARIABLE);
	origin_take(&o);
	want(!getenv(ORIGIN_VARIABLE));
	if (!believed) {
		want(!memcmp(o.boot, truth.boot, CHILD_BOOT) && o.pidns == truth.pidns);
		return 1;
	}
	want(o.boot[0] == 0x01 && o.boot[1] == 0x23 && o.boot[15] == 0xef && o.pidns == 4711);
	return 1;
}

static int
knows_nothing(void)
{
	char text[ORIGIN_SIZE];
	struct origin o;

	apart_hide("/proc");
	want(origin_tell(text) < 0);
	unsetenv(ORIGIN_VARIABLE);
	origin_take(&o);
	want(!o.pidns && !o.boot[0] && !o.boot[15]);
	return 1;
}

int
main(void)
{
	/* what stands before our pid, and after it */
	static char const *const bad[][2] = {
		{ "", "" }, { "", ":" }, { "", ":0123456789abcdef0123456789abcdef" },
		{ "", ":0123456789abcdef0123456789abcdef:" }, { "", ":0123456789abcdef0123456789abcde:4711" },
		{ "", ":0123456789abcdef0123456789abcdeg:4711" }, { "", ":0123456789ABCDEF0123456789abcdef:4711" },
		{ "", ":0123456789abcdef0123456789abcdef:4711x" },
		{ "", ":0123456789abcdef0123456789abcdef:47110000000" },
		{ "x", ":0123456789abcdef0123456789abcdef:4711" }, { "", "0:0123456789abcdef0123456789abcdef:4711" },
		{ "", ":0123456789abcdef0123456789abcdef0:4711" },
	};
	char text[ORIGIN_SIZE], line[128];

	child_boot(truth.boot);
	truth.pidns = child_pidns();
	if (!truth.pidns) {
		ok(origin_tell(text) < 0, "nothing is known here");
		return done_testing();
	}
	ok(origin_tell(text) == 0 && strlen(text) < sizeof text
		&& !strncmp(text, ORIGIN_VARIABLE "=", sizeof ORIGIN_VARIABLE), "told");
	told = text + sizeof ORIGIN_VARIABLE;
	ok_apart("and understood by a child", takes);
	snprintf(line, sizeof line, "%d:0123456789abcdef0123456789abcdef:4711", getpid());
	told = line;
	believed = 1;
	ok_apart("a child believes its parent", takes);
	believed = 0;
	snprintf(line, sizeof line, "%d:0123456789abcdef0123456789abcdef:4711", getpid() + 1);
	ok_apart("and nobody else", takes);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(line, sizeof line, "%s%d%s", bad[i][0], getpid(), bad[i][1]);
		ok_apart(line, takes);
	}
	told = 0;
	ok_apart("told nothing", takes);
	ok_apart("nothing is known", knows_nothing);
	return done_testing();
}
