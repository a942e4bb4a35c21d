/* status.c - the bytes of a status file, good and bad */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/status.h>
#include <sextet/tai64n.h>

#include "tap.h"

/* up and ready: pid 0x01020304, killed by 15 before, wanted up */
static unsigned char const golden[STATUS_SIZE] = {
	0x40, 0x00, 0x00, 0x00, 0x6b, 0x02, 0x3d, 0x33, 0x29, 0xde, 0x9e, 0xae,
	0x40, 0x00, 0x00, 0x00, 0x6b, 0x02, 0x3d, 0x34, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04,
	0x00, 0x0f,
	0x0c
};

/* The same in the layout of s6 2.13.0 to 2.13.2, whose pgid is 0x01020305. */
static unsigned char const with_pgid[43] = {
	0x40, 0x00, 0x00, 0x00, 0x6b, 0x02, 0x3d, 0x33, 0x29, 0xde, 0x9e, 0xae,
	0x40, 0x00, 0x00, 0x00, 0x6b, 0x02, 0x3d, 0x34, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04,
	0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x05,
	0x00, 0x0f,
	0x0c
};

static int
is_golden(struct status const *st, pid_t pgid)
{
	char stamp[TAI64N_PACK], ready[TAI64N_PACK];

	tai64n_pack(stamp, &st->stamp);
	tai64n_pack(ready, &st->readystamp);
	return !memcmp(stamp, golden, 12) && !memcmp(ready, golden + 12, 12)
		&& st->pid == 0x01020304 && st->pgid == pgid && WIFSIGNALED(st->wstat)
		&& WTERMSIG(st->wstat) == 15 && !st->paused && !st->finishing && st->wantup
		&& st->ready && status_up(st) && !status_never(st);
}

static void
bytes(void)
{
	struct status st, untouched;
	char got[STATUS_SIZE];

	ok(status_unpack((char const *)golden, sizeof golden, &st) == 0
		&& is_golden(&st, 0x01020304), "35 bytes");
	status_pack(got, &st);
	is_bytes(got, golden, sizeof got, "and back");
	ok(status_unpack((char const *)with_pgid, sizeof with_pgid, &st) == 0
		&& is_golden(&st, 0x01020305), "43 bytes");
	status_pack(got, &st);
	is_bytes(got, golden, sizeof got, "are written as 35");

	memset(&st, 0x5a, sizeof st);
	untouched = st;
	for (size_t n = 0; n <= STATUS_SIZE_MAX; n++) {
		char some[STATUS_SIZE_MAX] = { 0 };

		if (n == 35 || n == 43)
			continue;
		errno = 0;
		if (status_unpack(some, n, &st) != -1 || errno != (n < 35 ? EPIPE : EPROTO))
			ok(0, "%d bytes are refused", (int)n);
	}
	ok(!memcmp(&st, &untouched, sizeof st), "other sizes are refused, and leave the output alone");
}

static void
hostile(void)
{
	static unsigned char const pids[][8] = {
		{ 0, 0, 0, 0, 0x80, 0, 0, 0 }, { 0, 0, 0, 1, 0, 0, 0, 0 },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	};
	char b[43];
	struct status st;
	tain now;

	for (size_t i = 0; i < sizeof pids / sizeof *pids; i++) {
		memcpy(b, golden, 35);
		memcpy(b + 24, pids[i], 8);
		ok(status_unpack(b, 35, &st) == -1 && errno == EPROTO, "a pid that cannot be (%d)", (int)i);
		memcpy(b, with_pgid, 43);
		memcpy(b + 32, pids[i], 8);
		ok(status_unpack(b, 43, &st) == -1 && errno == EPROTO, "nor such a pgid (%d)", (int)i);
	}
	memcpy(b, golden, 35);
	b[24 + 4] = 0x7f;
	memset(b + 24 + 5, 0xff, 3);
	ok(status_unpack(b, 35, &st) == 0 && st.pid == INT_MAX, "the greatest pid");
	memset(b, 0xff, 24);
	tai64n_now(&now);
	ok(status_unpack(b, 35, &st) == 0 && tai64n_age(&st.stamp, &now) == 0, "stamps at the end of time");
	memset(b, 0, 24);
	ok(status_unpack(b, 35, &st) == 0 && tai64n_age(&st.stamp, &now) > 0, "and at its beginning");
	b[34] = (char)0xff;
	ok(status_unpack(b, 35, &st) == 0 && st.paused && st.finishing && st.wantup && st.ready,
		"unknown flags are ignored");
	status_pack(b, &st);
	ok(b[34] == 0x0f, "and not written");
}

