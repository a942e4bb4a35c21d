/*
 * stamp.c - time stamps, laid out once for a read and patched from line to
 * line: each line is a nanosecond later than the one before. See log.h.
 */

#include <string.h>
#include <skalibs/djbtime.h>

#include "log.h"

#define NANO_HEX 17		/* where the nanoseconds stand in the texts */
#define NANO_DEC 20
#define DATE 29			/* a date with nanoseconds */
#define NANOS 1000000000

static void
put_dec(char *to, uint32_t n)
{
	for (int i = 8; i >= 0; i--, n /= 10)
		to[i] = (char)('0' + n % 10);
}

static void
lay_out(struct log_stamp *st)
{
	if (st->tai) {
		tai64n_fmt(st->tai_text, &st->now);
		st->tai_text[TAI64N_FMT] = ' ';
	}
	if (!st->iso)
		return;
	if (tai_sec(tain_secp(&st->now)) != st->second) {
		char text[4 * LOCALTMN_FMT] = "0000-00-00 00:00:00.000000000";
		localtmn l;

		if (localtmn_from_tain(&l, &st->now, 1))
			localtmn_fmt(text, &l);
		memset(st->iso_text, ' ', LOG_ISO_FMT);
		memcpy(st->iso_text, text, DATE);
		st->second = tai_sec(tain_secp(&st->now));
	}
	put_dec(st->iso_text + NANO_DEC, st->now.nano);
}

void
log_stamp_read(struct log_stamp *st)
{
	tain now;

	tai64n_now(&now);
	/* reads that follow one another closely: their lines have used up a
	   few nanoseconds of the future */
	if (st->now.sec.x - now.sec.x <= 1 && !tain_less(&st->now, &now)) {
		log_stamp_next(st);
		return;
	}
	st->now = now;
	lay_out(st);
}

void
log_stamp_next(struct log_stamp *st)
{
	if (++st->now.nano >= NANOS) {
		st->now.nano = 0;
		st->now.sec.x++;
		lay_out(st);
		return;
	}
	if (st->tai) {
		char *p = st->tai_text + NANO_HEX + 7;

		for (; *p == 'f'; p--)
			*p = '0';
		*p = *p == '9' ? 'a' : (char)(*p + 1);
	}
	if (st->iso) {
		char *p = st->iso_text + NANO_DEC + 8;

		for (; *p == '9'; p--)
			*p = '0';
		++*p;
	}
}
