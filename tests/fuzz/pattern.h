/* pattern.h - which patterns the libc can be asked about at all */

#ifndef SEXTET_FUZZ_PATTERN_H
#define SEXTET_FUZZ_PATTERN_H

#include <string.h>

/* The libc copies what is repeated, and what is repeated in it again: time and
   memory double with each repetition in a repetition, multiply with {m,n}, and
   a back reference is matched by trying everything. Such patterns tell nothing
   about us. */
static inline int
fuzz_pattern_is_cheap(char const *s)
{
	size_t repetitions = 0, length = strlen(s);

	for (char const *p = s; *p; p++) {
		if (*p == '{' || (*p == '\\' && p[1] >= '1' && p[1] <= '9'))
			return 0;
		if (*p != '*' && *p != '+' && *p != '?')
			continue;
		if (p[1] == '*' || p[1] == '+' || p[1] == '?')
			return 0;
		repetitions++;
	}
	return repetitions <= 4 && length <= 256;
}

#endif
