/* history.c - deaths for the restart limit */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/clock.h>
#include <sextet/history.h>

#include "apart.h"

static int dir;

static off_t
size(void)
{
	struct stat st;

	return fstatat(dir, HISTORY_FILE, &st, 0) < 0 ? -1 : st.st_size;
}

/* A disk that is full in the midst of a record, or before it. */
static int
full(void)
{
	rlim_t old;
	int r, e;

	signal(SIGXFSZ, SIG_IGN);
	old = apart_limit(RLIMIT_FSIZE, 5);
	r = history_add(dir, CLOCK_S, 3, 10);
	e = errno;
	apart_limit(RLIMIT_FSIZE, old);
	want(r == -1 && e == ENOSPC);
	apart_limit(RLIMIT_FSIZE, 0);
	r = history_add(dir, CLOCK_S, 3, 10);
	e = errno;
	apart_limit(RLIMIT_FSIZE, old);
	want(r == -1 && e == EFBIG);
	return 1;
}

static void
rest(void)
{
	int64_t t = 100 * CLOCK_S;

	history_forget(dir);
	ok_apart("a disk that is full", full);
	ok(history_forget(dir) == 0 && history_add(dir, t + CLOCK_S, 1, 5) == 1
		&& history_add(dir, t, 2, 5) == 0, "a record of the future does not count");
	history_forget(dir);
	close(open(HISTORY_FILE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	ok(truncate(HISTORY_FILE, 3) == 0 && history_add(dir, t, 2, 5) == 0
		&& size() == HISTORY_RECORD, "a torn record is written over");
	ok(link(HISTORY_FILE, "other") == 0 && history_add(dir, t, 2, 5) == -1 && errno == EMLINK
		&& size() == HISTORY_RECORD, "a file with two names is not touched");
	history_forget(dir);
	mkdir(HISTORY_FILE, 0755);
	ok(history_add(dir, t, 2, 5) == -1 && errno == EISDIR, "a directory");
	ok(history_forget(dir) == -1 && errno != ENOENT, "which is not forgotten");
	rmdir(HISTORY_FILE);
	ok(history_add(-1, t, 2, 5) == -1 && errno == EBADF, "no directory");
}

int
main(void)
{
	static unsigned char const golden[] = { 0, 0, 0, 0, 0x3b, 0x9a, 0xca, 0, 0, 0, 0, 0, 0x77, 0x35, 0x94, 0 };
	unsigned char got[sizeof golden];
	int64_t t = 100 * CLOCK_S;
	int fd, reached = 0;

	tap_tmpdir();
	dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok(history_forget(dir) == 0, "forgetting nothing");
	ok(history_add(dir, CLOCK_S, 3, 10) == 0 && history_add(dir, 2 * CLOCK_S, 3, 10) == 0, "two deaths");
	fd = open(HISTORY_FILE, O_RDWR | O_CLOEXEC);
	ok(read(fd, got, sizeof got) == sizeof got && is_bytes(got, golden, sizeof got, "golden bytes"),
		"read back");
	ok(history_add(dir, 11 * CLOCK_S, 3, 10) == 1, "the third just within the time");
	ok(history_forget(dir) == 0 && size() == -1, "forgotten");
	ok(history_add(dir, t, 1, 1) == 1, "one is enough when the limit is one");
	history_forget(dir);
	for (int i = 0; i < 1000; i++)
		reached += history_add(dir, t + i * CLOCK_S, 5, 3);
	ok(!reached, "five within three seconds never happen at one a second");
	ok(size() > 0 && size() <= 10 * HISTORY_RECORD, "and the file stays small (%d)", (int)size());
	ok(history_add(dir, t + 1000 * CLOCK_S, 5, 4) == 1, "five within four do");
	ok(history_add(dir, t + 9000 * CLOCK_S, 5, 4) == 0, "not after a long time");
	history_forget(dir);
	ok(symlinkat("/etc/passwd", dir, HISTORY_FILE) == 0
		&& history_add(dir, t, 5, 4) == -1 && errno == ELOOP, "a link is not followed");
	rest();
	close(fd);
	return done_testing();
}
