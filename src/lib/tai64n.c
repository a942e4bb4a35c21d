/* tai64n.c - see sextet/tai64n.h */

#include <string.h>

#include <sextet/tai64n.h>

void
tai64n_now(tain *t)
{
	if (!tain_wallclock_read(t)) {
		tain const epoch = TAIN_EPOCH;

		*t = epoch;
	}
}

void
tai64n_pack(char *to, tain const *t)
{
	tain_pack(to, t);
}

void
tai64n_unpack(char const *from, tain *t)
{
	tain_unpack(from, t);
}

size_t
tai64n_fmt(char *to, tain const *t)
{
	static char const hex[16] = "0123456789abcdef";
	unsigned char bytes[TAI64N_PACK];

	tain_pack((char *)bytes, t);
	to[0] = '@';
	for (int i = 0; i < TAI64N_PACK; i++) {
		to[1 + 2 * i] = hex[bytes[i] >> 4];
		to[2 + 2 * i] = hex[bytes[i] & 15];
	}
	return TAI64N_FMT;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
tai64n_scan(char const *from, tain *t)
{
	unsigned char bytes[TAI64N_PACK] = { 0 };

	if (from[0] != '@')
		return 0;
	for (int i = 0; i < 2 * TAI64N_PACK; i++) {
		int d = digit(from[1 + i]);

		if (d < 0)
			return 0;
		bytes[i / 2] = (unsigned char)(bytes[i / 2] << 4 | d);
	}
	tain_unpack((char *)bytes, t);
	return TAI64N_FMT;
}

uint64_t
tai64n_age(tain const *then, tain const *now)
{
	tain t;

	if (!tain_less(then, now))
		return 0;
	tain_sub(&t, now, then);
	return tai_sec(tain_secp(&t));
}
