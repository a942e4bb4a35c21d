/* failing.c - see sextet/failing.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <sextet/failing.h>
#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>

int
failing_write(int supervisefd, char const *reason)
{
	char text[FAILING_MAX];
	size_t n;

	if (!reason)
		return unlinkat(supervisefd, FAILING_FILE, 0) == 0 || errno == ENOENT ? 0 : -1;
	n = strnlen(reason, sizeof text);
	for (size_t i = 0; i < n; i++)
		text[i] = reason[i] == '\n' ? '?' : reason[i];
	return filereplace_rename(supervisefd, FAILING_FILE, text, n, 0644);
}

int
failing_read(char const *dir, char *to)
{
	char path[PATH_MAX], *end;
	ssize_t n;

	if (path_join3(path, sizeof path, dir, SERVICEDIR_SUPERVISE, FAILING_FILE) < 0)
		return -1;
	n = file_read(AT_FDCWD, path, to, FAILING_MAX);
	if (n < 0)
		return errno == ENOENT ? 0 : -1;
	to[n] = 0;
	end = strchr(to, '\n');
	if (end)
		*end = 0;
	return to[0] != 0;
}
