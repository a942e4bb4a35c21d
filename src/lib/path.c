/* path.c - see sextet/path.h */

#include <errno.h>
#include <string.h>

#include <sextet/path.h>

int
path_join3(char *to, size_t size, char const *a, char const *b, char const *c)
{
	size_t la = strlen(a), lb = strlen(b), lc = c ? strlen(c) + 1 : 0;

	if (la + lb + lc + 2 > size || la + lb + lc + 2 > INT_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to, a, la);
	to[la] = '/';
	memcpy(to + la + 1, b, lb);
	if (c) {
		to[la + 1 + lb] = '/';
		memcpy(to + la + lb + 2, c, lc - 1);
	}
	to[la + 1 + lb + lc] = 0;
	return (int)(la + 1 + lb + lc);
}

int
path_join(char *to, size_t size, char const *a, char const *b)
{
	return path_join3(to, size, a, b, 0);
}

char const *
path_base(char const *path)
{
	char const *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
