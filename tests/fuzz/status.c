/* supervise/status: what can be read is written back as it was read. */

#include "fuzz.h"

#include <sextet/status.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct status a, b;
	char out[STATUS_SIZE];

	if (n > STATUS_SIZE_MAX || status_unpack((char const *)data, n, &a) < 0)
		return 0;
	status_pack(out, &a);
	claim(status_unpack(out, sizeof out, &b) == 0, "what we pack, we unpack");
	claim(a.stamp.sec.x == b.stamp.sec.x && a.stamp.nano == b.stamp.nano, "stamp");
	claim(a.pid == b.pid && a.wstat == b.wstat, "pid and wait status");
	claim(a.paused == b.paused && a.finishing == b.finishing, "paused, finishing");
	claim(a.wantup == b.wantup && a.ready == b.ready, "wanted up, ready");
	claim(!(status_up(&a) && status_never(&a)), "up and never started");
	return 0;
}
