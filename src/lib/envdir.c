/* envdir.c - see sextet/envdir.h */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sextet/envdir.h>

/* Reads FD to the end of what counts, at the end of CHANGES: of the first line
   unless VERBATIM, of the limit unless UNLIMITED. A file that ends its first
   line costs one read. */
static int
read_value(int fd, stralloc *changes, unsigned int flags)
{
	size_t start = changes->len;

	for (;;) {
		size_t want = ENVDIR_LIMIT + start - changes->len;
		ssize_t n;

		if (flags & ENVDIR_UNLIMITED)
			want = ENVDIR_LIMIT;
		/* 1: for the null that ends the change */
		if (!stralloc_readyplus(changes, want + 1))
			return 0;
		do
			n = read(fd, changes->s + changes->len, want);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return 0;
		changes->len += (size_t)n;
		if (!n || (!(flags & ENVDIR_UNLIMITED) && (size_t)n == want))
			return 1;
		if (!(flags & ENVDIR_VERBATIM)
			&& memchr(changes->s + changes->len - n, '\n', (size_t)n))
			return 1;
	}
}

/* The length of the value in the LEN bytes of a file at S. */
static size_t
value_len(char const *s, size_t len, unsigned int flags)
{
	if (flags & ENVDIR_VERBATIM) {
		if (!(flags & ENVDIR_NOCHOMP) && len && s[len - 1] == '\n')
			len--;
	} else {
		char const *newline = memchr(s, '\n', len);

		if (newline)
			len = (size_t)(newline - s);
		while (!(flags & ENVDIR_NOCHOMP) && len
			&& (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '\r'))
			len--;
	}
	return len;
}

/* Appends the change that the file NAME in DIRFD asks for. */
static int
add_file(int dirfd, char const *name, stralloc *changes, unsigned int flags, char nul_is)
{
	size_t start, len, name_len = strlen(name);
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	int good, e;

	if (fd < 0) {
		/* ENOENT would say that there is no directory */
		if (errno == ENOENT)
			errno = EIDRM;
		return 0;
	}
	good = stralloc_catb(changes, name, name_len) && stralloc_catb(changes, "=", 1);
	start = changes->len;
	good = good && read_value(fd, changes, flags);
	e = errno;
	close(fd);
	errno = e;
	if (!good)
		return 0;

	len = changes->len - start;
	if (len) {
		char *s = changes->s + start, *end = s + value_len(s, len, flags);

		changes->len = (size_t)(end - changes->s);
		while ((s = memchr(s, 0, (size_t)(end - s))))
			*s++ = nul_is;
	} else if (!(flags & ENVDIR_EMPTY)) {
		changes->len--;		/* the = */
	}
	changes->s[changes->len++] = 0;
	return 1;
}

static ssize_t
read_all(DIR *dir, stralloc *changes, unsigned int flags, char nul_is)
{
	ssize_t n = 0;

	for (;;) {
		struct dirent *d;

		errno = 0;
		d = readdir(dir);
		if (!d)
			return errno ? -1 : n;
		if (d->d_name[0] == '.' || strchr(d->d_name, '='))
			continue;
		if (!add_file(dirfd(dir), d->d_name, changes, flags, nul_is))
			return -1;
		n++;
	}
}

ssize_t
envdir_read(char const *path, stralloc *changes, unsigned int flags, char nul_is)
{
	size_t len = changes->len;
	DIR *dir = nul_is ? opendir(path) : 0;
	ssize_t n;
	int e;

	if (!nul_is)
		errno = EINVAL;
	if (!dir)
		return -1;
	n = read_all(dir, changes, flags, nul_is);
	e = errno;
	closedir(dir);
	errno = e;
	if (n < 0)
		changes->len = len;
	return n;
}
