/* tally.c - see sextet/tally.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>
#include <sextet/tai64n.h>
#include <sextet/tally.h>

#define BLOCK 4096	/* the smallest page or block that a file grows by */

void
tally_pack(char *to, struct death const *d)
{
	tai64n_pack(to, &d->stamp);
	to[12] = (char)d->exitcode;
	to[13] = (char)d->signal;
}

void
tally_unpack(char const *from, struct death *d)
{
	tai64n_unpack(from, &d->stamp);
	d->exitcode = (unsigned char)from[12];
	d->signal = (unsigned char)from[13];
}

void
tally_death(struct death *d, tain const *stamp, int wstat)
{
	int sig = WIFSIGNALED(wstat) ? WTERMSIG(wstat) : 0;

	d->stamp = *stamp;
	d->signal = (unsigned char)sig;
	d->exitcode = (unsigned char)(sig ? 128 + sig : WEXITSTATUS(wstat));
}

/* Reads the newest records of FD, at most MAX, into BYTES. Returns how many,
   -1 with errno; EBADMSG: a size that cannot be. */
static ssize_t
read_newest(int fd, char *bytes, size_t max)
{
	struct stat st;
	off_t skip = 0;
	size_t n = 0, want;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	if (st.st_size % TALLY_RECORD) {
		errno = EBADMSG;
		return -1;
	}
	want = (size_t)st.st_size;
	if (want > max * TALLY_RECORD) {
		want = max * TALLY_RECORD;
		skip = st.st_size - (off_t)want;
	}
	while (n < want) {
		ssize_t r = pread(fd, bytes + n, want - n, skip + (off_t)n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (!r)
			break;
		n += (size_t)r;
	}
	return (ssize_t)(n / TALLY_RECORD);
}

static int
open_super(char const *dir)
{
	char path[PATH_MAX];

	if (path_join(path, sizeof path, dir, SERVICEDIR_SUPERVISE) < 0)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* close, keeping errno */
static void
done(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
}

/* Truncates the tally, if it is invalid still: the supervisor may have put a
   good one in its place since. */
static void
empty_invalid(int dirfd)
{
	int fd = openat(dirfd, TALLY_FILE, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size % TALLY_RECORD) {
		int r = ftruncate(fd, 0);

		(void)r;	/* it counts as empty in any case */
	}
	close(fd);
}

ssize_t
tally_read(char const *dir, struct death *d, size_t max)
{
	char bytes[TALLY_MAX * TALLY_RECORD];
	int dirfd = open_super(dir), fd;
	ssize_t n;

	if (dirfd < 0)
		return -1;
	fd = openat(dirfd, TALLY_FILE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		done(dirfd);
		return errno == ENOENT ? 0 : -1;
	}
	n = read_newest(fd, bytes, max < TALLY_MAX ? max : TALLY_MAX);
	if (n >= 0)
		errno = 0;
	done(fd);
	if (n < 0 && errno == EBADMSG) {
		empty_invalid(dirfd);
		errno = EBADMSG;
		n = 0;
	}
	done(dirfd);
	for (ssize_t i = 0; i < n; i++)
		tally_unpack(bytes + i * TALLY_RECORD, d + i);
	return n;
}

int
tally_clear(char const *dir)
{
	int dirfd = open_super(dir), r;

	if (dirfd < 0)
		return -1;
	r = filereplace_rename(dirfd, TALLY_FILE, "", 0, 0644);
	done(dirfd);
	return r;
}

int
tally_open(int supervisefd, int empty)
{
	int fd = openat(supervisefd, TALLY_FILE, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW
		| O_NONBLOCK | O_CLOEXEC, 0644);

	if (fd >= 0 && (file_single(fd) < 0 || (empty && ftruncate(fd, 0) < 0))) {
		done(fd);
		return -1;
	}
	return fd;
}

int
tally_last(int fd, struct death *d)
{
	char bytes[TALLY_RECORD];
	ssize_t n = read_newest(fd, bytes, 1);

	if (n > 0)
		tally_unpack(bytes, d);
	return (int)n;
}

/* Has the file been replaced by another program (s6-svdt-clear) since? */
static int
replaced(int supervisefd, struct stat const *ours)
{
	struct stat st;

	return fstatat(supervisefd, TALLY_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0
		|| st.st_ino != ours->st_ino || st.st_dev != ours->st_dev;
}

/* Would a record after SIZE bytes cross from one block into the next? The kernel
   makes such a write visible in two parts, and a reader between them would see
   an invalid file. */
static int
crosses(off_t size)
{
	return size % BLOCK + TALLY_RECORD > BLOCK;
}

/* The file is full, or a record cannot be appended: writes the newest records
   and RECORD to a new one. */
static int
rewrite(int supervisefd, int *fd, char const *record, unsigned int max)
{
	char bytes[TALLY_MAX * TALLY_RECORD];
	ssize_t n = read_newest(*fd, bytes, max - 1);
	int fresh;

	if (n < 0)
		n = 0;
	memcpy(bytes + n * TALLY_RECORD, record, TALLY_RECORD);
	if (filereplace_rename(supervisefd, TALLY_FILE, bytes, (size_t)(n + 1) * TALLY_RECORD, 0644) < 0)
		return -1;
	fresh = tally_open(supervisefd, 0);
	if (fresh < 0)
		return -1;
	close(*fd);
	*fd = fresh;
	return 0;
}

int
tally_append(int supervisefd, int *fd, struct death const *d, unsigned int max)
{
	char record[TALLY_RECORD];
	struct stat st;
	ssize_t w;

	if (!max)
		return 0;
	if (max > TALLY_MAX)
		max = TALLY_MAX;
	tally_pack(record, d);
	if (*fd < 0 || fstat(*fd, &st) < 0 || replaced(supervisefd, &st)) {
		int fresh = tally_open(supervisefd, 0);

		if (fresh < 0)
			return -1;
		if (fstat(fresh, &st) < 0) {
			done(fresh);
			return -1;
		}
		if (*fd >= 0)
			close(*fd);
		*fd = fresh;
	}
	if (st.st_size % TALLY_RECORD || st.st_size + TALLY_RECORD > (off_t)max * TALLY_RECORD
		|| crosses(st.st_size))
		return rewrite(supervisefd, fd, record, max);
	do
		w = write(*fd, record, sizeof record);
	while (w < 0 && errno == EINTR);
	if (w == sizeof record)
		return 0;
	if (w >= 0) {
		/* a full disk took a part of it: take it back */
		if (ftruncate(*fd, st.st_size) == 0)
			errno = ENOSPC;
	}
	return -1;
}
