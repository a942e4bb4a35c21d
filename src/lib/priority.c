/* priority.c - see sextet/priority.h */

#include <stdint.h>
#include <string.h>

#include <sextet/priority.h>

static char const severities[8][8] = {
	"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"
};

static char const facilities[25][12] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
	"authpriv", "ftp", "unknown", "unknown", "unknown", "unknown", "local0", "local1",
	"local2", "local3", "local4", "local5", "local6", "local7", "mark"
};

static char *
add(char *to, char const *s)
{
	size_t n = strlen(s);

	memcpy(to, s, n);
	return to + n;
}

size_t
priority_scan(char const *s, size_t n, char *to, size_t *fmt)
{
	uint64_t u = 0;
	size_t facility, i = 1;
	char *p;

	if (n < 3 || s[0] != '<')
		return 0;
	for (; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
		u = u * 10 + (uint64_t)(s[i] - '0');
		if (u > UINT32_MAX)
			return 0;
	}
	if (i == 1 || i == n || s[i] != '>')
		return 0;
	facility = u >> 3 & 127;
	p = add(to, facility < 25 ? facilities[facility] : "unknown");
	*p++ = '.';
	p = add(p, severities[u & 7]);
	p = add(p, ": ");
	*fmt = (size_t)(p - to);
	return i + 1;
}
