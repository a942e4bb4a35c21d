/* The one-value files of a service directory. */

#include "fuzz.h"

#include <sextet/servicedir.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	uint32_t value = 7, count = 0, seconds = 0;
	char text[16];
	int sig = 0, dir = fuzz_dir();

	fuzz_file("value", data, n);
	if (servicedir_uint(dir, "value", &value) != SERVICEDIR_FOUND)
		claim(value == 7, "the value is untouched unless found");
	if (servicedir_signal(dir, "value", &sig) == SERVICEDIR_FOUND)
		claim(sig > 0 && sig < 65, "a signal");
	if (servicedir_limit(dir, "value", &count, &seconds) == SERVICEDIR_FOUND)
		claim(count && seconds, "both at least 1");
	if (servicedir_text(dir, "value", text, sizeof text) == SERVICEDIR_FOUND)
		claim(memchr(text, 0, sizeof text) && !strchr(text, '\n'), "one short line");
	return 0;
}
