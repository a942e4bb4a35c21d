/* contcode.c - the exit code of a container */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/contcode.h>

#include "denied.h"
#include "tap.h"

#define NEW "s/container-results/exitcode"
#define OLD "s/env-stage3/S6_STAGE2_EXITED"

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

#define USUAL "/run/s6-linux-init-container-results"

static int
has_the_usual_place(void)
{
	hide("/run");
	mkdir("/run/s6", 0755);
	if (contcode_reset("/run/s6") < 0 || !holds(USUAL "/exitcode", "0\n"))
		return 0;
	put(USUAL "/exitcode", "9\n");
	return contcode_read("/run/s6") == 9 && contcode_write("/run/s6", 4) == 0
		&& holds(USUAL "/exitcode", "4\n") && contcode_read("/run/s6") == 4;
}

/* Another user has been here, whose directory we may not remove. */
static int
has_a_substitute(void)
{
	hide("/run");
	mkdir(USUAL, 0755);
	put(USUAL "/exitcode", "9\n");
	mkdir("/run/s6", 0755);
	if (chown("/run/s6", 1234, 1234) < 0 || seteuid(1234) < 0)
		_exit(NOT_HERE);
	return contcode_reset("/run/s6") < 0 && contcode_read("/run/s6") == 0
		&& contcode_write("/run/s6", 5) == 0 && contcode_read("/run/s6") == 5
		&& holds("/run/s6/container-results/exitcode", "5\n") && holds(USUAL "/exitcode", "9\n");
}

static int
has_no_place(void)
{
	deny(SYS_openat, EACCES);
	return contcode_write("s", 1) < 0 && errno == EACCES && contcode_reset("s") < 0 && errno == EACCES;
}

static int
cannot_cut(void)
{
	deny(SYS_ftruncate, EIO);
	return contcode_write("s", 1) < 0 && errno == EIO;
}

static int
cannot_write(void)
{
	deny(SYS_write, ENOSPC);
	return contcode_write("s", 1) < 0 && errno == ENOSPC;
}

static int
cannot_remove(void)
{
	deny(SYS_unlinkat, EROFS);
	return contcode_reset("s") < 0 && errno == EROFS;
}

static void
elsewhere(void)
{
	static char deep[5000];

	holds_apart(has_the_usual_place, "the usual place");
	holds_apart(has_a_substitute, "a substitute for one that is somebody else's");
	holds_apart(has_no_place, "nowhere");
	holds_apart(cannot_cut, "a file that cannot be cut");
	holds_apart(cannot_write, "or not be written");
	holds_apart(cannot_remove, "or not be removed");
	memset(deep, 'x', sizeof deep - 1);
	ok(contcode_write(deep, 1) < 0 && errno == ENAMETOOLONG && contcode_reset(deep) < 0
		&& contcode_read(deep) == 0, "a path too long");
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
	elsewhere();

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
	return done_testing();
}
