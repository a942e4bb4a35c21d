/* block.c - see sextet/block.h */

#include <sextet/block.h>

int
block_length(char const *const *argv, int *bare)
{
	int n = 0, first = -1;

	for (; argv[n] && argv[n][0]; n++)
		if (argv[n][0] != ' ' && first < 0)
			first = n;
	if (!argv[n])
		return -1;
	*bare = first < 0 ? n : first;
	return n;
}
