/* program.c - see sextet/program.h */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/path.h>
#include <sextet/program.h>

#define NO_PATH "/usr/bin:/bin"

extern char **environ;

static int
executable(char const *file)
{
	struct stat st;

	if (stat(file, &st) < 0)
		return 0;
	if (!S_ISREG(st.st_mode)) {
		errno = EACCES;
		return 0;
	}
	return access(file, X_OK) == 0;
}

int
program_find(char *to, size_t size, char const *name)
{
	char const *path = getenv("PATH");
	int e = ENOENT;

	if (strchr(name, '/')) {
		size_t n = strlen(name);

		if (n >= size) {
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(to, name, n + 1);
		return (int)n;
	}
	if (!path)
		path = NO_PATH;
	while (*name && *path) {
		char dir[PATH_MAX], file[PATH_MAX];
		size_t n = strcspn(path, ":");
		int r;

		if (n && n < sizeof dir) {
			memcpy(dir, path, n);
			dir[n] = 0;
			r = path_join(file, sizeof file, dir, name);
			if (r >= 0 && (size_t)r < size && executable(file)) {
				memcpy(to, file, (size_t)r + 1);
				return r;
			}
			if (r >= 0 && errno == EACCES)
				e = EACCES;
		}
		path += n + (path[n] == ':');
	}
	errno = e;
	return -1;
}

pid_t
program_spawn(char const *const *argv, struct spawn_move const *moves, size_t n, unsigned int flags)
{
	char file[PATH_MAX];

	if (program_find(file, sizeof file, argv[0]) < 0)
		return -1;
	return spawn_simple(file, argv, (char const *const *)environ, moves, n, flags);
}
