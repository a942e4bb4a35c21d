/* cli.c - options as every program sees them */

#include <sys/wait.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>

#include "tap.h"

static struct cli_long const longs[] = {
	{ "timeout", 't', 1 },
	{ "and", 'a', 0 },
	{ "or", 'o', CLI_OPTIONAL },
	{ 0, 0, 0 }
};

/* Runs cli_getopt over the words in a child; returns its exit code and fills
   TEXT with what it printed on both descriptors. */
static int
dies(char const *const *argv, struct cli_long const *l, char *text, size_t size)
{
	int fds[2], status, argc = 0;
	size_t n = 0;
	ssize_t r;
	pid_t pid;

	while (argv[argc])
		argc++;
	if (pipe(fds) < 0)
		exit(111);
	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		subgetopt s = SUBGETOPT_ZERO;

		dup2(fds[1], 1);
		dup2(fds[1], 2);
		while (cli_getopt(argc, argv, "at:", l, "prog [ -a ] dir", &s) >= 0)
			;
		_exit(s.ind);
	}
	close(fds[1]);
	while (n + 1 < size && (r = read(fds[0], text + n, size - 1 - n)) > 0)
		n += (size_t)r;
	text[n] = 0;
	close(fds[0]);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

#define WORDS(...) ((char const *const[]){ "prog", __VA_ARGS__, 0 })

/* Runs cli_block over the words after the first in a child, under
   EXECLINE_STRICT=STRICT; its exit code is the block's length. */
static int
block(char const *strict, char const *const *argv, char *text, size_t size)
{
	char const *words[8];
	int fds[2], status;
	size_t n = 0;
	ssize_t r;
	pid_t pid;

	if (pipe(fds) < 0)
		exit(111);
	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		dup2(fds[1], 2);
		setenv("EXECLINE_STRICT", strict, 1);
		_exit(cli_block(argv + 1, words, "prog { } prog"));
	}
	close(fds[1]);
	while (n + 1 < size && (r = read(fds[0], text + n, size - 1 - n)) > 0)
		n += (size_t)r;
	text[n] = 0;
	close(fds[0]);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void
test_block(void)
{
	char const *words[] = { " a", " b c", "  d", " ", "", "rest", 0 };
	char text[512];

	ok(cli_block(words, words, "u") == 4, "block: its length");
	ok(!strcmp(words[0], "a") && !strcmp(words[1], "b c") && !strcmp(words[2], " d")
		&& !words[3][0] && !strcmp(words[5], "rest"), "block: in place");
	ok(block("0", WORDS("a", " b", ""), text, sizeof text) == 2 && !text[0],
		"block: bare words are fine");
	ok(block("1", WORDS("a", " b", "c", ""), text, sizeof text) == 3 && !strcmp(text,
		"prog: warning: unquoted argument a at block 1 position 0\n"
		"prog: warning: unquoted argument c at block 1 position 2\n"), "block: warned of");
	ok(block("2", WORDS(" a", "b", "c", ""), text, sizeof text) == 100 && !strcmp(text,
		"prog: fatal: unquoted argument b at block 1 position 1\n"), "block: refused");
	ok(block("2", WORDS(" a", ""), text, sizeof text) == 1 && !text[0], "block: strict and good");
	ok(block("x", WORDS("a", ""), text, sizeof text) == 1 && !text[0], "block: no number");
	ok(block("0", WORDS("a", "b"), text, sizeof text) == 100
		&& !strcmp(text, "prog: usage: prog { } prog\n"), "block: no end");
}

int
main(void)
{
	subgetopt l = SUBGETOPT_ZERO;
	char const *const *v = WORDS("-a", "--timeout=5", "-at7", "--and", "dir", "-a");
	char text[512];

	PROG = "prog";
	ok(cli_getopt(6, v, "at:", longs, "u", &l) == 'a', "short option");
	ok(cli_getopt(6, v, "at:", longs, "u", &l) == 't' && !strcmp(l.arg, "5"), "long with value");
	ok(cli_getopt(6, v, "at:", longs, "u", &l) == 'a', "first of a cluster");
	ok(cli_getopt(6, v, "at:", longs, "u", &l) == 't' && !strcmp(l.arg, "7"), "last of a cluster");
	ok(cli_getopt(6, v, "at:", longs, "u", &l) == 'a', "long without value");
	ok(cli_getopt(6, v, "at:", longs, "u", &l) == -1 && l.ind == 5, "stops at an operand");
	l = (subgetopt)SUBGETOPT_ZERO;
	v = WORDS("--or", "--or=x", "--or=");
	ok(cli_getopt(4, v, "", longs, "u", &l) == 'o' && !l.arg, "optional value: none");
	ok(cli_getopt(4, v, "", longs, "u", &l) == 'o' && !strcmp(l.arg, "x"), "optional value: given");
	ok(cli_getopt(4, v, "", longs, "u", &l) == 'o' && !strcmp(l.arg, ""), "optional value: empty");
	ok(dies(WORDS("--", "--help"), longs, text, sizeof text) == 2, "-- ends options");
	ok(dies(WORDS("--help"), 0, text, sizeof text) == 0 && !strncmp(text, "usage: prog [", 13),
		"--help");
	ok(dies(WORDS("--version"), 0, text, sizeof text) == 0
		&& !strcmp(text, "prog (Sextet) " SEXTET_VERSION "\n"), "--version");
	ok(dies(WORDS("-z"), 0, text, sizeof text) == 100
		&& !strcmp(text, "prog: usage: prog [ -a ] dir\n"), "unknown: usage");
	ok(dies(WORDS("-z"), longs, text, sizeof text) == 100
		&& !strcmp(text, "prog: fatal: unrecognized short option: z\n"), "unknown short");
	ok(dies(WORDS("--zoo"), longs, text, sizeof text) == 100
		&& !strcmp(text, "prog: fatal: unrecognized long option: zoo\n"), "unknown long");
	ok(dies(WORDS("--time"), longs, text, sizeof text) == 100, "no abbreviations");
	ok(dies(WORDS("--timeout"), longs, text, sizeof text) == 100, "long lacks its value");
	ok(dies(WORDS("--and=1"), longs, text, sizeof text) == 100, "long takes no value");
	ok(dies(WORDS("-t"), 0, text, sizeof text) == 100, "short lacks its value");
	ok(dies(WORDS("-t"), longs, text, sizeof text) == 100
		&& !strcmp(text, "prog: usage: prog [ -a ] dir\n"), "short lacks its value: usage");
	ok(cli_uint("4294967295", "u") == 4294967295U, "greatest number");
	test_block();
	return done_testing();
}
