/* servicedir.c - the one-value files of a service directory */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/filereplace.h>
#include <sextet/lock.h>
#include <sextet/servicedir.h>

#include "tap.h"

static int dir;

static void
put(char const *content, size_t n)
{
	if (filereplace_rename(dir, "f", content, n, 0644) < 0)
		perror("put");
}

static enum servicedir_value
uint_of(char const *content, uint32_t *u)
{
	*u = 77;
	put(content, strlen(content));
	errno = 0;
	return servicedir_uint(dir, "f", u);
}

/* content is a good number / a bad one */
static void
good(char const *content, uint32_t want)
{
	uint32_t u;

	ok(uint_of(content, &u) == SERVICEDIR_FOUND && u == want, "number %u", want);
}

static void
bad(char const *content, char const *name)
{
	uint32_t u;

	ok(uint_of(content, &u) == SERVICEDIR_INVALID && errno == EINVAL && u == 77,
		"no number: %s", name);
}

static void
numbers(void)
{
	uint32_t u = 77;

	good("0", 0);
	good("5\n", 5);
	good("4294967295\n", 4294967295u);
	good("12\nrest of the file, of any length at all", 12);
	good("0000000012\n", 12);
	bad("4294967296", "more than 32 bits");
	bad("99999999999", "11 digits");
	bad("", "empty");
	bad("\n5", "empty first line");
	bad(" 5", "a blank before");
	bad("5 ", "a blank behind");
	bad("-5", "a sign");
	bad("+5", "a plus");
	bad("0x10", "hexadecimal");
	bad("5\r\n", "a carriage return");
	put("5\0006\n", 4);
	ok(servicedir_uint(dir, "f", &u) == SERVICEDIR_INVALID && u == 77, "no number: a NUL within");
	/* 11 bytes are read, as upstream does */
	good("00000000012345", 12);

	ok(servicedir_uint(dir, "none", &u) == SERVICEDIR_ABSENT && u == 77, "absent");
	mkdir("d", 0755);
	ok(servicedir_uint(dir, "d", &u) == SERVICEDIR_INVALID && errno == EISDIR, "a directory");
	mkfifo("p", 0600);
	ok(servicedir_uint(dir, "p", &u) == SERVICEDIR_INVALID && errno == EINVAL,
		"a FIFO: empty, and no waiting");
	if (symlink("f", "l") < 0)
		perror("symlink");
	put("9\n", 2);
	ok(servicedir_uint(dir, "l", &u) == SERVICEDIR_FOUND && u == 9, "through a link");
}

static int
signal_of(char const *content)
{
	int sig = -7;
	enum servicedir_value r;

	put(content, strlen(content));
	errno = 0;
	r = servicedir_signal(dir, "f", &sig);
	if (r == SERVICEDIR_INVALID)
		return errno == EINVAL && sig == -7 ? -1 : -2;
	return r == SERVICEDIR_FOUND ? sig : 0;
}

static void
signals(void)
{
	static struct {
		char const *text;
		int want;
	} const t[] = {
		{ "TERM", SIGTERM }, { "SIGTERM\n", SIGTERM }, { "sigterm", SIGTERM },
		{ "Usr1\nmore", SIGUSR1 }, { "10", 10 }, { "SIGWINCH", SIGWINCH },
		{ "", -1 }, { "BOGUS", -1 }, { "SIG", -1 }, { "0", -1 }, { "-1", -1 },
		{ "TERM ", -1 }, { " TERM", -1 }, { "SIGSIGTERM", -1 }, { "4294967311", -1 },
		{ "15x", -1 }, { "99999", -1 },
	};
	int sig = -7;

	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
		int got = signal_of(t[i].text);

		ok(got == t[i].want, "signal '%.*s': %d", (int)strcspn(t[i].text, "\n"), t[i].text, got);
	}
	ok(servicedir_signal(dir, "none", &sig) == SERVICEDIR_ABSENT && sig == -7, "no such file");
}

