/* history.c - deaths for the restart limit */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/clock.h>
#include <sextet/history.h>

#include "denied.h"
#include "tap.h"

static int dir;

static off_t
size(void)
{
	struct stat st;

	return fstatat(dir, HISTORY_FILE, &st, 0) < 0 ? -1 : st.st_size;
}

/* A full disk, a disk that fails, and one that is not ours to write. */
static int
says_what_is_wrong(void)
{
	deny(SYS_pwrite64, ENOSPC);
	return history_add(dir, CLOCK_S, 3, 10) == -1 && errno == ENOSPC;
}

static int
cannot_read(void)
{
	deny(SYS_pread64, EIO);
	return history_add(dir, CLOCK_S, 1, 10) == -1 && errno == EIO
		&& history_add(dir, CLOCK_S, 2, 10) == -1 && history_add(dir, CLOCK_S, 1, 10) == -1 && errno == EIO;
}

static int
cannot_forget(void)
{
	deny(SYS_unlinkat, EROFS);
	return history_forget(dir) == -1 && errno == EROFS;
}

static int
cannot_shrink(void)
{
	for (int i = 0; i < 4; i++)
		history_add(dir, CLOCK_S, 3, 1);
	deny(SYS_ftruncate, EIO);
	return history_add(dir, CLOCK_S, 1, 1) == -1 && errno == EIO;
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
	ok(history_add(dir, t, 1, 1) == 1, "the clock was set back: it is a record like others");
	ok(history_add(dir, t, 5, 4) == 0, "and those of the future are none");
	history_forget(dir);
	holds_apart(says_what_is_wrong, "a full disk");
	holds_apart(cannot_read, "a disk that cannot be read");
	holds_apart(cannot_forget, "one that cannot be written");
	holds_apart(cannot_shrink, "a file that cannot be cut");
	history_forget(dir);
	ok(symlinkat("/etc/passwd", dir, HISTORY_FILE) == 0
		&& history_add(dir, t, 5, 4) == -1 && errno == ELOOP, "a link is not followed");
	close(fd);
	return done_testing();
}
