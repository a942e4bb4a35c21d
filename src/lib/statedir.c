/* statedir.c - see sextet/statedir.h */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sextet/path.h>
#include <sextet/statedir.h>

#define SCANDIR_USUAL "/run/service"
#define SCANDIR_NAME "service"

static int
is_directory(char const *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char const *
statedir_find(void)
{
	char const *given = getenv(STATEDIR_VARIABLE);

	if (given && *given)
		return given;
	if (!is_directory(STATEDIR_USUAL) && is_directory(STATEDIR_OLD))
		return STATEDIR_OLD;
	return STATEDIR_USUAL;
}

int
statedir_path(char *to, size_t size, char const *name)
{
	return path_join(to, size, statedir_find(), name);
}

int
statedir_usual(char const *statedir)
{
	return !strcmp(statedir, STATEDIR_USUAL) || !strcmp(statedir, STATEDIR_OLD);
}

int
statedir_scandir(char *to, size_t size, char const *statedir)
{
	size_t len = sizeof SCANDIR_USUAL - 1;

	if (!statedir_usual(statedir) || len >= size)
		return path_join(to, size, statedir, SCANDIR_NAME);
	memcpy(to, SCANDIR_USUAL, len + 1);
	return (int)len;
}
