/* container.c - see cli_contenv in sextet/cli.h */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/contenv.h>
#include <sextet/environment.h>
#include <sextet/statedir.h>

extern char **environ;

/* ENVP with the variable that says where the state is: the next of our tools
   shall find it, too. */
static char const **
add_statedir(char const **envp)
{
	char const *dir = getenv(STATEDIR_VARIABLE);
	size_t len = dir ? strlen(dir) : 0;
	char *change;

	if (!len)
		return envp;
	change = malloc(sizeof STATEDIR_VARIABLE + len + 1);
	if (!change)
		return 0;
	memcpy(change, STATEDIR_VARIABLE "=", sizeof STATEDIR_VARIABLE);
	memcpy(change + sizeof STATEDIR_VARIABLE, dir, len + 1);
	return environment_change((char const *const *)envp, change, 1);
}

char const **
cli_contenv(void)
{
	char path[PATH_MAX];
	char const **envp;

	if (contenv_yes((char const *const *)environ, "S6_KEEP_ENV"))
		return (char const **)environ;
	if (statedir_path(path, sizeof path, STATEDIR_ENV) < 0)
		strerr_diefusys(111, "find the environment of the container");
	envp = contenv_read(path);
	if (envp) {
		envp = add_statedir(envp);
	} else if (errno == ENOENT) {
		strerr_warnw("no ", path, ": no container was started here; keeping the environment");
		return (char const **)environ;
	}
	if (!envp)
		strerr_diefusys(111, "read ", path);
	return envp;
}
