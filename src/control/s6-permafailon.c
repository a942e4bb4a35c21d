/*
 * s6-permafailon - in a finish script: give up on a service that died too
 * often. Exits 125, which means that to s6-supervise, or executes the program.
 */

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/tai64n.h>
#include <sextet/tally.h>

#define USAGE "s6-permafailon seconds deathcount statuslist prog..."
#define SEPARATORS " \t\n\r,;"
#define SIGNALS 65

/* What counts: exit codes (also of the form 128 + signal) and signals. */
struct causes {
	unsigned char code[256];
	unsigned char signal[SIGNALS];
};

/* Reads one exit code at S, and returns what is behind it. */
static char const *
code_at(char const *s, unsigned int *code)
{
	size_t n = uint_scan(s, code);

	if (!n || *code > 255)
		strerr_dief(100, "invalid exit code");
	return s + n;
}

/* 1 or 1-50 */
static char const *
codes_at(char const *s, struct causes *c)
{
	unsigned int first, last;

	s = code_at(s, &first);
	last = first;
	if (*s == '-') {
		if (s[1] < '0' || s[1] > '9')
			strerr_dief(100, "invalid interval specification");
		s = code_at(s + 1, &last);
		if (last < first)
			strerr_dief(100, "invalid interval");
	}
	memset(c->code + first, 1, last - first + 1);
	return s;
}

/* SIGTERM, term or SIG15 */
static char const *
signal_at(char const *s, struct causes *c)
{
	size_t n = strcspn(s, SEPARATORS);
	char name[16];
	int sig = 0;

	if (n >= sizeof name)
		strerr_dief(100, "invalid status list specification");
	memcpy(name, s, n);
	name[n] = 0;
	if (!strncasecmp(name, "SIG", 3) && name[3] >= '0' && name[3] <= '9') {
		if (!int0_scan(name + 3, &sig) || sig <= 0 || sig >= SIGNALS)
			strerr_dief(100, "invalid signal");
	} else if (!sig0_scan(name, &sig) || sig <= 0 || sig >= SIGNALS)
		strerr_dief(100, "invalid status list specification");
	c->signal[sig] = 1;
	return s + n;
}

static void
parse(char const *s, struct causes *c)
{
	memset(c, 0, sizeof *c);
	while (*s) {
		if (*s >= '0' && *s <= '9')
			s = codes_at(s, c);
		else
			s = signal_at(s, c);
		if (*s && !strchr(SEPARATORS, *s))
			strerr_dief(100, "invalid status list specification");
		s += strspn(s, SEPARATORS);
	}
}

/* The death with which there are COUNT of them in the last SECONDS, or null. */
static struct death const *
find(struct death const *d, ssize_t n, struct causes const *c, uint32_t count, uint32_t seconds)
{
	uint32_t seen = 0;
	tain now;

	tai64n_now(&now);
	for (ssize_t i = 0; i < n; i++) {
		int fits = c->code[d[i].exitcode] || (d[i].signal < SIGNALS && c->signal[d[i].signal]);

		if (fits && tai64n_age(&d[i].stamp, &now) < seconds && ++seen == count)
			return d + i;
	}
	return 0;
}

static void
give_up(struct death const *d, char const *count, char const *seconds)
{
	char number[UINT_FMT];

	number[uint_fmt(number, d->signal ? d->signal : d->exitcode)] = 0;
	strerr_warni("PERMANENT FAILURE triggered after ", count, " events involving ",
		d->signal ? "signal " : "exit code ", number, " in the last ", seconds, " seconds");
}

int
main(int argc, char const *const *argv)
{
	static struct death d[TALLY_MAX];
	struct death const *last;
	uint32_t seconds, count;
	struct causes c;
	ssize_t n;
	int i;

	PROG = "s6-permafailon";
	i = cli_noopt(argc, argv, USAGE);
	if (argc - i < 3)
		strerr_dieusage(100, USAGE);
	argv += i;
	seconds = cli_uint(argv[0], USAGE);
	count = cli_uint(argv[1], USAGE);
	if (!count)
		strerr_dieusage(100, USAGE);
	parse(argv[2], &c);

	n = tally_read(".", d, TALLY_MAX);
	if (n <= 0 && errno == EBADMSG)
		strerr_warnw("invalid supervise/death_tally");
	else if (n <= 0 && errno)
		strerr_warnwusys("read supervise/death_tally");
	last = find(d, n, &c, count, seconds);
	if (last) {
		give_up(last, argv[1], argv[0]);
		return 125;
	}
	if (!argv[3])
		return 0;
	cli_exec_here(argv + 3);
}
