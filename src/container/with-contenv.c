/*
 * with-contenv - executes a program with the environment of the container.
 * Called as with-contenv-legacy it leaves out variables that are empty, as the
 * first generation of overlays did.
 */

#include <string.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/path.h>

#define LEGACY "with-contenv-legacy"

extern char **environ;

static void
drop_empty(char const **envp)
{
	char const **to = envp;

	for (; *envp; envp++) {
		char const *value = strchr(*envp, '=');

		if (!value || value[1])
			*to++ = *envp;
	}
	*to = 0;
}

static int
is_legacy(char const *name)
{
	return name && !strcmp(path_base(name), LEGACY);
}

int
main(int argc, char const *const *argv)
{
	int legacy = is_legacy(argv[0]), first;
	char const *usage = legacy ? LEGACY " prog..." : "with-contenv prog...";
	char const **envp;

	PROG = legacy ? LEGACY : "with-contenv";
	first = cli_noopt(argc, argv, usage);
	if (first >= argc)
		strerr_dieusage(100, usage);
	envp = cli_contenv();
	if (legacy)
		drop_empty(envp);
	/* the program is looked up through the container's PATH */
	environ = (char **)(void *)envp;
	cli_exec_here(argv + first);
}
