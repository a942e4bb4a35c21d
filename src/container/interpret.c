/* interpret.c - scripts that the kernel does not execute */

#include <stdlib.h>
#include <string.h>

#include <sextet/shebang.h>

#include "container.h"

#define SHELL "/bin/sh"

char const *const *
container_interpreted(char const *file, char const *const *argv, int *bare)
{
	struct shebang *s = malloc(sizeof *s);
	int found = s ? shebang_read(file, s) : -1;
	char const **words = 0;
	size_t n = 1;

	while (argv[n])
		n++;
	if (found == 0) {
		s->argv[0] = SHELL;
		s->argc = 1;
	}
	if (found >= 0)
		words = calloc(s->argc + n + 1, sizeof *words);
	if (!words) {
		free(s);
		return 0;
	}
	*bare = !found;
	memcpy(words, s->argv, s->argc * sizeof *words);
	words[s->argc] = file;
	memcpy(words + s->argc + 1, argv + 1, (n - 1) * sizeof *words);
	return words;
}
