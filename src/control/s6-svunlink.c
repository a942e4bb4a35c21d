/*
 * s6-svunlink - take a service out of a scan directory, and wait until its
 * supervisor is gone. Exits 0, even if that took too long; 111 when the link
 * cannot be removed.
 */

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/scandir.h>
#include <sextet/sigfd.h>
#include <sextet/svlink.h>

#define USAGE "s6-svunlink [ -X ] [ -t timeout ] scandir name"

int
main(int argc, char const *const *argv)
{
	subgetopt o = SUBGETOPT_ZERO;
	int wait = 1, opt, sigfd;
	uint32_t timeout = 0;
	int64_t deadline;
	struct svlink l;
	pid_t from;

	PROG = "s6-svunlink";
	while ((opt = cli_getopt(argc, argv, "Xt:", 0, USAGE, &o)) >= 0) {
		switch (opt) {
		case 'X': wait = 0; break;
		case 't': timeout = cli_uint(o.arg, USAGE); break;
		}
	}
	if (argc - o.ind != 2)
		strerr_dieusage(100, USAGE);

	deadline = clock_deadline(timeout);
	l.scandir = argv[o.ind];
	l.name = argv[o.ind + 1];
	if (!svlink_name(l.name))
		strerr_dief(100, "invalid service name");
	sigfd = sigfd_open_end();
	if (sigfd < 0)
		strerr_diefusys(111, "trap signals");
	if (svunlink_remove(&l) != SVLINK_DONE)
		strerr_diefusys(111, "unlink ", l.path);
	if (!wait)
		l.parts = 0;
	switch (svunlink_wait(&l, 1, deadline, sigfd)) {
	case SVLINK_NOSCAN:
		strerr_warnw("s6-svscan not running on ", l.scandir);
		break;
	case SVLINK_STOPPED:
		svunlink_end(&l);
		sigfd_die(sigfd, sigfd_read(sigfd, &from));
	case SVLINK_ERROR:
		strerr_warnwusys("wait for the supervisor of ", l.name);
		break;
	default: break;
	}
	svunlink_end(&l);
	return 0;
}
