/* what is handed over in an upgrade: any bytes are read or refused, and what was
   read can be handed over again. */

#include "fuzz.h"

#include "supervise/supervise.h"

#define PROGRAM "s6-supervise"
#include "handover.h"

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct service s = { .state = DOWN };
	struct handover h;

	if (!receive(&h, data, n))
		return 0;
	supervise_carry(&h, &s);
	claim(s.state < STATES && s.nkin <= SUPERVISE_KIN, "within bounds");
	if (handover_done(&h) < 0)
		return 0;
	hand_over(&h, supervise_carry, &s);
	return 0;
}
