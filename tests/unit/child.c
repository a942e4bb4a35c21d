/* child.c - the record of a supervisor's child */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <sextet/child.h>
#include <sextet/clock.h>

#include "fakeproc.h"

static struct child const sample = {
	.stage = CHILD_FINISH, .orderly = 1, .ready = 1, .quick = 0x0102, .pid = 4242,
	.pidns = 0xeffffffc, .t0 = 0x0123456789abcdef, .t1 = 0x0123456789abcdf0,
	.inode = 0x1122334455667788,
	.boot = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	.wstat = 0x0f00, .error = ENOENT
};

static unsigned char const golden[CHILD_SIZE] = {
	's', 'x', 'c', '1', 5, 5, 1, 2, 0, 0, 0x10, 0x92, 0xef, 0xff, 0xff, 0xfc,
	0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xf0,
	0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0, 1, 2, 3, 4, 5, 6, 7,
	8, 9, 10, 11, 12, 13, 14, 15, 0x0f, 0x00, 0, 2, 0x8a, 0x4d, 0x93, 0xd0
};

static void
bytes(void)
{
	char got[CHILD_SIZE], bad[CHILD_SIZE];
	struct child c = { .pid = 1 };
	int refused = 0;

	child_pack(got, &sample);
	is_bytes(got, golden, CHILD_SIZE, "golden bytes");
	ok(child_unpack(got, &c) == 0 && c.stage == CHILD_FINISH && c.orderly && !c.wantup
		&& c.ready && !c.listening && c.quick == 0x0102 && c.pid == 4242
		&& c.pidns == 0xeffffffc && c.t0 == sample.t0 && c.t1 == sample.t1
		&& c.inode == sample.inode && !memcmp(c.boot, sample.boot, CHILD_BOOT)
		&& c.wstat == 0x0f00 && c.error == ENOENT, "read back");
	for (int i = 0; i < CHILD_SIZE * 8; i++) {
		memcpy(bad, got, sizeof bad);
		bad[i / 8] = (char)(bad[i / 8] ^ 1 << i % 8);
		refused += child_unpack(bad, &c) == -1 && errno == EPROTO;
	}
	ok(refused == CHILD_SIZE * 8, "any bit flipped is noticed (%d)", refused);
	ok(c.pid == 4242, "the output is untouched then");
	memset(bad, 0, sizeof bad);
	ok(child_unpack(bad, &c) == 0 && c.stage == CHILD_NONE && !c.pid && !c.t1, "zeros: no child");
}

static void
flags(void)
{
	for (int i = 0; i < 64; i++) {
		struct child c = { .orderly = i & 1, .wantup = i >> 1 & 1, .ready = i >> 2 & 1,
			.listening = i >> 3 & 1, .asked = i >> 4 & 1,
			.unknown = i >> 5 & 1 }, r = { .pid = 1 };
		char b[CHILD_SIZE];

		child_pack(b, &c);
		ok(b[5] == i && child_unpack(b, &r) == 0 && r.orderly == c.orderly
			&& r.wantup == c.wantup && r.ready == c.ready
			&& r.listening == c.listening && r.asked == c.asked
			&& r.unknown == c.unknown, "flags %d", i);
	}
}

