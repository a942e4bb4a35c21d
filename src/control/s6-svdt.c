/*
 * s6-svdt - print the death tally of a service, oldest first.
 * Exits 0, or 111 when it cannot be read.
 */

#include <string.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/tai64n.h>
#include <sextet/tally.h>

#define USAGE "s6-svdt [ -S | -s ] [ -n maxlines ] servicedir"
#define LINE (TAI64N_FMT + 32)

/* "@LABEL exitcode 1" or "@LABEL signal SIGTERM" and a newline; its length. */
static size_t
format(char *to, struct death const *d, int names)
{
	size_t n = tai64n_fmt(to, &d->stamp);
	char const *name = sig_name(d->signal);

	if (!d->signal) {
		memcpy(to + n, " exitcode ", 10);
		n += 10;
		n += uint_fmt(to + n, d->exitcode);
	} else {
		memcpy(to + n, " signal ", 8);
		n += 8;
		if (names && strlen(name) < 16) {
			memcpy(to + n, "SIG", 3);
			memcpy(to + n + 3, name, strlen(name));
			n += 3 + strlen(name);
		} else
			n += uint_fmt(to + n, d->signal);
	}
	to[n++] = '\n';
	return n;
}

int
main(int argc, char const *const *argv)
{
	static struct death d[TALLY_MAX];
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t max = TALLY_MAX;
	int names = 1, opt;
	char text[8192];
	size_t len = 0;
	ssize_t n;

	PROG = "s6-svdt";
	while ((opt = cli_getopt(argc, argv, "Sn:s", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'S': names = 1; break;
		case 'n': max = cli_uint(l.arg, USAGE); break;
		case 's': names = 0; break;
		}
	}
	if (argc - l.ind != 1)
		strerr_dieusage(100, USAGE);

	n = tally_read(argv[l.ind], d, max < TALLY_MAX ? max : TALLY_MAX);
	if (n < 0)
		strerr_diefusys(111, "read death tally for service ", argv[l.ind]);
	for (ssize_t i = 0; i < n; i++) {
		len += format(text + len, d + i, names);
		if (i + 1 < n && len + LINE <= sizeof text)
			continue;
		if (allwrite(1, text, len) < len)
			strerr_diefusys(111, "write to stdout");
		len = 0;
	}
	return 0;
}