static int
limit_is(char const *content, uint32_t c, uint32_t s)
{
	uint32_t count = 77, seconds = 78;
	enum servicedir_value r;

	put(content, strlen(content));
	r = servicedir_limit(dir, "f", &count, &seconds);
	if (!c)
		return r == SERVICEDIR_INVALID && errno == EINVAL && count == 77 && seconds == 78;
	return r == SERVICEDIR_FOUND && count == c && seconds == s;
}

static void
limits(void)
{
	uint32_t c, s;

	ok(limit_is("5/60\n", 5, 60), "5 in 60 seconds");
	ok(limit_is("4294967295/4294967295\n", 4294967295u, 4294967295u), "the greatest");
	ok(limit_is("5", 0, 0) && limit_is("5/", 0, 0) && limit_is("/60", 0, 0), "a part is missing");
	ok(limit_is("0/60", 0, 0) && limit_is("5/0", 0, 0), "0 is no limit");
	ok(limit_is("5/60/7", 0, 0) && limit_is("5 /60", 0, 0) && limit_is("5/60s", 0, 0), "more than two");
	ok(servicedir_limit(dir, "none", &c, &s) == SERVICEDIR_ABSENT, "no such file");
}

static void
texts(void)
{
	char to[8];

	put("failure\n", 8);
	ok(servicedir_text(dir, "f", to, sizeof to) == SERVICEDIR_INVALID && errno == EINVAL,
		"a text that just does not fit");
	put("giveup\nmore", 11);
	ok(servicedir_text(dir, "f", to, sizeof to) == SERVICEDIR_FOUND && !strcmp(to, "giveup"),
		"one that just does");
	put("", 0);
	ok(servicedir_text(dir, "f", to, sizeof to) == SERVICEDIR_FOUND && !*to, "empty");
	put("a\0b", 3);
	ok(servicedir_text(dir, "f", to, sizeof to) == SERVICEDIR_INVALID, "a NUL within");
	ok(servicedir_text(dir, "none", to, sizeof to) == SERVICEDIR_ABSENT, "absent");
}

static void
presence(void)
{
	ok(servicedir_has(dir, "f") && servicedir_has(dir, "d") && servicedir_has(dir, "p"),
		"a file, a directory, a FIFO exist");
	ok(!servicedir_has(dir, "none"), "nothing does not");
	ok(symlink("nowhere", "dangling") == 0 && !servicedir_has(dir, "dangling")
		&& servicedir_has(dir, "l"), "a dangling link does not, another does");
}

static void
supervision(void)
{
	char longname[PATH_MAX + 1];
	int tell[2], fd, status;
	pid_t child;
	char c;

	ok(servicedir_supervised("none") == 0, "not supervised: no directory");
	ok(servicedir_supervised(".") == 0, "not supervised: never was");
	ok(servicedir_supervised("f") == 0, "not supervised: a file");
	mkdir("supervise", 0700);
	fd = open("supervise", O_RDONLY | O_DIRECTORY);
	if (pipe(tell) < 0)
		return;
	child = tap_fork();
	if (!child) {
		if (lock_take(fd, "lock", 0644, 0) < 0 || write(tell[1], "x", 1) < 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(tell[1]);
	ok(read(tell[0], &c, 1) == 1 && servicedir_supervised(".") == 1, "supervised: the lock is held");
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	ok(servicedir_supervised(".") == 0, "no longer when the holder died");
	memset(longname, 'l', PATH_MAX);
	longname[PATH_MAX] = 0;
	ok(servicedir_supervised(longname) == -1 && errno == ENAMETOOLONG, "a name too long");
}

int
main(void)
{
	tap_tmpdir();
	dir = open(".", O_RDONLY | O_DIRECTORY);
	numbers();
	signals();
	limits();
	texts();
	presence();
	supervision();
	return done_testing();
}
