/* Words, NUL by NUL, as an argument vector that may hold a block. */

#include "fuzz.h"

#include <sextet/block.h>

#define WORDS 64

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_string(data, n);
	char const *argv[WORDS + 1];
	int argc = 0, bare = -1, len;

	for (size_t at = 0; at < n && argc < WORDS; at += strlen(s + at) + 1)
		argv[argc++] = s + at;
	argv[argc] = 0;
	len = block_length(argv, &bare);
	claim(len >= -1 && len < (argc ? argc : 1), "the block ends within the vector");
	if (len >= 0)
		claim(!argv[len][0] && bare >= 0 && bare <= len, "at an empty word");
	free(s);
	return 0;
}
