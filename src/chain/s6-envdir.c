/*
 * s6-envdir - changes the environment as the files of a directory say, then
 * executes a program. Exits 111 if the directory or a file cannot be read;
 * nothing is executed then.
 */

#include <errno.h>

#include <skalibs/strerr.h>
#include <skalibs/stralloc.h>

#include <sextet/cli.h>
#include <sextet/envdir.h>
#include <sextet/environment.h>

#define USAGE "s6-envdir [ -I | -i ] [ -n ] [ -f ] [ -L ] [ -c nullchar ] dir prog..."

extern char **environ;

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	stralloc changes = STRALLOC_ZERO;
	char const *const *envp = (char const *const *)environ;
	unsigned int flags = 0;
	int insist = 1, opt;
	char nul_is = '\n';
	ssize_t n;

	PROG = "s6-envdir";
	while ((opt = cli_getopt(argc, argv, "ILc:fin", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'I': insist = 0; break;
		case 'L': flags |= ENVDIR_UNLIMITED; break;
		case 'c': nul_is = l.arg[0]; break;
		case 'f': flags |= ENVDIR_VERBATIM; break;
		case 'i': insist = 1; break;
		case 'n': flags |= ENVDIR_NOCHOMP; break;
		}
	}
	argc -= l.ind;
	argv += l.ind;
	if (argc < 2)
		strerr_dieusage(100, USAGE);

	n = envdir_read(argv[0], &changes, flags, nul_is);
	if (n < 0 && (insist || errno != ENOENT))
		strerr_diefusys(111, "envdir ", argv[0]);
	if (n > 0)
		envp = environment_change(envp, changes.s, (size_t)n);
	if (!envp)
		strerr_diefusys(111, "change the environment");
	cli_exec(argv + 1, envp);
}
