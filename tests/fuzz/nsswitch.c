/* nsswitch.conf */

#include "fuzz.h"

#include <sextet/nsswitch.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char text[NSSWITCH_SIZE], services[40];
	char *s = fuzz_string(data, n);

	fuzz_file("nsswitch.conf", data, n);
	claim(!nsswitch_read("nsswitch.conf", text) || strlen(text) < sizeof text, "a string");
	if (nsswitch_services(s, "passwd", services, sizeof services)) {
		claim(!!memchr(services, 0, sizeof services), "a string");
		claim(!services[0] || services[0] == ' ', "words, each after a space");
		claim(!strstr(services, "  ") && !strpbrk(services, "\t\n#"), "one space each");
	}
	free(s);
	return 0;
}
