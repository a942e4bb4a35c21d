/*
 * sextet - all programs in one file: acts as the program it is called by.
 * "sextet NAME ARG..." acts as NAME. Unknown name: usage, 100.
 */

#include <string.h>

#include <skalibs/strerr.h>

struct program {
	char const *name;
	int (*entry)(int, char const *const *);
};

#include "main.h"

static struct program const programs[] = {
#include "table.h"
};

static struct program const *
find(char const *path)
{
	char const *slash = strrchr(path, '/');
	char const *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (!strcmp(name, programs[i].name))
			return programs + i;
	return 0;
}

int
main(int argc, char const *const *argv)
{
	struct program const *p = argc ? find(argv[0]) : 0;

	if (!p && argc > 1) {
		argc--, argv++;
		p = find(argv[0]);
	}
	if (!p) {
		PROG = "sextet";
		strerr_dieusage(100, "sextet program [ argument... ]");
	}
	return p->entry(argc, argv);
}
