/* origin.c - see sextet/origin.h */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sextet/origin.h>

static char const digits[] = "0123456789abcdef";

int
origin_tell(char *to)
{
	static unsigned char const unknown[CHILD_BOOT];
	unsigned char boot[CHILD_BOOT];
	uint32_t pidns = child_pidns();
	size_t n = sizeof ORIGIN_VARIABLE;

	child_boot(boot);
	if (!pidns || !memcmp(boot, unknown, sizeof boot))
		return -1;
	memcpy(to, ORIGIN_VARIABLE "=", n);
	n += pid_fmt(to + n, getpid());
	to[n++] = ':';
	for (size_t i = 0; i < sizeof boot; i++) {
		to[n++] = digits[boot[i] >> 4];
		to[n++] = digits[boot[i] & 15];
	}
	to[n++] = ':';
	n += uint32_fmt(to + n, pidns);
	to[n] = 0;
	return 0;
}

/* 0, -1: not as it should be. */
static int
parse(char const *s, pid_t *by, struct origin *o)
{
	size_t n = pid_scan(s, by);

	if (!n || s[n] != ':')
		return -1;
	s += n + 1;
	for (size_t i = 0; i < 2 * CHILD_BOOT; i++) {
		char const *d = s[i] ? strchr(digits, s[i]) : 0;

		if (!d)
			return -1;
		o->boot[i / 2] = (unsigned char)(o->boot[i / 2] << 4 | (d - digits));
	}
	s += 2 * CHILD_BOOT;
	return s[0] == ':' && uint320_scan(s + 1, &o->pidns) ? 0 : -1;
}

void
origin_take(struct origin *o)
{
	char const *told = getenv(ORIGIN_VARIABLE);
	pid_t by;

	if (told) {
		int good = parse(told, &by, o) == 0 && by == getppid();

		unsetenv(ORIGIN_VARIABLE);
		if (good)
			return;
	}
	child_boot(o->boot);
	o->pidns = child_pidns();
}
