/* supervise/child: only what is whole is believed, and it packs back. */

#include "fuzz.h"

#include <sextet/child.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static unsigned char const boot[CHILD_BOOT] = { 1 };
	char in[CHILD_SIZE] = { 0 }, out[CHILD_SIZE];
	struct child c;
	uint32_t sum = 2166136261u;

	memcpy(in, data, n < sizeof in ? n : sizeof in);
	/* no fuzzer finds a checksum: half of the inputs get a right one */
	if (n & 1) {
		for (int i = 0; i < CHILD_SIZE - 4; i++)
			sum = (sum ^ (unsigned char)in[i]) * 16777619u;
		for (int i = 0; i < 4; i++)
			in[CHILD_SIZE - 4 + i] = (char)(sum >> (24 - 8 * i));
	}
	if (child_unpack(in, &c) < 0)
		return 0;
	claim(c.stage < CHILD_STAGES, "a known stage");
	child_credible(&c, boot, 1, INT64_MAX);
	child_pack(out, &c);
	claim(child_unpack(out, &c) == 0, "what we pack, we unpack");
	return 0;
}
