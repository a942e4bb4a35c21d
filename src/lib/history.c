/* history.c - see sextet/history.h */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/uint64.h>

#include <sextet/clock.h>
#include <sextet/filereplace.h>
#include <sextet/history.h>

/* The record number I (from 0). 0, -1 with errno. */
static int
get(int fd, off_t i, int64_t *when)
{
	char bytes[HISTORY_RECORD];
	uint64_t u;
	ssize_t r;

	do
		r = pread(fd, bytes, sizeof bytes, i * HISTORY_RECORD);
	while (r < 0 && errno == EINTR);
	if (r != sizeof bytes) {
		if (r >= 0)
			errno = EPROTO;
		return -1;
	}
	uint64_unpack_big(bytes, &u);
	*when = (int64_t)u;
	return 0;
}

static int
put(int fd, off_t i, int64_t when)
{
	char bytes[HISTORY_RECORD];
	ssize_t w;

	uint64_pack_big(bytes, (uint64_t)when);
	do
		w = pwrite(fd, bytes, sizeof bytes, i * HISTORY_RECORD);
	while (w < 0 && errno == EINTR);
	if (w == sizeof bytes)
		return 0;
	if (w >= 0)
		errno = ENOSPC;
	return -1;
}

/* Moves the newest KEEP of N records to the front and forgets the others. A
   crash on the way leaves some of them twice, and out of order: at worst one
   death more is counted. */
static int
shrink(int fd, off_t n, off_t keep)
{
	for (off_t i = 0; i < keep; i++) {
		int64_t when;

		if (get(fd, n - keep + i, &when) < 0 || put(fd, i, when) < 0)
			return -1;
	}
	return ftruncate(fd, keep * HISTORY_RECORD);
}

static int
add(int fd, int64_t now, uint32_t count, uint32_t seconds)
{
	struct stat st;
	int64_t first;
	off_t n;

	if (fstat(fd, &st) < 0)
		return -1;
	n = st.st_size / HISTORY_RECORD;
	if (n >= 2 * (off_t)count) {
		if (shrink(fd, n, (off_t)count) < 0)
			return -1;
		n = (off_t)count;
	}
	if (put(fd, n, now) < 0)
		return -1;
	n++;
	if (n < (off_t)count)
		return 0;
	if (get(fd, n - (off_t)count, &first) < 0)
		return -1;
	/* one of the future is no record of ours */
	return first <= now && first >= now - seconds * CLOCK_S;
}

int
history_add(int supervisefd, int64_t now, uint32_t count, uint32_t seconds)
{
	int fd = openat(supervisefd, HISTORY_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK
		| O_CLOEXEC, 0600);
	int r, e;

	if (fd < 0)
		return -1;
	r = file_single(fd) < 0 ? -1 : add(fd, now, count, seconds);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
history_forget(int supervisefd)
{
	return unlinkat(supervisefd, HISTORY_FILE, 0) == 0 || errno == ENOENT ? 0 : -1;
}
