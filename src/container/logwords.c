/* logwords.c - see logwords.h */

#include <stdlib.h>
#include <string.h>

#include "logwords.h"

#define LOG SEXTET_BINDIR "/s6-log"
#define BLANKS " \t\n\r"

char const *const *
logwords_make(char const *const *before, char const *script, char const *dir)
{
	char *text = strdup(script), *save = 0;
	char const **argv;
	size_t n = 0;

	while (before[n])
		n++;
	argv = text ? calloc(strlen(text) / 2 + n + 4, sizeof *argv) : 0;
	if (!argv)
		return 0;
	n = 0;
	argv[n++] = LOG;
	while (*before)
		argv[n++] = *before++;
	for (char *word = strtok_r(text, BLANKS, &save); word; word = strtok_r(0, BLANKS, &save))
		argv[n++] = word;
	if (dir)
		argv[n++] = dir;
	argv[n] = 0;
	return argv;
}
