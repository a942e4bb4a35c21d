/* contenv.c - the environment of a container as files */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <sextet/contenv.h>

#include "tap.h"

static void
put(char const *file, char const *text)
{
	FILE *f = fopen(file, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		exit(111);
}

static int
holds(char const *file, char const *want)
{
	static char got[300000];
	FILE *f = fopen(file, "r");
	size_t n;

	if (!f)
		return 0;
	n = fread(got, 1, sizeof got - 1, f);
	fclose(f);
	got[n] = 0;
	return strlen(want) == n && !strcmp(got, want);
}

static int
mode_is(char const *name, mode_t want)
{
	struct stat st;

	return lstat(name, &st) == 0 && (st.st_mode & 07777) == want;
}

static int
has(char const *const *envp, char const *entry)
{
	int n = 0;

	for (; envp && *envp; envp++)
		n += !strcmp(*envp, entry);
	return n == 1;
}

static size_t
count(char const *const *envp)
{
	size_t n = 0;

	while (envp && envp[n])
		n++;
	return n;
}

static char big[200000];

static void
dump(void)
{
	char longname[300];
	char const *const env[] = { "A=1", "EMPTY=", "LINES= a\n\nb \n", "A=2", "x.y=dot", big, 0 };
	char const *const odd[] = { "a/b=1", ".h=1", "=1", "no", "..=1", longname, "fine=1", 0 };
	char const **got;

	memset(big, 'b', sizeof big - 1);
	memcpy(big, "BIG=", 4);
	memset(longname, 'n', sizeof longname - 1);
	longname[sizeof longname - 1] = 0;
	longname[280] = '=';

	umask(077);
	ok(contenv_dump("env", env) == 0, "an environment is kept");
	umask(022);
	ok(mode_is("env", 0755) && mode_is("env/A", 0644), "for everybody to read, whatever the umask");
	ok(holds("env/A", "1\n"), "value and newline; the first of two");
	ok(holds("env/EMPTY", "\n"), "an empty value");
	ok(holds("env/LINES", " a\n\nb \n\n"), "a value of several lines");
	got = contenv_read("env");
	ok(got && count(got) == 5, "and read");
	ok(has(got, "A=1") && has(got, "EMPTY=") && has(got, "LINES= a\n\nb \n")
		&& has(got, "x.y=dot") && has(got, big), "as it was");

	put("env/OTHER", "left by the last life\n");
	ok(contenv_dump("env", odd) == 6, "names that are no file names are left out, and counted");
	got = contenv_read("env");
	ok(got && count(got) == 1 && has(got, "fine=1"), "another environment takes its place, whole");
	ok(access("env.new", F_OK) < 0, "nothing is left beside it");

	mkdir("env/sub", 0755);
	put("env/sub/x", "");
	mkdir("env.new", 0755);
	put("env.new/stale", "killed in the middle\n");
	ok(contenv_dump("env", env) == 0 && access("env/sub", F_OK) < 0
		&& access("env/stale", F_OK) < 0, "what a killed one left does not matter");
	if (mkdir("target", 0755) < 0 || symlink("target", "link") < 0)
		exit(111);
	ok(contenv_dump("link", env) == 0 && mode_is("link", 0755) && access("target/A", F_OK) < 0,
		"a link in its place is replaced, not followed");
}

static void
written_by_others(void)
{
	char const **got;

	mkdir("w", 0755);
	got = contenv_read("w");
	if (!ok(got && !got[0], "an empty directory is an empty environment"))
		exit(1);
	put("w/N", "no newline");
	put("w/ONE", "one\n");
	put("w/TWO", "two\n\n");
	put("w/EMPTY", "");
	put("w/.hidden", "x");
	put("w/a=b", "x");
	got = contenv_read("w");
	if (!ok(got && count(got) == 4, "what scripts wrote"))
		exit(1);
	ok(has(got, "N=no newline") && has(got, "ONE=one"), "one newline is cut if it is there");
	ok(has(got, "TWO=two\n"), "exactly one");
	ok(has(got, "EMPTY="), "an empty file is an empty value");

	errno = 0;
	ok(!contenv_read("none") && errno == ENOENT, "no directory");
	ok(!contenv_read("w/N") && errno == ENOTDIR, "no directory, but a file");
	errno = 0;
	ok(contenv_dump("none/env", (char const *const *)got) < 0 && errno == ENOENT,
		"nowhere to put it");
	ok(contenv_dump("w", (char const *const *)got) == 0, "a directory made by hand is replaced");
}

/* A disk that is full in the middle, here a limit: the old one stays. */
static void
failure(void)
{
	char const *const env[] = { "A=1", 0 }, *const fresh[] = { "B=1", big, 0 };
	struct rlimit old, little = { .rlim_cur = 1000 };
	char const **got;
	ssize_t r;
	int e;

	contenv_dump("kept", env);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	little.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &little);
	r = contenv_dump("kept", fresh);
	e = errno;
	setrlimit(RLIMIT_FSIZE, &old);
	ok(r < 0 && e == EFBIG, "no room");
	got = contenv_read("kept");
	ok(has(got, "A=1") && count(got) == 1, "the old one is there");
	ok(access("kept.new", F_OK) < 0, "and nothing beside it");
}

static void
yes(void)
{
	char const *const env[] = { "ONE=1", "ZERO=0", "ZEROS=00", "TEN=10", "WORD=yes", "E=", "N=1x", 0 };

	ok(contenv_yes(env, "ONE") && contenv_yes(env, "TEN"), "a number other than 0 is yes");
	ok(!contenv_yes(env, "ZERO") && !contenv_yes(env, "ZEROS"), "0 is no");
	ok(!contenv_yes(env, "WORD") && !contenv_yes(env, "E") && !contenv_yes(env, "N"),
		"what is no number is no");
	ok(!contenv_yes(env, "ON") && !contenv_yes(env, "NONE"), "no such variable is no");
}

int
main(void)
{
	tap_tmpdir();
	dump();
	written_by_others();
	failure();
	yes();
	return done_testing();
}
