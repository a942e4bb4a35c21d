/* isotime.c - see sextet/isotime.h */

#include <string.h>
#include <time.h>
#include <skalibs/djbtime.h>

#include <sextet/isotime.h>

#define NANOS 1000000000U

static void
put_nanos(char *to, uint32_t n)
{
	for (int i = 8; i >= 0; i--, n /= 10)
		to[i] = (char)('0' + n % 10);
}

size_t
isotime_fmt(struct isotime *iso, tain const *t)
{
	uint64_t second = tai_sec(tain_secp(t));
	size_t len;

	if (t->nano >= NANOS)
		return 0;
	if (second != iso->second || !iso->second) {
		char text[4 * LOCALTMN_FMT];
		localtmn l;

		if (!localtmn_from_tain(&l, t, !iso->utc))
			return 0;
		len = localtmn_fmt(text, &l);
		if (len > sizeof iso->text)
			return 0;
		memcpy(iso->text, text, len);
		iso->len = len;
		iso->second = second;
	}
	put_nanos(iso->text + iso->len - 9, t->nano);
	return iso->len;
}

/* N decimal digits at *S, and moves on. -1: there are none. */
static int
number(char const **s, int n)
{
	int v = 0;

	for (; n; n--, ++*s) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

static int
skip(char const **s, char c)
{
	if (**s != c)
		return 0;
	++*s;
	return 1;
}

static int
scan_date(char const **s, struct tm *tm)
{
	static unsigned char const days[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = number(s, 4), month, day;

	if (year < 1970 || !skip(s, '-'))
		return 0;
	month = number(s, 2);
	if (month < 1 || month > 12 || !skip(s, '-'))
		return 0;
	day = number(s, 2);
	if (day < 1 || day > days[month - 1])
		return 0;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return 1;
}

/* HH:MM, as minutes; -1: none. */
static int
hours(char const **s)
{
	int h = number(s, 2), m;

	if (h < 0 || h > 23 || !skip(s, ':'))
		return -1;
	m = number(s, 2);
	return m < 0 || m > 59 ? -1 : 60 * h + m;
}

static int
scan_time(char const **s, struct tm *tm, uint32_t *nano)
{
	int hm = hours(s);

	if (hm < 0)
		return 0;
	tm->tm_hour = hm / 60;
	tm->tm_min = hm % 60;
	if (!skip(s, ':'))
		return 1;
	tm->tm_sec = number(s, 2);
	if (tm->tm_sec < 0 || tm->tm_sec > 60)
		return 0;
	if (!skip(s, '.'))
		return 1;
	if (**s < '0' || **s > '9')
		return 0;
	for (uint32_t unit = NANOS / 10; **s >= '0' && **s <= '9'; unit /= 10, ++*s)
		*nano += (uint32_t)(**s - '0') * unit;
	return 1;
}

/* The zone at *S: sets *UTC, and *MINUTES east of it. */
static int
scan_zone(char const **s, int *utc, int *minutes)
{
	int sign = **s == '-' ? -1 : 1;

	if (skip(s, 'Z')) {
		*utc = 1;
	} else if (**s == '+' || **s == '-') {
		++*s;
		*minutes = hours(s);
		if (*minutes < 0)
			return 0;
		*minutes *= sign;
		*utc = 1;
	}
	return !**s;
}

int
isotime_scan(char const *s, int utc, tain *t)
{
	struct tm tm = { .tm_isdst = -1 };
	uint32_t nano = 0;
	time_t at;
	int east = 0;

	if (!scan_date(&s, &tm))
		return 0;
	if (*s == ' ' || *s == 'T') {
		++s;
		if (!scan_time(&s, &tm, &nano))
			return 0;
	}
	if (!scan_zone(&s, &utc, &east))
		return 0;
	at = (utc ? timegm(&tm) : mktime(&tm)) - 60 * (time_t)east;
	if (at < 0 || !tai_from_sysclock(tain_secp(t), TAI_MAGIC + (uint64_t)at))
		return 0;
	t->nano = nano;
	return 1;
}
