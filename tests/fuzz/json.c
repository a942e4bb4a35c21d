/* Any bytes become the inside of a JSON string of valid UTF-8. */

#include "fuzz.h"

#include <sextet/json.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_string(data, n), out[JSON_CHAR_MAX + 1];
	size_t at = 0, used, len;

	while (at < n) {
		memset(out, 0, sizeof out);
		used = 0;
		len = json_char(out, s + at, n - at, &used);
		claim(used > 0 && used <= n - at, "it takes some of it");
		claim(len > 0 && len <= JSON_CHAR_MAX && !out[len], "it writes some, not too much");
		if (len == 1)
			claim(used == 1 && out[0] == s[at] && out[0] >= ' ' && out[0] != '"'
				&& out[0] != '\\', "only what needs no escape stands for itself");
		else if (out[0] != '\\')
			claim(len == used && !memcmp(out, s + at, len) && (out[0] & 0x80),
				"a long character stands for itself");
		else
			claim(used == 1, "an escape is one byte");
		at += used;
	}
	free(s);
	return 0;
}
