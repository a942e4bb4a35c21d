/* initrun.c - see initrun.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <sextet/filereplace.h>

#include "initrun.h"

#define RUNNER SEXTET_BINDIR "/s6-init-run"
#define LINE "#!" RUNNER "\n"

int
initrun_install(int dir, char const *file)
{
	char target[PATH_MAX];

	if (filereplace_rename(dir, file, LINE, sizeof LINE - 1, 0755) < 0)
		return -1;
	if (faccessat(dir, file, X_OK, AT_EACCESS) == 0)
		return 1;
	/* A link, then, where nothing may be executed. When all programs are one
	   file the name of the link says which, and "finish" ends the container. */
	if (unlinkat(dir, file, 0) < 0)
		return -1;
	if (!strcmp(file, "finish") && readlink(RUNNER, target, sizeof target) > 0)
		return 0;
	return symlinkat(RUNNER, dir, file) < 0 ? -1 : 1;
}
