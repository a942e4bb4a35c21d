/* failing.c - the reason of a failure, written and read back */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <sextet/failing.h>
#include <sextet/filereplace.h>

#include "tap.h"

static char to[FAILING_MAX + 1];
static int fd;

static int
reads(char const *want)
{
	int r = failing_read("s", to);

	return want ? r == 1 && !strcmp(to, want) : r == 0;
}

int
main(void)
{
	char many[600], raw[FAILING_MAX + 2];

	tap_tmpdir();
	ok(failing_read("s", to) == 0, "no such directory: nothing is known to fail");
	mkdir("s", 0755);
	mkdir("s/supervise", 0700);
	fd = open("s/supervise", O_RDONLY | O_DIRECTORY);
	ok(reads(0), "absent: all is well");
	ok(failing_write(fd, 0) == 0, "no reason when there was none");
	ok(failing_write(fd, "unable to spawn ./run: No such file or directory") == 0
		&& reads("unable to spawn ./run: No such file or directory"), "a reason");
	ok(file_read(fd, FAILING_FILE, raw, sizeof raw) == 48, "without a newline");
	ok(failing_write(fd, "other") == 0 && reads("other"), "replaced by a shorter one");
	ok(failing_write(fd, "two\nlines\n") == 0 && reads("two?lines?"), "newlines made harmless");

	memset(many, 'm', sizeof many - 1);
	many[sizeof many - 1] = 0;
	ok(failing_write(fd, many) == 0 && failing_read("s", to) == 1, "600 bytes");
	ok(strlen(to) == FAILING_MAX, "cut to %d", FAILING_MAX);
	ok(failing_write(fd, "") == 0 && reads(0), "an empty reason is none");
	ok(failing_write(fd, 0) == 0 && reads(0), "all is well again");
	ok(access("s/supervise/failing", F_OK) < 0, "the file is gone");

	filereplace_rename(fd, FAILING_FILE, "by hand\nmore\n", 13, 0644);
	ok(reads("by hand"), "somebody's own text: the first line");
	filereplace_rename(fd, FAILING_FILE, many, sizeof many, 0644);
	ok(failing_read("s", to) == 1 && strlen(to) == FAILING_MAX, "a file too long");
	unlink("s/supervise/failing");
	mkdir("s/supervise/failing", 0755);
	strcpy(to, "untouched");
	ok(failing_read("s", to) == -1 && errno == EISDIR, "a directory is an error");
	ok(failing_write(fd, "x") == -1, "for the writer too");
	ok(failing_write(-1, "x") == -1 && errno == EBADF, "bad descriptor");
	return done_testing();
}
