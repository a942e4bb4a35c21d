/* contcode.c - the exit code of a container */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include <sextet/contcode.h>

#include "apart.h"

#define NEW "s/container-results/exitcode"
#define OLD "s/env-stage3/S6_STAGE2_EXITED"
#define RESULTS_USUAL "/run/s6-linux-init-container-results"

/* As a script does it. */
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
	char got[64];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, got, sizeof got);

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(want) && !memcmp(got, want, (size_t)n);
}

static void
stamp(char const *file, time_t sec, long nsec)
{
	struct timespec const t[2] = { { sec, nsec }, { sec, nsec } };

	utimensat(AT_FDCWD, file, t, 0);
}

static void
numbers(void)
{
	static struct { char const *text; int want; } const cases[] = {
		{ "3", 3 }, { "3\n", 3 }, { " 3 \n", 3 }, { "\n3", 3 }, { "003\n", 3 }, { "255\n", 255 },
		{ "256\n", 0 }, { "271\n", 15 }, { "4294967297\n", 1 }, { "3\n4\n", 3 },
		/* no numbers: the other file's 7 */
		{ "", 7 }, { "\n", 7 }, { "x\n", 7 }, { "-1\n", 7 }, { "3x\n", 7 }, { "0x3\n", 7 }
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		contcode_write("s", 7);
		put(NEW, cases[i].text);
		ok(contcode_read("s") == cases[i].want, "text %zu: %d", i, cases[i].want);
	}
}

/* The usual place has its file beside it. What another has left there, and cannot be
   removed, does not count: one below is made instead, and that is told. */
static int
usual(void)
{
	char const *statedir = "/run/s6", *below = "/run/s6/container-results/exitcode";
	struct stat st;

	want(mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") == 0);
	want(contcode_reset(statedir) == -1 && errno == ENOENT);
	want(mkdir(statedir, 0755) == 0 && contcode_reset(statedir) == 0 && contcode_read(statedir) == 0);
	want(contcode_write(statedir, 12) == 0 && contcode_read(statedir) == 12 && access(below, F_OK) < 0);
	want(holds(RESULTS_USUAL "/exitcode", "12\n"));
	want(mount("tmpfs", RESULTS_USUAL, "tmpfs", 0, "mode=0755") == 0);
	put(RESULTS_USUAL "/exitcode", "99\n");
	want(mount(0, RESULTS_USUAL, 0, MS_REMOUNT | MS_RDONLY, 0) == 0);
	want(contcode_reset(statedir) == -1 && (errno == EBUSY || errno == EROFS));
	want(lstat("/run/s6/container-results", &st) == 0 && S_ISDIR(st.st_mode));
	want(contcode_read(statedir) == 0 && contcode_write(statedir, 13) == 0 && contcode_read(statedir) == 13);
	want(holds(below, "13\n") && holds(RESULTS_USUAL "/exitcode", "99\n"));
	return 1;
}

/* Elsewhere there is no such way out. */
static int
busy(void)
{
	want(mkdir("b", 0755) == 0 && contcode_reset("b") == 0
		&& mount("tmpfs", "b/container-results", "tmpfs", 0, 0) == 0);
	want(contcode_reset("b") == -1 && errno == EBUSY);
	return 1;
}

static int
full(void)
{
	rlim_t old;
	int r, e;

	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t n = 0; n < 4; n += 2) {
		old = apart_limit(RLIMIT_FSIZE, n);
		r = contcode_write("s", 143);
		e = errno;
		apart_limit(RLIMIT_FSIZE, old);
		want(r == -1 && e == (n ? ENOSPC : EFBIG));
	}
	want(contcode_write("s", 143) == 0 && contcode_read("s") == 143);
	return 1;
}

static void
rest(void)
{
	char deep[PATH_MAX];

	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	ok(contcode_reset(deep) == -1 && errno == ENAMETOOLONG && contcode_write(deep, 1) == -1
		&& errno == ENAMETOOLONG && contcode_read(deep) == 0, "a name too long");
	ok_apart("a disk that is full", full);
	ok_mounted("the usual place, and one that is in the way", usual);
	ok_mounted("one in the way elsewhere", busy);
	contcode_write("s", 3);
	put(NEW, " \t 5 \r\n");
	ok(contcode_read("s") == 5, "blanks around it");
}

int
main(void)
{
	struct stat st;

	tap_tmpdir();
	ok(contcode_read("s") == 0, "nothing at all is 0");
	ok(contcode_write("s", 3) < 0 && errno == ENOENT, "nowhere to write");
	ok(contcode_reset("s") < 0 && errno == ENOENT, "nowhere to begin");
	mkdir("s", 0755);
	ok(contcode_reset("s") == 0 && holds(NEW, "0\n") && access(OLD, F_OK) < 0
		&& contcode_read("s") == 0, "it begins as 0");

	ok(contcode_write("s", 143) == 0 && holds(NEW, "143\n") && holds(OLD, "143"),
		"ours goes to both files");
	ok(contcode_read("s") == 143, "and is read");
	put(OLD, "5");
	ok(contcode_read("s") == 5, "a script writes the old file, at once");
	put(NEW, "6\n");
	stamp(OLD, 1000, 5);
	stamp(NEW, 1000, 6);
	ok(contcode_read("s") == 6, "a script writes the new one, later");
	stamp(OLD, 1000, 7);
	ok(contcode_read("s") == 5, "the later of the two counts");
	stamp(NEW, 999, 999);
	ok(contcode_read("s") == 5, "by seconds first");
	ok(contcode_write("s", 2) == 0 && contcode_read("s") == 2, "the last writer is us again");
	ok(holds(NEW, "2\n") && holds(OLD, "2"), "a shorter number leaves nothing of the longer");
	unlink(NEW);
	ok(contcode_read("s") == 2, "one file is enough");
	unlink(OLD);
	ok(contcode_read("s") == 0, "none is 0");

	numbers();

	contcode_write("s", 1);
	chmod(NEW, 0666);
	contcode_write("s", 4);
	ok(stat(NEW, &st) == 0 && (st.st_mode & 07777) == 0666, "a file given to others stays theirs");
	unlink(OLD);
	if (symlink("/dev/null", OLD) < 0)
		exit(111);
	ok(contcode_write("s", 9) < 0 && errno == ELOOP && contcode_read("s") == 9,
		"a link is not followed; the other file has it");
	ok(contcode_reset("s") == 0 && holds(NEW, "0\n") && access(OLD, F_OK) < 0,
		"a new start forgets all of it");
	rest();
	return done_testing();
}
