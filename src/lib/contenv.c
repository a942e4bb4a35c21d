/* contenv.c - see sextet/contenv.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <skalibs/stralloc.h>

#include <sextet/contenv.h>
#include <sextet/envdir.h>
#include <sextet/environment.h>
#include <sextet/path.h>
#include <sextet/tree.h>

#define SUFFIX ".new"
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static int
fill(int fd, char const *value)
{
	struct iovec piece[2] = {
		{ .iov_base = (void *)(uintptr_t)value, .iov_len = strlen(value) },
		{ .iov_base = (void *)(uintptr_t)"\n", .iov_len = 1 }
	};
	int i = 0;

	while (i < 2) {
		ssize_t w = writev(fd, piece + i, 2 - i);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		while (i < 2 && (size_t)w >= piece[i].iov_len)
			w -= (ssize_t)piece[i++].iov_len;
		if (i < 2) {
			piece[i].iov_base = (char *)piece[i].iov_base + w;
			piece[i].iov_len -= (size_t)w;
		}
	}
	return 0;
}

/* Writes VALUE to the new file NAME. One that is there already is an earlier
   variable of that name, and stays. */
static int
put(int dirfd, char const *name, char const *value)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int r, e;

	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	r = fill(fd, value) < 0 || fchmod(fd, 0644) < 0 ? -1 : 0;
	e = errno;
	if (close(fd) < 0)
		return -1;
	errno = e;
	return r;
}

/* The name of VARIABLE as that of a file. 0 when it cannot be one. */
static int
file_name(char *to, char const *variable)
{
	size_t len = strcspn(variable, "=");

	if (!len || !variable[len] || variable[0] == '.' || len > NAME_MAX)
		return 0;
	memcpy(to, variable, len);
	to[len] = 0;
	return !strchr(to, '/');
}

static ssize_t
put_all(int dirfd, char const *const *envp)
{
	char name[NAME_MAX + 1];
	ssize_t left = 0;

	for (; *envp; envp++) {
		if (!file_name(name, *envp))
			left++;
		else if (put(dirfd, name, *envp + strlen(name) + 1) < 0)
			return -1;
	}
	return left;
}

static ssize_t
dump_to(char const *fresh, char const *dir, char const *const *envp)
{
	ssize_t left = -1;
	int fd, e;

	if (tree_remove(AT_FDCWD, fresh) < 0 || mkdir(fresh, 0700) < 0)
		return -1;
	fd = open(fresh, OPEN_DIR | O_NOFOLLOW);
	if (fd >= 0) {
		left = put_all(fd, envp);
		if (left >= 0 && fchmod(fd, 0755) < 0)
			left = -1;
		e = errno;
		close(fd);
		errno = e;
	}
	if (left >= 0 && tree_replace(AT_FDCWD, fresh, dir) < 0)
		left = -1;
	if (left < 0) {
		e = errno;
		tree_remove(AT_FDCWD, fresh);
		errno = e;
	}
	return left;
}

ssize_t
contenv_dump(char const *dir, char const *const *envp)
{
	char fresh[PATH_MAX];
	size_t len = strlen(dir);

	if (len + sizeof SUFFIX > sizeof fresh) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(fresh, dir, len);
	memcpy(fresh + len, SUFFIX, sizeof SUFFIX);
	return dump_to(fresh, dir, envp);
}

char const **
contenv_read(char const *dir)
{
	static char const *const none[] = { 0 };
	stralloc changes = STRALLOC_ZERO;
	ssize_t n = envdir_read(dir, &changes,
		ENVDIR_VERBATIM | ENVDIR_UNLIMITED | ENVDIR_EMPTY, '\n');
	char const **envp = 0;

	if (n >= 0)
		envp = environment_change(none, changes.s, (size_t)n);
	if (!envp)
		stralloc_free(&changes);
	return envp;
}

int
contenv_yes(char const *const *envp, char const *name)
{
	size_t len = strlen(name);

	for (; *envp; envp++)
		if (!strncmp(*envp, name, len) && (*envp)[len] == '=') {
			char const *value = *envp + len + 1;
			size_t digits = strspn(value, "0123456789");

			return digits && !value[digits] && strspn(value, "0") != digits;
		}
	return 0;
}
