/* servicedir.c - see sextet/servicedir.h */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/sig.h>
#include <skalibs/types.h>

#include <sextet/filereplace.h>
#include <sextet/lock.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>

#define UINT_BYTES 11
#define SIGNAL_BYTES 15
#define LIMIT_BYTES 23

/* Reads the first line of NAME, of at most SIZE - 1 bytes looked at. */
static enum servicedir_value
first_line(int dirfd, char const *name, char *to, size_t size)
{
	ssize_t n = file_read(dirfd, name, to, size - 1);
	char *end;

	if (n < 0)
		return errno == ENOENT ? SERVICEDIR_ABSENT : SERVICEDIR_INVALID;
	to[n] = 0;
	end = memchr(to, '\n', (size_t)n);
	if (end)
		*end = 0;
	else
		end = to + n;
	if (strlen(to) != (size_t)(end - to)) {
		errno = EINVAL;		/* a NUL within */
		return SERVICEDIR_INVALID;
	}
	return SERVICEDIR_FOUND;
}

static enum servicedir_value
invalid(void)
{
	errno = EINVAL;
	return SERVICEDIR_INVALID;
}

enum servicedir_value
servicedir_uint(int dirfd, char const *name, uint32_t *value)
{
	char text[UINT_BYTES + 1];
	enum servicedir_value r = first_line(dirfd, name, text, sizeof text);
	uint32_t u;

	if (r != SERVICEDIR_FOUND)
		return r;
	if (!uint320_scan(text, &u))
		return invalid();
	*value = u;
	return r;
}

enum servicedir_value
servicedir_signal(int dirfd, char const *name, int *signal)
{
	char text[SIGNAL_BYTES + 1];
	enum servicedir_value r = first_line(dirfd, name, text, sizeof text);
	int sig;

	if (r != SERVICEDIR_FOUND)
		return r;
	if (!sig0_scan(text, &sig) || sig <= 0 || sig >= NSIG)
		return invalid();
	*signal = sig;
	return r;
}

enum servicedir_value
servicedir_limit(int dirfd, char const *name, uint32_t *count, uint32_t *seconds)
{
	char text[LIMIT_BYTES + 1], *slash;
	enum servicedir_value r = first_line(dirfd, name, text, sizeof text);
	uint32_t c, s;

	if (r != SERVICEDIR_FOUND)
		return r;
	slash = strchr(text, '/');
	if (!slash)
		return invalid();
	*slash = 0;
	if (!uint320_scan(text, &c) || !uint320_scan(slash + 1, &s) || !c || !s)
		return invalid();
	*count = c;
	*seconds = s;
	return r;
}

enum servicedir_value
servicedir_text(int dirfd, char const *name, char *to, size_t size)
{
	enum servicedir_value r = first_line(dirfd, name, to, size);

	if (r == SERVICEDIR_FOUND && strlen(to) + 1 == size)
		return invalid();
	return r;
}

int
servicedir_has(int dirfd, char const *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, 0) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -1;
}

int
servicedir_supervised(char const *dir)
{
	char path[PATH_MAX];

	if (path_join(path, sizeof path, dir, SERVICEDIR_LOCK) < 0)
		return -1;
	return lock_test(AT_FDCWD, path, 0);
}
