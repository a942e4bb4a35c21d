/* supervise/failing: whatever is there is one short line for the reader. */

#include "fuzz.h"

#include <sextet/failing.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char got[FAILING_MAX + 1], again[FAILING_MAX + 1];
	static int supervise = -1;
	char *text;
	int r;

	if (supervise < 0) {
		fuzz_dir();
		mkdir("supervise", 0755);
		supervise = open("supervise", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	fuzz_file("supervise/failing", data, n);
	r = failing_read(".", got);
	claim(r == 0 || r == 1, "it can be read");
	claim(memchr(got, 0, sizeof got) && !strchr(got, '\n'), "one line, ended");
	claim(!!r == !!got[0], "a reason, or none");
	text = fuzz_string(data, n);
	claim(failing_write(supervise, text) == 0, "any reason can be written");
	r = failing_read(".", again);
	claim(r == !!text[0] && !strchr(again, '\n') && strlen(again) <= strlen(text), "and read");
	free(text);
	return 0;
}
