/* A record of any content: what is accepted packs to the same bytes. */

#include "fuzz.h"

#include "log/log.h"

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static struct log_record r;
	char slot[LOG_SLOT] = { 0 }, again[LOG_SLOT];
	uint64_t hash;
	size_t len;

	if (n > sizeof slot)
		n = sizeof slot;
	memcpy(slot, data, n);
	/* half of the inputs get a right hash, or none would be accepted */
	if (n > 80 && data[n - 1] & 1) {
		size_t marks = data[63] % (LOG_MARKS + 1);

		memcpy(slot, "s6jrnl1\n", 8);
		memset(slot + 60, 0, 3);
		slot[63] = (char)marks;
		hash = log_record_hash(0, slot, 72 + 56 * marks);
		for (int i = 0; i < 8; i++)
			slot[72 + 56 * marks + i] = (char)(hash >> (56 - 8 * i));
	}
	if (!log_record_unpack(slot, &r))
		return 0;
	claim(r.which < 2 && r.n <= LOG_MARKS, "numbers are in their bounds");
	len = log_record_pack(again, &r);
	claim(len <= LOG_SLOT && !memcmp(again, slot, len), "packs to the same bytes");
	return 0;
}
