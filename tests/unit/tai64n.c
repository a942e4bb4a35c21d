/* tai64n.c - time labels: golden bytes, text both ways */

#include <time.h>

#include <sextet/tai64n.h>

#include "tap.h"

/* 2026-11-22 00:00:00.123456789 UTC, whatever the leap table of skalibs says:
   the bytes are given, only their meaning is tested */
static char const bytes[TAI64N_PACK] = "\x40\0\0\0\x6b\x02\x3d\x33\x29\xde\x9e\xae";
static char const text[] = "@400000006b023d3329de9eae";

static int
scans(char const *s)
{
	tain t = TAIN_ZERO;

	return tai64n_scan(s, &t) != 0;
}

int
main(void)
{
	char packed[TAI64N_PACK], fmt[TAI64N_FMT + 1] = { 0 };
	tain t, u, now;
	time_t unix_now = time(0);
	uint64_t leaps;

	tai64n_unpack(bytes, &t);
	tai64n_pack(packed, &t);
	is_bytes(packed, bytes, sizeof bytes, "binary both ways");
	ok(t.nano == 0x29de9eae, "nanoseconds");
	ok(tai64n_fmt(fmt, &t) == TAI64N_FMT && !strcmp(fmt, text), "text: %s", fmt);
	ok(tai64n_scan(text, &u) == TAI64N_FMT, "text is read");
	tai64n_pack(packed, &u);
	is_bytes(packed, bytes, sizeof bytes, "and means the same");
	ok(tai64n_scan("@400000006B023D3329DE9EAEjunk", &u) == TAI64N_FMT, "capitals, text behind");
	tai64n_pack(packed, &u);
	is_bytes(packed, bytes, sizeof bytes, "the same again");

	ok(!scans(""), "empty");
	ok(!scans("@"), "only the sign");
	ok(!scans("400000006b023d3329de9eae"), "no sign");
	ok(!scans("@400000006b023d3329de9ea"), "one digit short");
	ok(!scans("@400000006b023d3329de9eag"), "g is no digit");
	ok(!scans("@40000000 6b023d3329de9eae"), "a blank within");
	ok(!scans("@\xff\xff\xff\xff"), "bytes over 127");

	tai64n_now(&now);
	tai64n_pack(packed, &now);
	ok(packed[0] == 0x40 && !packed[1] && !packed[2] && !packed[3], "now is after 1970");
	leaps = tai_sec(tain_secp(&now)) - ((uint64_t)1 << 62) - (uint64_t)unix_now;
	ok(leaps >= 10 && leaps < 60, "now is 10 s and the leap seconds (%d) ahead of Unix",
		(int)leaps - 10);
	ok(now.nano < 1000000000, "now has sane nanoseconds");

	tain_addsec(&u, &t, 7);
	ok(tai64n_age(&t, &u) == 7, "age");
	ok(tai64n_age(&t, &t) == 0, "no age");
	ok(tai64n_age(&u, &t) == 0, "a label from the future has no age");
	u.nano = t.nano - 1;
	ok(tai64n_age(&t, &u) == 6, "whole seconds only");
	return done_testing();
}
