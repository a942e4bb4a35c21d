/* Text labels: what is read is written back, but for the case of letters. */

#include "fuzz.h"

#include <strings.h>

#include <sextet/tai64n.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_string(data, n);
	char out[TAI64N_FMT];
	tain t;
	size_t len = tai64n_scan(s, &t);

	claim(len == 0 || len == TAI64N_FMT, "all of it or nothing");
	if (len) {
		claim(len <= n, "no more than there is");
		claim(tai64n_fmt(out, &t) == TAI64N_FMT, "length");
		claim(!strncasecmp(out, s, TAI64N_FMT), "written as it was read");
	}
	free(s);
	return 0;
}
