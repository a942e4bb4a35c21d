/*
 * printcontenv - prints a variable of the container's environment.
 * Exits 1 if there is no such variable.
 */

#include <string.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>

#define USAGE "printcontenv name"

static void
put(char const *s, size_t n)
{
	if (allwrite(1, s, n) < n)
		strerr_diefusys(111, "write to stdout");
}

int
main(int argc, char const *const *argv)
{
	char const **envp;
	size_t len;
	int first;

	PROG = "printcontenv";
	first = cli_noopt(argc, argv, USAGE);
	if (argc - first != 1)
		strerr_dieusage(100, USAGE);
	argv += first;
	len = strlen(argv[0]);
	for (envp = cli_contenv(); *envp; envp++) {
		char const *value = *envp + len + 1;

		if (strncmp(*envp, argv[0], len) || (*envp)[len] != '=')
			continue;
		put(value, strlen(value));
		put("\n", 1);
		return 0;
	}
	return 1;
}
