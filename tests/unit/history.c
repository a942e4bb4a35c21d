/* history.c - deaths for the restart limit */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/clock.h>
#include <sextet/history.h>

#include "tap.h"

static int dir;

static off_t
size(void)
{
	struct stat st;

	return fstatat(dir, HISTORY_FILE, &st, 0) < 0 ? -1 : st.st_size;
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
	close(fd);
	return done_testing();
}
