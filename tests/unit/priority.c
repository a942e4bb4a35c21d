/* priority.c - the <N> of syslog */

#include <sextet/priority.h>

#include "tap.h"

static void
is(char const *s, size_t want, char const *text)
{
	char to[PRIORITY_FMT];
	size_t fmt = 0, n = priority_scan(s, strlen(s), to, &fmt);

	if (!ok(n == want && fmt == strlen(text) && !memcmp(to, text, fmt), "%s: \"%s\"", s, text))
		printf("# got %zu \"%.*s\"\n", n, (int)fmt, to);
}

int
main(void)
{
	static char const *const names[25] = { "kern", "user", "mail", "daemon", "auth", "syslog",
		"lpr", "news", "uucp", "cron", "authpriv", "ftp", "unknown", "unknown", "unknown",
		"unknown", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
		"local7", "mark" };
	static char const *const levels[8] = { "emerg", "alert", "crit", "err", "warn", "notice",
		"info", "debug" };
	char s[16], text[64];
	size_t fmt = 77;

	for (int i = 0; i < 26; i++) {
		snprintf(s, sizeof s, "<%d>", 8 * i + i % 8);
		snprintf(text, sizeof text, "%s.%s: ", i < 25 ? names[i] : "unknown", levels[i % 8]);
		is(s, strlen(s), text);
	}
	is("<013>x", 5, "user.notice: ");
	is("<999>x", 5, "unknown.debug: ");
	is("<1024>", 6, "kern.emerg: ");
	is("<1027>", 6, "kern.err: ");
	is("<4294967295>", 12, "unknown.debug: ");
	for (char const *const *p = (char const *const[]){ "", "<", "<>", "<1", "<13x>", "< 13>",
		"<13 >", "<-1>", "<+1>", "13>", "x<13>", "<4294967296>", "<18446744073709551629>", 0 };
			*p; p++)
		is(*p, 0, "");
	ok(!priority_scan("<13>", 3, text, &fmt) && fmt == 77, "the length counts, not the bytes after it");
	return done_testing();
}
