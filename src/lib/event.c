/* event.c - see sextet/event.h */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <sextet/event.h>
#include <sextet/tai64n.h>

#define PREFIX "ftrig1"
#define LIVE "ftrig1:@"
#define HIDDEN ".ftrig1:@"	/* while it is made */
#define OLD 60			/* seconds */
#define RANDOM 6

/* what getdents64 writes, on every architecture */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

int
event_mkdir(int dirfd, char const *path, gid_t gid, int force)
{
	mode_t mode = gid == (gid_t)-1 ? 01733 : 03730;
	mode_t mask = umask(0);
	int r = mkdirat(dirfd, path, 0700);
	struct stat st;

	umask(mask);	/* never fails: errno is mkdirat's */
	if (r < 0) {
		if (errno != EEXIST || fstatat(dirfd, path, &st, 0) < 0)
			return -1;
		if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid()) {
			errno = S_ISDIR(st.st_mode) ? EACCES : ENOTDIR;
			return -1;
		}
		if (!force)
			return 0;
	}
	/* the mode last: chown takes the set-gid bit away */
	if (gid != (gid_t)-1 && fchownat(dirfd, path, (uid_t)-1, gid, 0) < 0)
		return -1;
	return fchmodat(dirfd, path, mode, 0);
}

int
event_open(int dirfd, char const *path)
{
	return openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Removes the FIFO NAME, which nobody reads. A socket answers ENXIO too, but is
   not ours to remove. */
static void
bury(int dirfd, char const *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISFIFO(st.st_mode))
		unlinkat(dirfd, name, 0);
}

/* Tells one listener; removes its FIFO when nobody reads it. Returns -1 when we
   lacked the means to tell it. */
static int
tell(int dirfd, char const *name, char const *events, size_t n)
{
	int fd = openat(dirfd, name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		if (errno == ENXIO)
			bury(dirfd, name);
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
	}
	/* a file of that name made by a stranger gets nothing from us */
	if (n && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)
		&& write(fd, events, n) < 0 && errno == EPIPE)
		unlinkat(dirfd, name, 0);
	close(fd);
	return 0;
}

/* Lists with the kernel's own call into the stack: no allocation, and the
   descriptor can be kept. */
static int
each(int fd, char const *prefix, size_t len, int (*fits)(int, char const *),
	char const *events, size_t n)
{
	char buf[2048] __attribute__((aligned(8)));
	size_t plen = strlen(prefix);
	int e = 0;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	for (;;) {
		long r = syscall(SYS_getdents64, fd, buf, sizeof buf);

		if (r < 0)
			return -1;
		if (!r)
			break;
		for (long i = 0; i < r;) {
			struct entry const *d = (struct entry const *)(void const *)(buf + i);

			if (!strncmp(d->name, prefix, plen) && strlen(d->name) == len
				&& (!fits || fits(fd, d->name))
				&& tell(fd, d->name, events, n) < 0)
				e = errno;
			i += d->len;
		}
	}
	errno = e;
	return e ? -1 : 0;
}

int
event_notify(int fd, char const *events, size_t n)
{
	return each(fd, LIVE, EVENT_NAME, 0, events, n);
}

/* Has the hidden FIFO been there for so long that its maker, who would have opened
   it at once, must be dead? */
static int
is_old(int fd, char const *name)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime + OLD < time(0);
}

int
event_clean(int fd)
{
	int r = each(fd, PREFIX, EVENT_NAME, 0, 0, 0), e = errno;

	if (each(fd, HIDDEN, EVENT_NAME + 1, is_old, 0, 0) < 0)
		return -1;
	errno = e;
	return r;
}

static void
random_part(char *to)
{
	static char const set[64] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char r[RANDOM];

	if (getrandom(r, sizeof r, GRND_NONBLOCK) != sizeof r) {
		tain now;

		tai64n_now(&now);
		for (int i = 0; i < RANDOM; i++)
			r[i] = (unsigned char)(now.nano >> (4 * i) ^ (unsigned)getpid() >> i);
	}
	for (int i = 0; i < RANDOM; i++)
		to[i] = set[r[i] & 63];
}

/* Makes the FIFO under its hidden name, which is NAME with a dot before it. */
static int
make_fifo(int dirfd, char *hidden)
{
	for (int tries = 0; tries < 100; tries++) {
		tain now;
		mode_t mask;
		int r, e;

		tai64n_now(&now);
		memcpy(hidden, "." PREFIX ":", sizeof PREFIX + 1);
		tai64n_fmt(hidden + sizeof PREFIX + 1, &now);
		hidden[EVENT_NAME - RANDOM] = ':';
		random_part(hidden + 1 + EVENT_NAME - RANDOM);
		hidden[1 + EVENT_NAME] = 0;
		mask = umask(0);
		r = mkfifoat(dirfd, hidden, 0622);
		e = errno;
		umask(mask);
		errno = e;
		if (r == 0 || errno != EEXIST)
			return r;
	}
	return -1;
}

int
event_listen(struct event_listener *l, int dirfd, char const *path)
{
	char hidden[EVENT_NAME + 2];
	struct event_listener n = EVENT_LISTENER_NONE;
	int e;

	/* O_PATH: a fifodir grants no read permission to its listeners */
	n.dirfd = openat(dirfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (n.dirfd < 0)
		return -1;
	if (make_fifo(n.dirfd, hidden) < 0)
		goto fail;
	memcpy(n.name, hidden + 1, sizeof n.name);
	n.fd = openat(n.dirfd, hidden, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (n.fd < 0 || renameat(n.dirfd, hidden, n.dirfd, n.name) < 0) {
		e = errno;
		unlinkat(n.dirfd, hidden, 0);
		errno = e;
		goto fail;
	}
	*l = n;
	return 0;
fail:
	e = errno;
	if (n.fd >= 0)
		close(n.fd);
	close(n.dirfd);
	errno = e;
	return -1;
}

void
event_unlisten(struct event_listener *l)
{
	struct event_listener const none = EVENT_LISTENER_NONE;

	if (l->dirfd < 0)
		return;
	unlinkat(l->dirfd, l->name, 0);
	close(l->fd);
	close(l->dirfd);
	*l = none;
}
