/* statedir.c - see sextet/statedir.h */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>

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

/* What process 1, which s6-init has become, was told. The string stays. */
static char const *
of_process_1(void)
{
	stralloc environ_1 = STRALLOC_ZERO;
	size_t len = sizeof STATEDIR_VARIABLE - 1;

	if (openslurpclose(&environ_1, "/proc/1/environ") && stralloc_0(&environ_1)) {
		char const *end = environ_1.s + environ_1.len;

		for (char const *s = environ_1.s; s < end; s += strlen(s) + 1)
			if (!strncmp(s, STATEDIR_VARIABLE "=", len + 1) && s[len + 1] == '/')
				return s + len + 1;
	}
	stralloc_free(&environ_1);
	return 0;
}

char const *
statedir_find(void)
{
	char const *given = getenv(STATEDIR_VARIABLE);

	if (given && *given)
		return given;
	if (is_directory(STATEDIR_USUAL))
		return STATEDIR_USUAL;
	if (is_directory(STATEDIR_OLD))
		return STATEDIR_OLD;
	/* "docker exec" and probes have the image's environment, not ours */
	given = of_process_1();
	return given ? given : STATEDIR_USUAL;
}

int
statedir_path(char *to, size_t size, char const *name)
{
	return path_join(to, size, statedir_find(), name);
}

int
statedir_usual(char const *statedir)
{
	return !strcmp(statedir, STATEDIR_USUAL);
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
