/* The <N> of a syslog message. */

#include "fuzz.h"

#include <sextet/priority.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = malloc(n ? n : 1), to[PRIORITY_FMT];
	size_t fmt = 0, len;

	memcpy(s, data, n);
	len = priority_scan(s, n, to, &fmt);
	claim(len <= n && fmt <= sizeof to, "within both");
	if (len) {
		claim(s[0] == '<' && s[len - 1] == '>', "from < to >");
		claim(fmt > 2 && to[fmt - 1] == ' ' && to[fmt - 2] == ':', "words, colon, blank");
	}
	free(s);
	return 0;
}
