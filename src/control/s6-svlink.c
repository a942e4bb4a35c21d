/*
 * s6-svlink - put a service into a scan directory, and wait until it is
 * supervised. Exits 0 then, 1 when no s6-svscan runs there, 99 on timeout.
 */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/path.h>
#include <sextet/scandir.h>
#include <sextet/sigfd.h>
#include <sextet/svlink.h>

#define USAGE "s6-svlink [ -d | -D ] [ -f ] [ -P ] [ -t timeout ] scandir servicedir [ name ]"

/* The last part of the service directory's name, or of its real one when that
   is a dot. */
static char const *
name_of(char const *servicedir)
{
	static char name[PATH_MAX];
	size_t n = strlen(servicedir);
	char const *base;
	char *real;

	while (n && servicedir[n - 1] == '/')
		n--;
	if (n >= sizeof name)
		strerr_dief(100, "invalid name");
	memcpy(name, servicedir, n);
	name[n] = 0;
	base = path_base(name);
	if (strcmp(base, ".") && strcmp(base, ".."))
		return base;
	real = realpath(servicedir, 0);
	if (!real)
		strerr_diefusys(111, "resolve ", servicedir);
	return path_base(real);
}

/* The service can be linked: does it, and waits. */
static int
link_and_wait(struct svlink *l, unsigned int flags, int64_t deadline)
{
	int sigfd = sigfd_open_end(), r;
	pid_t from;

	if (sigfd < 0)
		strerr_diefusys(111, "trap signals");
	r = svlink_add(l, flags);
	if (r == SVLINK_DONE)
		r = svlink_wait(l, 1, deadline, sigfd);
	if (r != SVLINK_DONE)
		svlink_undo(l);
	else
		svlink_end(l, flags);
	if (r == SVLINK_STOPPED)
		sigfd_die(sigfd, sigfd_read(sigfd, &from));
	return r;
}

static void
options(int argc, char const *const *argv, subgetopt *l, unsigned int *flags, uint32_t *timeout)
{
	int opt;

	while ((opt = cli_getopt(argc, argv, "DPdft:", 0, USAGE, l)) >= 0) {
		switch (opt) {
		case 'D': *flags = (*flags & ~SVLINK_DOWN) | SVLINK_STAYDOWN; break;
		case 'P': *flags |= SVLINK_PUBLIC; break;
		case 'd': *flags = (*flags & ~SVLINK_STAYDOWN) | SVLINK_DOWN; break;
		case 'f': *flags |= SVLINK_FORCE; break;
		case 't': *timeout = cli_uint(l->arg, USAGE); break;
		}
	}
}

/* Dies unless it can be linked. */
static void
check(struct svlink *l)
{
	struct stat st;
	int r;

	r = stat(l->scandir, &st) < 0 ? -1 : scandir_running(l->scandir);
	if (r < 0)
		strerr_diefusys(111, "open scandir ", l->scandir);
	if (!r)
		strerr_dief(1, "s6-svscan not running on ", l->scandir);
	switch (svlink_check(l)) {
	case SVLINK_DONE: break;
	case SVLINK_SUPERVISED: strerr_warnw("supervisor already running on ", l->servicedir); break;
	case SVLINK_NOTEXECUTABLE: strerr_dief(100, l->path, " is not executable");
	case SVLINK_NOTDIRECTORY: strerr_dief(100, l->path, " is not a directory");
	default: strerr_diefusys(111, "stat ", l->path);
	}
}

int
main(int argc, char const *const *argv)
{
	subgetopt o = SUBGETOPT_ZERO;
	unsigned int flags = 0;
	uint32_t timeout = 0;
	int64_t deadline;
	struct svlink l;

	PROG = "s6-svlink";
	options(argc, argv, &o, &flags, &timeout);
	argc -= o.ind;
	argv += o.ind;
	if (argc != 2 && argc != 3)
		strerr_dieusage(100, USAGE);

	deadline = clock_deadline(timeout);
	l.scandir = argv[0];
	l.servicedir = argv[1];
	l.name = argc == 3 ? argv[2] : name_of(argv[1]);
	if (!svlink_name(l.name))
		strerr_dief(100, "invalid name");
	check(&l);
	switch (link_and_wait(&l, flags, deadline)) {
	case SVLINK_DONE: return 0;
	case SVLINK_NOSCAN: strerr_dief(1, "s6-svscan not running on ", l.scandir);
	case SVLINK_TIMEOUT:
		strerr_diefusys(99, "link servicedir ", l.servicedir, " into scandir ", l.scandir,
			" with name ", l.name);
	default:
		strerr_diefusys(111, "link servicedir ", l.servicedir, " into scandir ", l.scandir,
			" with name ", l.name);
	}
}