static void
meanings(void)
{
	static struct {
		int pid, flags, up, never;
	} const rows[] = {
		{ 0, 0x0d, 0, 1 }, { 0, 0x09, 0, 1 }, { 7, 0x04, 1, 0 }, { 7, 0x0c, 1, 0 },
		{ 7, 0x05, 1, 0 }, { 7, 0x06, 0, 0 }, { 7, 0x02, 0, 0 }, { 0, 0x0c, 0, 0 },
		{ 0, 0x08, 0, 0 }, { 0, 0x02, 0, 0 }, { 0, 0x03, 0, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char b[35] = { 0 };
		struct status st;

		b[31] = (char)rows[i].pid;
		b[34] = (char)rows[i].flags;
		ok(status_unpack(b, 35, &st) == 0 && status_up(&st) == rows[i].up
			&& status_never(&st) == rows[i].never, "pid %d, flags %x: up %d, never %d",
			rows[i].pid, rows[i].flags, rows[i].up, rows[i].never);
	}
}

static void
put(char const *file, void const *data, size_t n)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (write(fd, data, n) != (ssize_t)n)
		exit(111);
	close(fd);
}

static void
files(void)
{
	char deep[PATH_MAX + 2], got[64];
	struct status st;
	struct stat sb;
	int dir, fd;

	ok(status_read(".", &st) == -1 && errno == ENOENT, "no supervise");
	mkdir("supervise", 0700);
	dir = open("supervise", O_RDONLY | O_DIRECTORY);
	ok(status_read(".", &st) == -1 && errno == ENOENT, "no status");
	put("supervise/status", golden, 35);
	ok(status_read(".", &st) == 0 && is_golden(&st, 0x01020304), "read by directory");
	ok(status_readat(dir, &st) == 0 && is_golden(&st, 0x01020304), "and by descriptor");
	put("supervise/status", with_pgid, 43);
	ok(status_read(".", &st) == 0 && is_golden(&st, 0x01020305), "43 bytes");
	put("supervise/status", golden, 20);
	ok(status_read(".", &st) == -1 && errno == EPIPE, "a truncated one");
	memset(deep, 0, sizeof deep);
	put("supervise/status", deep, 4000);
	ok(status_read(".", &st) == -1 && errno == EPROTO, "a long one");
	unlink("supervise/status");
	mkfifo("supervise/status", 0600);
	ok(status_read(".", &st) == -1, "a FIFO does not block");
	unlink("supervise/status");
	mkdir("supervise/status", 0700);
	ok(status_read(".", &st) == -1 && errno == EISDIR, "a directory");
	rmdir("supervise/status");

	umask(027);
	status_unpack((char const *)golden, 35, &st);
	ok(status_write(dir, &st) == 0 && stat("supervise/status", &sb) == 0 && sb.st_size == 35
		&& (sb.st_mode & 07777) == 0640, "written: 35 bytes, 0644 less the umask");
	fd = open("supervise/status", O_RDONLY);
	st.pid = 1;
	ok(status_write(dir, &st) == 0 && status_write(dir, &st) == 0, "written again and again");
	close(fd);
	fd = open("supervise/status", O_RDONLY);
	ok(read(fd, got, sizeof got) == 35 && got[31] == 1 && got[28] == 0, "with new content");
	close(fd);
	memset(deep, 'x', sizeof deep - 1);
	ok(status_read(deep, &st) == -1 && errno == ENAMETOOLONG, "a name too long");
	close(dir);
	ok(status_write(dir, &st) == -1 && errno == EBADF, "a bad descriptor");
}

int
main(void)
{
	tap_tmpdir();
	bytes();
	hostile();
	meanings();
	files();
	return done_testing();
}
