/* log-script.c - directives and what they make */

#include "log/log.h"

#include "tap.h"

static struct log_script s;
static char const *bad;

static enum log_error
parse(char const *const *words)
{
	size_t n = 0;

	log_script_free(&s);
	while (words[n])
		n++;
	return log_script_parse(&s, words, n, &bad);
}

#define PARSE(...) parse((char const *const[]){ __VA_ARGS__, 0 })

static void
settings(void)
{
	struct log_limits const *lim;

	ok(!PARSE("./d"), "a directory alone");
	lim = &s.dirs[0].lim;
	ok(lim->archives == 10 && lim->size == 99999 && lim->slack == 2000 && lim->total == 0
		&& lim->retry == 2000 && lim->period == 0 && !lim->processor, "defaults");
	ok(!PARSE("n5", "s100000", "l50000", "S18446744073709551615", "r7", "R9", "?x y", "/d", "!z", "n6", "/e"),
		"all settings");
	lim = &s.dirs[0].lim;
	ok(lim->archives == 5 && lim->size == 100000 && lim->slack == 50000 && lim->total == UINT64_MAX
		&& lim->retry == 7 && lim->period == 9 && !strcmp(lim->processor, "x y") && lim->shell,
		"are those of the directory");
	lim = &s.dirs[1].lim;
	ok(lim->archives == 6 && lim->retry == 7 && !strcmp(lim->processor, "z") && !lim->shell,
		"and stay until changed");
	ok(!PARSE("!x", "!", "./d") && !s.dirs[0].lim.processor, "an empty processor is none");
	ok(!PARSE("s1", "./d") && s.dirs[0].lim.size == 4096, "least size");
	ok(!PARSE("s4294967295", "./d") && s.dirs[0].lim.size == 268435455, "greatest size");
	ok(PARSE("s4294967296", "./d") == LOG_UNRECOGNIZED && !strcmp(bad, "s4294967296"), "too great a number");
	ok(PARSE("s5000", "l2501", "./d") == LOG_CONFLICT && !strcmp(bad, "l2501"), "l against s");
	ok(PARSE("l50000", "s200000", "./d") == LOG_CONFLICT, "l is checked where it stands");
}

static void
actions(void)
{
	ok(!PARSE("E7", "t", "T", "pab", "2", "2", "p", "2"), "alerts");
	ok(s.nacts == 3 && s.acts[0].kind == LOG_ACT_ALERT && s.acts[0].number == 7, "E");
	ok(s.acts[0].tai && s.acts[0].iso && !s.acts[1].tai && !s.acts[1].iso, "t and T serve once");
	ok(s.acts[1].prefixlen == 2 && !memcmp(s.acts[1].prefix, "ab", 2) && !s.acts[2].prefix,
		"p stays until cleared");
	ok(!PARSE("^5", "=a/b", "=c") && s.acts[1].number == 5 && !strcmp(s.acts[0].file, "a/b")
		&& !strcmp(s.acts[0].spare, "a/b.new"), "status files");
	ok(PARSE("=") == LOG_SYNTAX && PARSE("1x") == LOG_SYNTAX && PARSE("f1", "1") == LOG_SYNTAX
		&& PARSE("tt", "1") == LOG_SYNTAX, "trailing text");
	ok(PARSE("z", "1") == LOG_UNRECOGNIZED && PARSE("", "1") == LOG_UNRECOGNIZED
		&& PARSE("1", "+(") == LOG_UNRECOGNIZED, "unknown");
	ok(PARSE("+x", "f", "t") == LOG_NO_ACTION, "no action");
	ok(!PARSE("1", "n5") && !s.extraneous, "settings at the end are fine");
	ok(!PARSE("1", "+x", "f") && s.extraneous && s.nops == 1, "selections at the end are dropped");
}

/* Sets all outputs as the program would, STDOUT to one, directories to others. */
static void
plan(void)
{
	static struct log_out outs[8];

	for (size_t i = 0; i < s.nacts; i++) {
		if (s.acts[i].kind == LOG_ACT_STDOUT)
			s.acts[i].out = outs;
		else if (s.acts[i].kind == LOG_ACT_DIR)
			s.acts[i].out = outs + 1 + s.acts[i].dir;
	}
	log_script_plan(&s);
}

#define PLAN(...) (PARSE(__VA_ARGS__), plan(), s.perline)

static void
plans(void)
{
	ok(!PLAN("/a"), "one directory: lines need no look");
	ok(!PLAN("/a", "1", "/b"), "nor with more outputs");
	ok(!PLAN("-", "+", "/a"), "nor where all lines are selected");
	ok(!PLAN("-x", "f", "/a"), "or the first action is for all");
	ok(PLAN("-x", "/a") && !s.acts[0].bulk, "a pattern");
	ok(PLAN("t", "/a"), "a stamp");
	ok(PLAN("px", "/a"), "a prefix");
	ok(PLAN("2") && PLAN("=s"), "alert, status file");
	ok(PLAN("1", "px", "1") && !s.acts[0].bulk, "two actions on one output");
	ok(PLAN("-x", "/a", "f", "/b"), "f after some lines were kept");
	ok(PLAN("-x", "/a", "+", "/b") && s.acts[1].bulk, "all lines again");
}

int
main(void)
{
	settings();
	actions();
	plans();
	log_script_free(&s);
	return done_testing();
}
