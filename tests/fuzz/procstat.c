/* /proc/PID/stat, whose second field is any name that a process gave itself. */

#include "fuzz.h"

#include <sextet/procstat.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_string(data, n), text[700];
	struct procstat ps;
	int len = 0;

	procstat_parse(s, &ps);
	/* the same as a name within a good line */
	for (size_t i = 0; i < n && i < 15; i++)
		if (s[i] == '\0' || s[i] == '\n')
			s[i] = ')';
	snprintf(text, sizeof text, "42 (%.15s) S 7 8 9 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12345"
		" 100 1 18446744073709551615%n", s, &len);
	for (int i = 25; i < 52; i++)
		strcat(text, " 0");
	strcat(text, "\n");
	claim(procstat_parse(text, &ps) == 0, "a good line is understood");
	claim(ps.state == 'S' && ps.ppid == 7 && ps.start == 12345, "whatever the name");
	free(s);
	return 0;
}
