/* filereplace.c - see sextet/filereplace.h */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sextet/filereplace.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

#define SUFFIX ".new"
#define OLD ".old"
#define NAME_MAX_HERE 250
#define READINGS 100

static int
spare_name(char *to, char const *name)
{
	size_t n = strlen(name);

	if (n > NAME_MAX_HERE) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to, name, n);
	memcpy(to + n, SUFFIX, sizeof SUFFIX);
	return 0;
}

/* Puts DATA at the start of FD. A file that is longer is cut, one that is not
   stays as it is: no block is given back that a full disk would refuse. */
static int
fill(int fd, void const *data, size_t n, off_t size)
{
	char const *p = data;
	size_t done = 0;

	while (done < n) {
		ssize_t w = pwrite(fd, p + done, n - done, (off_t)done);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0) {
			if (!w)
				errno = ENOSPC;
			return -1;
		}
		done += (size_t)w;
	}
	return size > (off_t)n ? ftruncate(fd, (off_t)n) : 0;
}

int
file_single(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISREG(st.st_mode) && st.st_nlink <= 1)
		return 0;
	errno = EMLINK;
	return -1;
}

static int
write_spare(int dirfd, char const *spare, void const *data, size_t n, mode_t mode, int flags)
{
	int fd = openat(dirfd, spare,
		O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, mode);
	struct stat st = { .st_size = 0 };
	int r, e;

	if (fd < 0)
		return -1;
	/* ours alone: never through a hard link to somebody else's file */
	if (!(flags & O_EXCL) && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1)) {
		close(fd);
		errno = EEXIST;
		return -1;
	}
	r = fill(fd, data, n, st.st_size);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
filereplace_rename(int dirfd, char const *name, void const *data, size_t n, mode_t mode)
{
	char spare[NAME_MAX_HERE + sizeof SUFFIX];

	if (spare_name(spare, name) < 0)
		return -1;
	if (unlinkat(dirfd, spare, 0) < 0 && errno != ENOENT)
		return -1;
	if (write_spare(dirfd, spare, data, n, mode, O_EXCL) < 0
		|| renameat(dirfd, spare, dirfd, name) < 0) {
		int e = errno;

		unlinkat(dirfd, spare, 0);
		errno = e;
		return -1;
	}
	return 0;
}

/* What has the name of the spare is no file of ours: makes room. A directory with
   something in it is kept, as NAME.old. */
static int
clear_spare(int dirfd, char const *spare, char const *name)
{
	char old[NAME_MAX_HERE + sizeof OLD];

	if (unlinkat(dirfd, spare, 0) == 0)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (unlinkat(dirfd, spare, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	memcpy(old, name, strlen(name));
	memcpy(old + strlen(name), OLD, sizeof OLD);
	return renameat(dirfd, spare, dirfd, old);
}

int
filereplace_exchange(int dirfd, char const *name, void const *data, size_t n, mode_t mode)
{
	char spare[NAME_MAX_HERE + sizeof SUFFIX];

	if (spare_name(spare, name) < 0)
		return -1;
	if (write_spare(dirfd, spare, data, n, mode, 0) < 0) {
		/* something else, or somebody else's file, has that name: only
		   then make it afresh */
		if (errno != EEXIST && errno != ELOOP && errno != ENXIO && errno != EISDIR
			&& errno != EACCES && errno != EPERM)
			return -1;
		if (clear_spare(dirfd, spare, name) < 0
			|| write_spare(dirfd, spare, data, n, mode, O_EXCL) < 0)
			return -1;
	}
	if (syscall(SYS_renameat2, dirfd, spare, dirfd, name, RENAME_EXCHANGE) == 0)
		return 0;
	/* ENOENT: nothing to exchange with yet. Else a kernel, filter or file
	   system without exchange. */
	return renameat(dirfd, spare, dirfd, name);
}

/* Reads the beginning of a plain file: all of it in one call, which gives less
   than it was asked for only at the end. */
static ssize_t
pread_all(int fd, char *to, size_t size)
{
	ssize_t r;

	do
		r = pread(fd, to, size, 0);
	while (r < 0 && errno == EINTR);
	return r;
}

ssize_t
file_read_exchanged(int dirfd, char const *name, void *to, size_t size)
{
	int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC), e;
	char got[FILE_EXCHANGED_MAX], again[FILE_EXCHANGED_MAX];
	ssize_t n, m = -1;

	if (fd < 0)
		return -1;
	if (size > sizeof got)
		size = sizeof got;
	n = pread_all(fd, got, size);
	/* Had we slept since the open while the file was replaced twice, it would
	   be the spare that is being written now. */
	for (int i = 0; n >= 0 && i < READINGS; i++) {
		m = pread_all(fd, again, size);
		if (m == n && !memcmp(got, again, (size_t)n))
			break;
		n = m;
		memcpy(got, again, sizeof got);
	}
	e = errno;
	close(fd);
	errno = e;
	if (n > 0)
		memcpy(to, got, (size_t)n);
	return n;
}

ssize_t
file_read_own(int dirfd, char const *name, void *to, size_t size)
{
	int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC), e;
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid != geteuid())
		errno = EPERM;
	else if (file_single(fd) == 0)
		n = pread_all(fd, to, size);
	e = errno;
	close(fd);
	errno = e;
	return n;
}

ssize_t
file_read(int dirfd, char const *name, void *to, size_t size)
{
	int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t n = 0;
	int e;

	if (fd < 0)
		return -1;
	while (n < size) {
		ssize_t r = read(fd, (char *)to + n, size - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			e = errno;
			close(fd);
			errno = e;
			return -1;
		}
		if (!r)
			break;
		n += (size_t)r;
	}
	close(fd);
	return (ssize_t)n;
}
