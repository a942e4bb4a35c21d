/* tree.c - see sextet/tree.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sextet/listdir.h>
#include <sextet/tree.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#define BLOCK 16384

static void
close_keeping_errno(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
}

static int remove_at(int dirfd, char const *name, int depth);

/* Removes what is in the directory FD. */
static int
empty(int fd, int depth)
{
	struct listdir list;
	unsigned char type;
	char const *name;

	if (listdir_start(&list, fd) < 0)
		return -1;
	while ((name = listdir_next(&list, &type)))
		if (remove_at(fd, name, depth) < 0)
			return -1;
	return errno ? -1 : 0;
}

static int
remove_at(int dirfd, char const *name, int depth)
{
	int fd, r;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	if (depth == TREE_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	fd = openat(dirfd, name, OPEN_DIR | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	/* some file systems leave names out of a listing when others are removed
	   meanwhile: what is left shows when the directory goes */
	for (int i = 0; i < 8; i++) {
		r = empty(fd, depth + 1);
		if (r < 0)
			break;
		r = unlinkat(dirfd, name, AT_REMOVEDIR);
		if (r == 0 || errno != ENOTEMPTY)
			break;
	}
	close_keeping_errno(fd);
	return r;
}

int
tree_remove(int dirfd, char const *name)
{
	return remove_at(dirfd, name, 0);
}

static int
write_all(int fd, char const *s, size_t n)
{
	while (n) {
		ssize_t w = write(fd, s, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		s += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
copy_content(int from, int to)
{
	char block[BLOCK];

	for (;;) {
		ssize_t n = read(from, block, sizeof block);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		if (write_all(to, block, (size_t)n) < 0)
			return -1;
	}
}

/* The owner first: giving a file away takes its set-id bits. */
static int
dress(int fd, struct stat const *st)
{
	if (fchown(fd, st->st_uid, st->st_gid) < 0 && errno != EPERM && errno != EINVAL)
		return -1;
	return fchmod(fd, st->st_mode & 07777);
}

static int
copy_file(int fromdir, int todir, char const *name)
{
	int in = openat(fromdir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), out;
	struct stat st;
	int r;

	if (in < 0)
		return -1;
	out = openat(todir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0) {
		close_keeping_errno(in);
		return -1;
	}
	r = fstat(in, &st) < 0 || copy_content(in, out) < 0 || dress(out, &st) < 0 ? -1 : 0;
	close_keeping_errno(in);
	if (close(out) < 0)
		r = -1;
	return r;
}

static int
copy_link(int fromdir, int todir, char const *name, struct stat const *st)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fromdir, name, target, sizeof target - 1);

	if (n < 0)
		return -1;
	target[n] = 0;
	if (symlinkat(target, todir, name) < 0)
		return -1;
	if (fchownat(todir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != EPERM
		&& errno != EINVAL)
		return -1;
	return 0;
}

static int
copy_fifo(int todir, char const *name, struct stat const *st)
{
	if (mkfifoat(todir, name, 0600) < 0)
		return -1;
	if (fchownat(todir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != EPERM
		&& errno != EINVAL)
		return -1;
	return fchmodat(todir, name, st->st_mode & 07777, 0);
}

static int copy_directory(int from, int todir, char const *to, int depth);

static int
copy_entry(int from, int to, char const *name, int depth)
{
	struct stat st;
	int fd, r;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISREG(st.st_mode))
		return copy_file(from, to, name);
	if (S_ISLNK(st.st_mode))
		return copy_link(from, to, name, &st);
	if (S_ISFIFO(st.st_mode))
		return copy_fifo(to, name, &st);
	if (!S_ISDIR(st.st_mode))
		return 0;
	fd = openat(from, name, OPEN_DIR | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	r = copy_directory(fd, to, name, depth);
	close_keeping_errno(fd);
	return r;
}

/* Copies the open directory FROM to the new one TO in TODIR, which gets its mode
   at the end: it may be one that we could not write to. */
static int
copy_directory(int from, int todir, char const *to, int depth)
{
	struct listdir list;
	unsigned char type;
	struct stat st;
	char const *name;
	int fd, r;

	if (depth == TREE_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	if (fstat(from, &st) < 0 || mkdirat(todir, to, 0700) < 0)
		return -1;
	fd = openat(todir, to, OPEN_DIR | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	r = listdir_start(&list, from);
	while (r == 0 && (name = listdir_next(&list, &type)))
		r = copy_entry(from, fd, name, depth + 1);
	if (r == 0 && errno)
		r = -1;
	if (r == 0)
		r = dress(fd, &st);
	close_keeping_errno(fd);
	return r;
}

int
tree_copy(int fromdir, char const *from, int todir, char const *to)
{
	struct stat st;
	int fd, r;

	if (fstatat(todir, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	fd = openat(fromdir, from, OPEN_DIR);
	if (fd < 0)
		return -1;
	r = copy_directory(fd, todir, to, 0);
	close_keeping_errno(fd);
	if (r < 0) {
		int e = errno;

		tree_remove(todir, to);
		errno = e;
	}
	return r;
}

int
tree_replace(int dirfd, char const *fresh, char const *name)
{
	/* an empty directory, or nothing, is replaced by a rename */
	if (renameat(dirfd, fresh, dirfd, name) == 0)
		return 0;
	if (errno == ENOENT)
		return -1;
	if (syscall(SYS_renameat2, dirfd, fresh, dirfd, name, RENAME_EXCHANGE) == 0)
		return tree_remove(dirfd, fresh);
	if (errno != EINVAL && errno != ENOSYS && errno != EPERM)
		return -1;
	if (tree_remove(dirfd, name) < 0)
		return -1;
	return renameat(dirfd, fresh, dirfd, name);
}
