/* The bytes of a control FIFO: each is a signal, or something else, or nothing. */

#include "fuzz.h"

#include <sextet/control.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int group = -1, sig = control_signal((char)data[i], &group);

		claim(sig >= 0 && sig < 65, "a signal, or none");
		claim(sig ? group == 0 || group == 1 : group == -1, "untouched when it is none");
		claim(!sig || group || control_of_signal(sig) == (char)data[i], "and back");
	}
	for (int sig = -300; sig < 300; sig++) {
		char c = control_of_signal(sig);
		int group = 0;

		claim(!c || (control_signal(c, &group) == sig && !group), "every letter is obeyed");
	}
	return 0;
}
