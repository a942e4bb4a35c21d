/* isotime.c - dates and times as people write them */

#include <time.h>

#include <sextet/isotime.h>
#include <sextet/tai64n.h>

#include "tap.h"

static char const *
written(struct isotime *iso, char const *label)
{
	static char text[ISOTIME_FMT + 1];
	size_t n;
	tain t;

	if (!tai64n_scan(label, &t))
		return "no label";
	n = isotime_fmt(iso, &t);
	memcpy(text, iso->text, n);
	text[n] = 0;
	return text;
}

static void
formats(struct isotime *iso, char const *const (*table)[2])
{
	for (; (*table)[0]; table++) {
		char const *got = written(iso, (*table)[0]);

		if (!ok(!strcmp(got, (*table)[1]), "%s is %s", (*table)[0], (*table)[1]))
			printf("# got %s\n", got);
	}
}

static void
write_utc(void)
{
	static char const *const table[][2] = {
		{ "@400000000000000a00000000", "1970-01-01 00:00:00.000000000" },
		{ "@400000005868470400000000", "2017-01-01 00:01:35.000000000" },
		{ "@40000000586847043b9ac9ff", "2017-01-01 00:01:35.999999999" },
		{ "@40000000586846a300000001", "2016-12-31 23:59:59.000000001" },
		{ "@40000000586846a400000000", "2016-12-31 23:59:60.000000000" },
		{ "@40000000586846a500000000", "2017-01-01 00:00:00.000000000" },
		{ "@4000000fffffffff00000000", "4147-08-20 07:31:38.000000000" },
		{ "@4000f0000000000000000000", "8364082-10-01 01:03:23.000000000" },
		{ "@400000000000000900000000", "" },
		{ "@3fffffffffffffff00000000", "" },
		{ "@7fffffffffffffff00000000", "" },
		{ "@800000000000000000000000", "" },
		{ "@ffffffffffffffffffffffff", "" },
		{ "@40000000586847043b9aca00", "" },
		{ 0, 0 }
	};
	struct isotime iso = { .utc = 1 };

	formats(&iso, table);
}

static void
write_local(void)
{
	static char const *const table[][2] = {
		{ "@400000005868470400000000", "2016-12-31 19:01:35.000000000" },
		{ "@400000005868470400000005", "2016-12-31 19:01:35.000000005" },
		{ "@40000000630000250000000a", "2022-08-19 17:26:24.000000010" },
		{ 0, 0 }
	};
	struct isotime iso = { 0 };

	setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
	tzset();
	formats(&iso, table);
}

static void
reads(char const *s, int utc, char const *want)
{
	char label[TAI64N_FMT + 1] = "";
	tain t;

	if (isotime_scan(s, utc, &t))
		tai64n_fmt(label, &t);
	if (!ok(!strcmp(label, want), "\"%s\"%s reads as %s", s, utc ? "" : " local", *want ? want : "none"))
		printf("# got %s\n", label);
}

int
main(void)
{
	write_utc();
	write_local();
	reads("2017-01-01 00:01:35", 1, "@400000005868470400000000");
	reads("2017-01-01T00:01:35.5", 1, "@40000000586847041dcd6500");
	reads("2017-01-01 00:01:35.123456789", 1, "@4000000058684704075bcd15");
	reads("2017-01-01 00:01:35.1234567899999", 1, "@4000000058684704075bcd15");
	reads("2017-01-01 00:01:35Z", 0, "@400000005868470400000000");
	reads("2017-01-01 00:01:35+00:00", 0, "@400000005868470400000000");
	reads("2017-01-01T05:31:35+05:30", 0, "@400000005868470400000000");
	reads("2016-12-31 19:01:35-05:00", 1, "@400000005868470400000000");
	reads("2016-12-31 19:01:35", 0, "@400000005868470400000000");
	reads("2022-08-19 17:25", 0, "@4000000062ffffd100000000");
	reads("2017-01-01 00:00", 1, "@40000000586846a500000000");
	reads("2017-01-01", 1, "@40000000586846a500000000");
	reads("1970-01-01", 1, "@400000000000000a00000000");
	for (char const *const *p = (char const *const[]){ "", "2017", "2017-1-1", "17-01-01",
		"2017-13-01", "2017-00-10", "2017-01-32", "2017-01-00", "2017-01-01 ", "2017-01-01T",
		"2017-01-01 24:00", "2017-01-01 00:60", "2017-01-01 00:00:61", "2017-01-01 00:00:",
		"2017-01-01 00:00:00.", "2017-01-01 00:00:00.x", "2017-01-01 00:00:00 ",
		"2017-01-01 00:00:00+", "2017-01-01 00:00:00+5", "2017-01-01 00:00:00ZZ",
		"2017-01-01x", "1969-12-31", "@400000005868470400000000", " 2017-01-01", 0 }; *p; p++)
		reads(*p, 1, "");
	return done_testing();
}
