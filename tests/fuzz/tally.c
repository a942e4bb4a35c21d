/* supervise/death_tally: any file is read as whole records or as none. */

#include "fuzz.h"

#include <sextet/tally.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct death d[TALLY_MAX];
	char out[TALLY_RECORD];
	ssize_t got;

	fuzz_dir();
	mkdir("supervise", 0755);
	fuzz_file("supervise/death_tally", data, n);
	got = tally_read(".", d, 8);
	claim(got >= 0 && got <= 8, "0 to 8 records");
	claim(n % TALLY_RECORD == 0 || got == 0, "a file of another size is empty");
	for (ssize_t i = 0; i < got; i++)
		tally_pack(out, d + i);
	return 0;
}
