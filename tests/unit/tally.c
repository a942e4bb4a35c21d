/* tally.c - the death tally: golden bytes, keeping the newest, repairing */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/filereplace.h>
#include <sextet/tai64n.h>
#include <sextet/tally.h>

#include "apart.h"

#define FILE_NAME "s/supervise/death_tally"

static int super, fd = -1;
static struct death all[TALLY_MAX];

static off_t
size(void)
{
	struct stat st;

	return stat(FILE_NAME, &st) < 0 ? -1 : st.st_size;
}

/* Appends deaths with the exit codes FROM to TO. */
static int
append(int from, int to, unsigned int max)
{
	struct death d = { .signal = 0 };

	tai64n_now(&d.stamp);
	for (int i = from; i <= to; i++) {
		d.exitcode = (unsigned char)i;
		if (tally_append(super, &fd, &d, max) < 0)
			return 0;
	}
	return 1;
}

/* Does it hold N deaths whose codes count up to LAST? */
static int
counts(ssize_t n, int last)
{
	ssize_t r = tally_read("s", all, TALLY_MAX);

	for (ssize_t i = 0; i < r; i++)
		if (all[i].exitcode != (unsigned char)(last - (r - 1 - i)))
			return 0;
	return r == n;
}

static void
codec(void)
{
	static char const bytes[TALLY_RECORD] = "\x40\0\0\0\x6b\x02\x3d\x33\x29\xde\x9e\xae\x8f\x0f";
	char packed[TALLY_RECORD];
	struct death d, e;

	tally_unpack(bytes, &d);
	ok(d.exitcode == 0x8f && d.signal == 15, "code and signal");
	tally_pack(packed, &d);
	is_bytes(packed, bytes, sizeof bytes, "binary both ways");
	tally_death(&e, &d.stamp, 7 << 8);
	ok(e.exitcode == 7 && e.signal == 0, "exit 7");
	tally_death(&e, &d.stamp, SIGTERM);
	tally_pack(packed, &e);
	is_bytes(packed, bytes, sizeof bytes, "killed by TERM: 128 + 15, 15");
	tally_death(&e, &d.stamp, SIGSEGV | 0x80);
	ok(e.exitcode == 128 + SIGSEGV && e.signal == SIGSEGV, "with a core");
	tally_death(&e, &d.stamp, 0xff00);
	ok(e.exitcode == 255 && e.signal == 0, "exit 255");
}

static void
appending(void)
{
	struct stat st;

	ok(tally_read("s", all, TALLY_MAX) == 0 && errno == ENOENT, "no tally yet");
	fd = tally_open(super, 0);
	ok(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC && size() == 0, "made empty");
	ok(stat(FILE_NAME, &st) == 0 && (st.st_mode & 0777) == 0644, "mode 0644");
	ok(counts(0, 0), "nobody died");
	ok(append(1, 3, 5) && size() == 3 * TALLY_RECORD && counts(3, 3), "three deaths");
	ok(append(4, 5, 5) && counts(5, 5), "full");
	ok(append(6, 9, 5) && counts(5, 9), "the newest five are kept");
	ok(append(10, 10, 0) && counts(5, 9), "0: records nothing");
	ok(append(10, 10, 1) && counts(1, 10), "the limit was lowered");
	ok(append(11, 13, 4) && counts(4, 13), "and raised");
	ok(tally_read("s", all, 2) == 2 && all[1].exitcode == 13 && all[0].exitcode == 12,
		"a reader may ask for the newest two");
	ok(tally_read("s", all, 0) == 0 && errno == 0, "or for none");
	close(fd);
	fd = tally_open(super, 0);
	ok(counts(4, 13), "opened again: kept");
	close(fd);
	fd = tally_open(super, 1);
	ok(counts(0, 0), "opened empty: forgotten");
}

/* The kernel shows a write across blocks in two parts: such a record must come
   by a new file, so that a reader never finds an invalid one. */
static void
blocks(void)
{
	struct stat before, st;
	int moved = 0, straddled = 0;

	append(1, 1, TALLY_MAX);
	fstat(fd, &before);
	for (int i = 2; i <= 700; i++) {
		append(i, i, TALLY_MAX);
		fstat(fd, &st);
		if (st.st_ino == before.st_ino)
			straddled += (i - 1) * TALLY_RECORD / 4096 != (i * TALLY_RECORD - 1) / 4096;
		moved += st.st_ino != before.st_ino;
		before = st;
	}
	ok(straddled == 0 && moved == 2, "no record is appended across blocks (%d moves)", moved);
	ok(counts(700, 700 & 255), "700 deaths");
	ok(append(701, TALLY_MAX + 10, 100000) && counts(TALLY_MAX, (TALLY_MAX + 10) & 255),
		"never more than %d", TALLY_MAX);
	ok(size() == TALLY_MAX * TALLY_RECORD, "in the file");
}

static void
clearing(void)
{
	ok(tally_clear("s") == 0 && size() == 0, "cleared");
	ok(counts(0, 0), "reads as empty");
	ok(append(1, 2, 5) && counts(2, 2), "the writer notices and goes on in the new one");
	unlink(FILE_NAME);
	ok(append(3, 3, 5) && counts(1, 3), "it was deleted: the writer makes a new one");
	ok(tally_clear("none") == -1 && errno == ENOENT, "no such service");
	ok(tally_read("none", all, 1) == -1 && errno == ENOENT, "to read either");
}

