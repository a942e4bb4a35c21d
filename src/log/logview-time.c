/* logview-time.c - the time of a line: see logview.h */

#include <string.h>

#include <sextet/tai64n.h>

#include "logview.h"

#define MINUTE 16		/* "YYYY-MM-DD HH:MM" */
#define ISO 29			/* and ":SS.nnnnnnnnn" */
#define NANOS 1000000000U

/* N decimal digits at S, -1: there is something else. */
static int64_t
digits(char const *s, int n)
{
	int64_t v = 0;

	for (; n; n--, s++) {
		if (*s < '0' || *s > '9')
			return -1;
		v = v * 10 + (*s - '0');
	}
	return v;
}

static size_t
iso_time(struct logview_clock *c, char const *s, tain *t)
{
	int64_t second, nano;

	if (s[4] != '-' || s[10] != ' ' || s[16] != ':' || s[19] != '.')
		return 0;
	second = digits(s + 17, 2);
	nano = digits(s + 20, 9);
	if (second < 0 || second > 60 || nano < 0)
		return 0;
	/* mostly the same minute as the line before */
	if (memcmp(s, c->minute, MINUTE)) {
		char text[MINUTE + 1];

		memcpy(text, s, MINUTE);
		text[MINUTE] = 0;
		if (!isotime_scan(text, c->utc, &c->begin))
			return 0;
		memcpy(c->minute, s, MINUTE);
	}
	*t = c->begin;
	t->sec.x += (uint64_t)second;
	t->nano = (uint32_t)nano;
	return ISO;
}

size_t
logview_time(struct logview_clock *c, char const *s, size_t n, tain *t)
{
	if (n >= TAI64N_FMT && s[0] == '@')
		return tai64n_scan(s, t) && t->nano < NANOS ? TAI64N_FMT : 0;
	return n >= ISO && s[0] >= '0' && s[0] <= '9' ? iso_time(c, s, t) : 0;
}
