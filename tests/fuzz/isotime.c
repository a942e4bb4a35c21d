/* Dates: what is written is read back as the same moment. */

#include "fuzz.h"

#include <sextet/isotime.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct isotime iso = { .utc = 1 };
	char *s = fuzz_string(data, n), *text;
	tain t, again;
	size_t len;

	if (isotime_scan(s, 1, &t)) {
		claim(t.nano < 1000000000, "less than a second of nanoseconds");
		len = isotime_fmt(&iso, &t);
		claim(len <= ISOTIME_FMT, "no longer than announced");
		if (len) {
			text = fuzz_string((uint8_t *)iso.text, len);
			if (len == strlen("YYYY-MM-DD HH:MM:SS.nnnnnnnnn"))
				claim(isotime_scan(text, 1, &again) && again.sec.x == t.sec.x
					&& again.nano == t.nano, "written and read: the same");
			free(text);
		}
	}
	isotime_scan(s, 0, &t);
	if (n >= 12) {
		memcpy(&t.sec.x, data, 8);
		memcpy(&t.nano, data + 8, 4);
		claim(isotime_fmt(&iso, &t) <= ISOTIME_FMT, "any moment, no longer than announced");
	}
	free(s);
	return 0;
}
