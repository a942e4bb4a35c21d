/*
 * s6-softlimit - sets resource limits, then executes a program.
 * Exits 111 if the system refuses one.
 */

#include <stdint.h>
#include <sys/resource.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>

#define USAGE "s6-softlimit [ -H | -h ] [ -a allbytes ] [ -c corebytes ] [ -d databytes ]" \
	" [ -f filebytes ] [ -l lockbytes ] [ -m membytes ] [ -o openfiles ] [ -P priority ]" \
	" [ -p processes ] [ -r residentbytes ] [ -s stackbytes ] [ -t cpusecs ] prog..."

enum mode { SOFT, HARD, BOTH };

/* "=" asks for what the kernel or an administrator allows: soft up to hard,
   hard up to infinity. */
static rlim_t
value(char const *arg, rlim_t same)
{
	uint64_t u;

	if (arg[0] == '=' && !arg[1])
		return same;
	if (!uint640_scan(arg, &u))
		strerr_dieusage(100, USAGE);
	return u < RLIM_INFINITY ? (rlim_t)u : RLIM_INFINITY;
}

static void
limit(int resource, enum mode mode, char const *arg)
{
	struct rlimit r;

	if (getrlimit(resource, &r) < 0)
		strerr_diefusys(111, "getrlimit");
	if (mode == SOFT)
		r.rlim_cur = value(arg, r.rlim_max);
	else
		r.rlim_max = value(arg, RLIM_INFINITY);
	if (mode == BOTH || r.rlim_cur > r.rlim_max)
		r.rlim_cur = r.rlim_max;
	if (setrlimit(resource, &r) < 0)
		strerr_diefusys(111, "setrlimit");
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	enum mode mode = SOFT;
	int opt;

	PROG = "s6-softlimit";
	while ((opt = cli_getopt(argc, argv, "HP:a:c:d:f:hl:m:o:p:r:s:t:", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'H': mode = BOTH; break;
		case 'P': limit(RLIMIT_RTPRIO, mode, l.arg); break;
		case 'a': limit(RLIMIT_AS, mode, l.arg); break;
		case 'c': limit(RLIMIT_CORE, mode, l.arg); break;
		case 'd': limit(RLIMIT_DATA, mode, l.arg); break;
		case 'f': limit(RLIMIT_FSIZE, mode, l.arg); break;
		case 'h': mode = HARD; break;
		case 'l': limit(RLIMIT_MEMLOCK, mode, l.arg); break;
		case 'm':
			limit(RLIMIT_DATA, mode, l.arg);
			limit(RLIMIT_STACK, mode, l.arg);
			limit(RLIMIT_MEMLOCK, mode, l.arg);
			limit(RLIMIT_AS, mode, l.arg);
			break;
		case 'o': limit(RLIMIT_NOFILE, mode, l.arg); break;
		case 'p': limit(RLIMIT_NPROC, mode, l.arg); break;
		case 'r': limit(RLIMIT_RSS, mode, l.arg); break;
		case 's': limit(RLIMIT_STACK, mode, l.arg); break;
		case 't': limit(RLIMIT_CPU, mode, l.arg); break;
		}
	}
	if (l.ind == argc)
		strerr_dieusage(100, USAGE);
	cli_exec_here(argv + l.ind);
}