static void
damage(void)
{
	struct stat a, b;

	filereplace_rename(super, TALLY_FILE, "torn tally", 10, 0644);
	ok(append(4, 5, 5) && counts(2, 5), "an invalid file: the writer starts afresh");
	filereplace_rename(super, TALLY_FILE, "torn tally", 10, 0644);
	ok(tally_read("s", all, TALLY_MAX) == 0 && errno == EBADMSG && size() == 0, "a reader empties it");
	ok(append(6, 6, 5) && counts(1, 6), "and the writer goes on");

	unlink(FILE_NAME);
	ok(symlink("/etc/passwd", FILE_NAME) == 0 && !append(7, 7, 5), "a link is not written through");
	stat("/etc/passwd", &a);
	tally_read("s", all, TALLY_MAX);
	stat("/etc/passwd", &b);
	ok(a.st_size == b.st_size, "nor emptied by a reader");
	unlink(FILE_NAME);
	mkdir(FILE_NAME, 0755);
	ok(tally_read("s", all, 1) == -1 && errno == EISDIR, "a directory is an error");
	ok(tally_open(super, 0) == -1 && tally_clear("s") == -1, "for the writers too");
	rmdir(FILE_NAME);
	ok(append(8, 8, 5) && counts(1, 8), "and works when it is gone");
	fd = (close(fd), -1);
	ok(append(9, 9, 5) && counts(2, 9), "without a descriptor: opened on the way");
}

/* A disk that is full in the midst of a record, or before it: what was there stays. */
static int
full(void)
{
	struct death d = { .exitcode = 99 };
	off_t before = size();
	rlim_t old;
	int r, e;

	signal(SIGXFSZ, SIG_IGN);
	old = apart_limit(RLIMIT_FSIZE, (rlim_t)before + 5);
	r = tally_append(super, &fd, &d, 5);
	e = errno;
	apart_limit(RLIMIT_FSIZE, old);
	want(r == -1 && e == ENOSPC && size() == before);
	apart_limit(RLIMIT_FSIZE, (rlim_t)before);
	r = tally_append(super, &fd, &d, 5);
	e = errno;
	apart_limit(RLIMIT_FSIZE, old);
	want(r == -1 && e == EFBIG && size() == before && counts(2, 9));
	/* the file is full, and a new one does not fit either */
	apart_limit(RLIMIT_FSIZE, 3);
	r = tally_append(super, &fd, &d, 2);
	apart_limit(RLIMIT_FSIZE, old);
	want(r == -1 && size() == before && counts(2, 9));
	return 1;
}

/* Who may not write sees the same, and leaves it. */
static int
reader(void)
{
	want(filereplace_rename(super, TALLY_FILE, "torn tally", 10, 0644) == 0);
	want(chmod(".", 0755) == 0 && chmod("s/supervise", 0755) == 0);
	want(seteuid(1234) == 0);
	want(tally_read("s", all, TALLY_MAX) == 0 && errno == EBADMSG && size() == 10);
	want(tally_clear("s") == -1 && errno == EACCES && size() == 10);
	want(seteuid(0) == 0 && tally_clear("s") == 0 && chmod("s/supervise", 0700) == 0);
	want(seteuid(1234) == 0);
	want(tally_read("s", all, TALLY_MAX) == -1 && errno == EACCES);
	return 1;
}

static void
rest(void)
{
	char deep[PATH_MAX];
	struct death d = { .exitcode = 77 };
	int other;

	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	ok(tally_read(deep, all, 1) == -1 && errno == ENAMETOOLONG
		&& tally_clear(deep) == -1 && errno == ENAMETOOLONG, "a name too long");
	ok(tally_last(fd, &d) == 1 && d.exitcode == 9, "the last one");
	ok_apart("a disk that is full", full);
	if (geteuid() == 0)
		ok_apart("one who may not write", reader);
	tally_clear("s");
	d.exitcode = 77;
	other = tally_open(super, 0);
	ok(tally_last(other, &d) == 0 && d.exitcode == 77, "nobody has died: no last one");
	ok(tally_last(-1, &d) == -1 && errno == EBADF && d.exitcode == 77, "no tally: no last one");
	close(other);
	close(fd);
	fd = 999;
	ok(append(1, 1, 5) && counts(1, 1) && fd != 999, "its descriptor is not open: opened on the way");
	if (link(FILE_NAME, "s/other") < 0)
		exit(111);
	other = tally_open(super, 1);
	ok(other == -1 && errno == EMLINK && size() == TALLY_RECORD, "a file with two names is not touched");
	unlink(FILE_NAME);
	mkdir(FILE_NAME, 0755);
	other = fd;
	ok(!append(2, 2, 5) && fd == other && fcntl(fd, F_GETFD) >= 0, "none can be made: the descriptor stays");
	rmdir(FILE_NAME);
}

int
main(void)
{
	int first;

	tap_tmpdir();
	umask(022);
	mkdir("s", 0755);
	mkdir("s/supervise", 0700);
	super = open("s/supervise", O_RDONLY | O_DIRECTORY);
	first = dup(super);
	close(first);
	codec();
	appending();
	blocks();
	clearing();
	damage();
	rest();
	close(fd);
	fd = dup(super);
	ok(fd == first, "no descriptor leaked");
	return done_testing();
}
