/* supervise/history: any file is counted on, and does not grow without bound. */

#include "fuzz.h"

#include <sextet/clock.h>
#include <sextet/history.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	uint32_t count = n ? 1 + data[0] % 32 : 3, seconds = n > 1 ? 1 + data[1] : 10;
	int64_t now = 1000000 * CLOCK_S;
	struct stat st;
	int r, hits = 0;

	unlinkat(fuzz_dir(), HISTORY_FILE, 0);
	fuzz_file(HISTORY_FILE, data, n);
	for (uint32_t i = 0; i < 3 * count; i++) {
		r = history_add(fuzz_dir(), now, count, seconds);
		claim(r == 0 || r == 1, "whatever is there, a death is added");
		hits = r ? hits + 1 : 0;
	}
	claim(hits > 0, "so many at a time reach the limit");
	claim(fstatat(fuzz_dir(), HISTORY_FILE, &st, 0) == 0, "the file is there");
	claim(st.st_size <= (off_t)(2 * count * HISTORY_RECORD), "no longer than it may be");
	r = history_add(fuzz_dir(), now + 1000 * CLOCK_S, count, seconds);
	claim(count == 1 ? r == 1 : r == 0, "one after a long time does not");
	return 0;
}