static void
file(void)
{
	struct child c = sample;
	struct stat st;
	pid_t pid;
	uid_t owner = 1234567;
	int dir, fd, other, wstat, told[2], ready = 0;

	mkdir("supervise", 0700);
	dir = open("supervise", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok(child_peek(".", &c, 0) == -1 && errno == ENOENT, "no file yet");
	fd = child_take(dir, &owner);
	ok(fd >= 0 && fstat(fd, &st) == 0 && st.st_size == CHILD_SIZE
		&& (st.st_mode & 07777) == 0600, "made with its full size, 0600");
	ok(child_read(fd, &c) == 0 && c.stage == CHILD_NONE, "a new one is blank");
	c = sample;
	ok(child_write(fd, &c) == 0 && child_write(fd, &c) == 0 && fstat(fd, &st) == 0
		&& st.st_size == CHILD_SIZE, "rewritten in place");
	memset(&c, 0, sizeof c);
	ok(child_peek(".", &c, 0) == 0 && c.pid == sample.pid, "read without the lock");
	other = open("supervise/child", O_RDWR | O_CLOEXEC);
	ok(flock(other, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK, "it is locked");
	if (pipe(told) < 0)
		exit(111);
	pid = tap_fork();
	if (!pid) {
		/* as a newborn child of a killed supervisor */
		usleep(50000);
		_exit(write(told[1], "", 1) != 1);
	}
	close(told[1]);
	close(fd);
	fd = child_take(dir, &owner);
	ok(fd >= 0 && ioctl(told[0], FIONREAD, &ready) == 0 && ready == 1,
		"waits for a newborn's copy of the lock");
	waitpid(pid, &wstat, 0);
	memset(&c, 0, sizeof c);
	ok(child_read(fd, &c) == 0 && c.pid == sample.pid, "the record outlives its holder");
	ok(pwrite(other, "y", 1, 0) == 1 && child_read(fd, &c) == -1 && errno == EPROTO, "damaged");
	ok(ftruncate(other, 10) == 0 && child_read(fd, &c) == -1 && errno == EPROTO
		&& child_peek(".", &c, 0) == -1 && errno == EPROTO, "too short");
	close(other);
	close(fd);
	unlinkat(dir, "child", 0);
	ok(symlinkat("/etc/passwd", dir, "child") == 0 && child_take(dir, &owner) == -1 && errno == ELOOP,
		"a link is not followed");
	unlinkat(dir, "child", 0);
	close(openat(dir, "precious", O_WRONLY | O_CREAT, 0600));
	ok(linkat(dir, "precious", dir, "child", 0) == 0 && child_take(dir, &owner) == -1
		&& errno == EMLINK, "nor another name of a file");
	unlinkat(dir, "child", 0);
	fd = child_take(dir, &owner);
	ok(fd >= 0 && owner == geteuid(), "it is ours");
	if (geteuid() == 0) {
		close(fd);
		ok(fchownat(dir, "child", 65534, 65534, 0) == 0 && (fd = child_take(dir, &owner)) >= 0
			&& owner == 65534, "or somebody else's");
	}
	c = sample;
	fstat(fd, &st);
	other = child_renew(dir, fd, &c);
	ok(other >= 0 && fcntl(fd, F_GETFD) < 0 && fstat(other, &st) == 0 && st.st_uid == geteuid()
		&& (st.st_mode & 07777) == 0600, "renewed: our own");
	memset(&c, 0, sizeof c);
	ok(child_read(other, &c) == 0 && c.pid == sample.pid, "it says what the old one said");
	fd = open("supervise/child", O_RDWR | O_CLOEXEC);
	ok(flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK, "and is locked");
	close(fd);
	close(other);
	ok(child_renew(-1, -1, &c) == -1 && errno == EBADF, "no directory: an error");
	close(dir);
}

static void
credible(void)
{
	unsigned char boot[CHILD_BOOT], none[CHILD_BOOT] = { 0 }, other[CHILD_BOOT] = { 9 };
	struct child c = { .t1 = 1000, .pidns = 7 };
	uint32_t ns = child_pidns();

	child_boot(boot);
	if (access("/proc/self/stat", R_OK) == 0) {
		ok(memcmp(boot, none, CHILD_BOOT), "this boot has an id");
		ok(ns != 0, "our PID namespace has a number");
	}
	memcpy(c.boot, boot, CHILD_BOOT);
	ok(child_credible(&c, boot, 7, 1000), "this boot, this namespace, no future");
	ok(!child_credible(&c, boot, 7, 999), "from the future");
	ok(!child_credible(&c, boot, 8, 1000), "another namespace");
	ok(child_credible(&c, boot, 0, 1000), "unknown namespace now");
	memcpy(c.boot, other, CHILD_BOOT);
	ok(!child_credible(&c, boot, 7, 1000) == !!memcmp(boot, none, CHILD_BOOT), "another boot");
	ok(child_credible(&c, none, 7, 1000), "unknown boot now");
	c.pidns = 0;
	memset(c.boot, 0, CHILD_BOOT);
	ok(child_credible(&c, boot, 8, clock_boot()), "unknown then");
}

/* What is believed of another user's record: only what he could do himself. */
static int
believed(void)
{
	want(child_believed(getpid(), geteuid()) && child_believed(0x3ffffff0, geteuid()));
	want(!child_believed(getpid(), geteuid() + 1) && !child_believed(0x3ffffff0, geteuid() + 1));
	return 1;
}

/* A /proc that knows no boot, or has something else there. */
static int
boots(void)
{
	static char const *const bad[] = { "", "0123\n", "0123456-89ab-cdef-0123-456789abcdef\n",
		"ABCDEFGH-ABCD-ABCD-ABCD-ABCDEFABCDEF\n" };
	static unsigned char const none[CHILD_BOOT], good[CHILD_BOOT] = {
		0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };
	unsigned char boot[CHILD_BOOT];
	FILE *f;

	want(fakeproc_begin() == 0);
	memset(boot, 1, sizeof boot);
	child_boot(boot);
	want(!memcmp(boot, none, sizeof boot) && child_pidns() == 0);
	want(mkdir("/proc/sys", 0755) == 0 && mkdir("/proc/sys/kernel", 0755) == 0
		&& mkdir("/proc/sys/kernel/random", 0755) == 0);
	for (int i = 0; i < 5; i++) {
		f = tap_need(fopen("/proc/sys/kernel/random/boot_id", "w"));
		want(fputs(i < 4 ? bad[i] : "01234567-89ab-cdef-0123-456789abcdef\n", f) >= 0 && fclose(f) == 0);
		child_boot(boot);
		want(!memcmp(boot, i < 4 ? none : good, sizeof boot));
	}
	return 1;
}

static int
full(void)
{
	rlim_t old;
	uid_t owner;
	int r, e, fd = child_take(AT_FDCWD, &owner);

	signal(SIGXFSZ, SIG_IGN);
	want(fd >= 0);
	for (rlim_t n = 0; n < 10; n += 5) {
		old = apart_limit(RLIMIT_FSIZE, n);
		r = child_write(fd, &sample);
		e = errno;
		apart_limit(RLIMIT_FSIZE, old);
		want(r == -1 && e == (n ? ENOSPC : EFBIG));
	}
	want(child_write(fd, &sample) == 0);
	return 1;
}

static void
rest(void)
{
	char deep[PATH_MAX];
	struct child c = { .pid = 7 };
	uid_t owner = 99;

	mkdir("rest", 0755);
	if (chdir("rest") < 0)
		exit(111);
	ok_apart("a disk that is full", full);
	ok_apart("whose records are believed", believed);
	ok_mounted("boots that nobody knows", boots);
	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	ok(child_peek(deep, &c, &owner) == -1 && errno == ENAMETOOLONG && c.pid == 7 && owner == 99,
		"a name too long");
	ok(child_peek("none", &c, &owner) == -1 && errno == ENOENT && c.pid == 7 && owner == 99, "no record");
	unlink("other");
	ok(link(CHILD_FILE, "other") == 0 && child_take(AT_FDCWD, &owner) == -1 && errno == EMLINK,
		"one with another name as well is not taken");
	ok(child_read(-1, &c) == -1 && child_write(-1, &c) == -1 && errno == EBADF, "no descriptor");
}

int
main(void)
{
	tap_tmpdir();
	bytes();
	flags();
	file();
	credible();
	rest();
	return done_testing();
}
