/* child.c - see sextet/child.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/types.h>
#include <skalibs/uint16.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include <sextet/child.h>
#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>

#define MAGIC "sxc1"
#define SUM 60

enum { ORDERLY = 1, WANTUP = 2, READY = 4, LISTENING = 8, ASKED = 16, UNKNOWN = 32 };

static uint32_t
checksum(char const *p)
{
	uint32_t h = 2166136261U;

	for (int i = 0; i < SUM; i++)
		h = (h ^ (unsigned char)p[i]) * 16777619U;
	return h;
}

void
child_pack(char *to, struct child const *c)
{
	memcpy(to, MAGIC, 4);
	to[4] = (char)c->stage;
	to[5] = (char)((c->orderly ? ORDERLY : 0) | (c->wantup ? WANTUP : 0)
		| (c->ready ? READY : 0) | (c->listening ? LISTENING : 0)
		| (c->asked ? ASKED : 0) | (c->unknown ? UNKNOWN : 0));
	uint16_pack_big(to + 6, c->quick);
	uint32_pack_big(to + 8, (uint32_t)c->pid);
	uint32_pack_big(to + 12, c->pidns);
	uint64_pack_big(to + 16, (uint64_t)c->t0);
	uint64_pack_big(to + 24, (uint64_t)c->t1);
	uint64_pack_big(to + 32, c->inode);
	memcpy(to + 40, c->boot, CHILD_BOOT);
	uint16_pack_big(to + 56, (uint16_t)c->wstat);
	uint16_pack_big(to + 58, (uint16_t)c->error);
	uint32_pack_big(to + SUM, checksum(to));
}

static int
blank(char const *p)
{
	for (int i = 0; i < CHILD_SIZE; i++)
		if (p[i])
			return 0;
	return 1;
}

int
child_unpack(char const *from, struct child *c)
{
	uint32_t sum, pid;
	uint64_t t0, t1;
	uint16_t wstat, error;
	unsigned char flags = (unsigned char)from[5];

	if (blank(from)) {
		memset(c, 0, sizeof *c);
		return 0;
	}
	uint32_unpack_big(from + SUM, &sum);
	uint32_unpack_big(from + 8, &pid);
	if (memcmp(from, MAGIC, 4) || sum != checksum(from) || pid > INT_MAX
		|| (unsigned char)from[4] >= CHILD_STAGES) {
		errno = EPROTO;
		return -1;
	}
	c->stage = (enum child_stage)from[4];
	c->orderly = !!(flags & ORDERLY);
	c->wantup = !!(flags & WANTUP);
	c->ready = !!(flags & READY);
	c->listening = !!(flags & LISTENING);
	c->asked = !!(flags & ASKED);
	c->unknown = !!(flags & UNKNOWN);
	uint16_unpack_big(from + 6, &c->quick);
	c->pid = (pid_t)pid;
	uint32_unpack_big(from + 12, &c->pidns);
	uint64_unpack_big(from + 16, &t0);
	uint64_unpack_big(from + 24, &t1);
	c->t0 = (int64_t)t0;
	c->t1 = (int64_t)t1;
	uint64_unpack_big(from + 32, &c->inode);
	memcpy(c->boot, from + 40, CHILD_BOOT);
	uint16_unpack_big(from + 56, &wstat);
	uint16_unpack_big(from + 58, &error);
	c->wstat = wstat;
	c->error = error;
	return 0;
}

static int
write_bytes(int fd, char const *bytes)
{
	ssize_t w;

	do
		w = pwrite(fd, bytes, CHILD_SIZE, 0);
	while (w < 0 && errno == EINTR);
	if (w == CHILD_SIZE)
		return 0;
	if (w >= 0)
		errno = ENOSPC;
	return -1;
}

int
child_take(int supervisefd, uid_t *owner)
{
	static char const zero[CHILD_SIZE];
	/* for writing at once: an overlay copies the file when it is opened so */
	int fd = openat(supervisefd, CHILD_FILE,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	struct stat st;
	int r;

	if (fd < 0)
		return -1;
	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		r = file_single(fd) < 0 || fstat(fd, &st) < 0 ? -1 : 0;
	/* the block is taken now, while failing to get it does no harm */
	if (r == 0 && !st.st_size)
		r = write_bytes(fd, zero);
	if (r < 0) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	*owner = st.st_uid;
	return fd;
}

int
child_renew(int supervisefd, int fd, struct child const *c)
{
	char bytes[CHILD_SIZE];
	uid_t owner;
	int fresh;

	child_pack(bytes, c);
	if (filereplace_rename(supervisefd, CHILD_FILE, bytes, sizeof bytes, 0600) < 0)
		return -1;
	fresh = child_take(supervisefd, &owner);
	if (fresh >= 0)
		close(fd);
	return fresh;
}

int
child_read(int fd, struct child *c)
{
	char bytes[CHILD_SIZE];
	ssize_t r;

	do
		r = pread(fd, bytes, sizeof bytes, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -1;
	if (r != sizeof bytes) {
		errno = EPROTO;
		return -1;
	}
	return child_unpack(bytes, c);
}

int
child_write(int fd, struct child const *c)
{
	char bytes[CHILD_SIZE];

	child_pack(bytes, c);
	return write_bytes(fd, bytes);
}

int
child_peek(char const *dir, struct child *c, uid_t *owner)
{
	char path[PATH_MAX];
	struct stat st = { .st_uid = (uid_t)-1 };
	int fd, r, e;

	if (path_join3(path, sizeof path, dir, SERVICEDIR_SUPERVISE, CHILD_FILE) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	r = owner && fstat(fd, &st) < 0 ? -1 : child_read(fd, c);
	e = errno;
	close(fd);
	errno = e;
	if (owner)
		*owner = st.st_uid;
	return r;
}

int
child_believed(pid_t pid, uid_t owner)
{
	char path[sizeof "/proc/" + PID_FMT] = "/proc/";
	struct stat st;

	if (owner == geteuid())
		return 1;
	path[6 + pid_fmt(path + 6, pid)] = 0;
	return stat(path, &st) == 0 && st.st_uid == owner;
}

/* The value of a hexadecimal digit, -1 for anything else. */
static int
digit(char x)
{
	if (x >= '0' && x <= '9')
		return x - '0';
	return x >= 'a' && x <= 'f' ? x - 'a' + 10 : -1;
}

void
child_boot(unsigned char *boot)
{
	char text[36];		/* 8-4-4-4-12 digits */
	ssize_t n = file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", text, sizeof text);
	unsigned char b[CHILD_BOOT] = { 0 };
	int digits = 0;

	for (ssize_t i = 0; i < n; i++) {
		int d = digit(text[i]);

		if (d < 0)
			continue;
		b[digits / 2] = (unsigned char)(b[digits / 2] << 4 | d);
		if (++digits == 2 * CHILD_BOOT)
			break;
	}
	if (digits < 2 * CHILD_BOOT)
		memset(b, 0, sizeof b);
	memcpy(boot, b, sizeof b);
}

uint32_t
child_pidns(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) < 0 ? 0 : (uint32_t)st.st_ino;
}

int
child_credible(struct child const *c, unsigned char const *boot, uint32_t pidns, int64_t now)
{
	static unsigned char const unknown[CHILD_BOOT];

	if (memcmp(c->boot, boot, CHILD_BOOT) && memcmp(c->boot, unknown, CHILD_BOOT)
		&& memcmp(boot, unknown, CHILD_BOOT))
		return 0;
	if (c->pidns && pidns && c->pidns != pidns)
		return 0;
	return c->t1 <= now;
}
