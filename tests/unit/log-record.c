/* log-record.c - the record of a journal */

#include "log/log.h"

#include "tap.h"

int
main(void)
{
	static unsigned char const golden[] = {
		's', '6', 'j', 'r', 'n', 'l', '1', '\n', 0, 0, 0, 0, 0, 0, 0, 7,
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		0, 0, 0, 0, 0, 0, 0x12, 0x34, 0, 0, 0, 0, 0, 0, 0, 5,
		0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 1,
		0, 0, 0, 0, 0, 1, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4,
		0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 7,
	};
	struct log_record r = { .seq = 7, .script = 0x1234, .pipe_dev = 5, .pipe_ino = 6, .done = 65536,
		.which = 1, .n = 1, .marks = { { 1, 2, 3, 4, 5, 6, 7 } } }, got = { 0 };
	char slot[LOG_SLOT] = { 0 };
	size_t n, accepted = 0;

	for (unsigned char i = 0; i < sizeof r.boot; i++)
		r.boot[i] = (unsigned char)(i + 1);
	n = log_record_pack(slot, &r);
	ok(n == sizeof golden + 8, "length");
	is_bytes(slot, golden, sizeof golden, "the format");
	ok(log_record_unpack(slot, &got) && !memcmp(&r, &got, sizeof r), "comes back");
	for (size_t i = 0; i < n * 8; i++) {
		slot[i / 8] = (char)(slot[i / 8] ^ 1 << i % 8);
		accepted += (size_t)log_record_unpack(slot, &got);
		slot[i / 8] = (char)(slot[i / 8] ^ 1 << i % 8);
	}
	ok(!accepted, "any damaged bit is noticed");
	r.n = LOG_MARKS;
	n = log_record_pack(slot, &r);
	ok(n <= LOG_SLOT && log_record_unpack(slot, &got) && got.n == LOG_MARKS, "as many marks as can be");
	memset(slot, 0, sizeof slot);
	ok(!log_record_unpack(slot, &got), "an empty slot is none");
	ok(log_record_hash(log_record_hash(0, "ab", 2), "c", 1) == log_record_hash(0, "abc", 3)
		&& log_record_hash(0, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c), "the hash");
	return done_testing();
}
