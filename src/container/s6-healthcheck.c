/*
 * s6-healthcheck - tells whether the services of a container are well.
 * Reads files only. Exits 0, or 1 after one line that names what is not.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/strerr.h>

#include <sextet/bootphase.h>
#include <sextet/cli.h>
#include <sextet/failing.h>
#include <sextet/listdir.h>
#include <sextet/path.h>
#include <sextet/scandir.h>
#include <sextet/servicedir.h>
#include <sextet/statedir.h>
#include <sextet/status.h>

#define USAGE "s6-healthcheck [ --live | --ready | --started ] [ scandir ]"
#define LINE 900		/* a probe's output is cut by those who show it */
#define ROOM 32			/* for ", and more" */

enum question { READY, LIVE, STARTED };

/* What is not well: "web is down, db is not ready". */
struct complaint {
	size_t len;
	int full;
	char text[LINE + ROOM];
};

static void
complain(struct complaint *c, char const *name, char const *what)
{
	size_t n = strlen(name), m = strlen(what);
	char *to;

	if (c->full)
		return;
	if (c->len + n + m + 3 > LINE) {
		memcpy(c->text + c->len, ", and more", 10);
		c->len += 10;
		c->full = 1;
		return;
	}
	to = c->text + c->len;
	if (c->len) {
		*to++ = ',';
		*to++ = ' ';
	}
	for (size_t i = 0; i < n; i++)
		*to++ = (unsigned char)name[i] < 0x20 || name[i] == 0x7f ? '?' : name[i];
	*to++ = ' ';
	memcpy(to, what, m);
	c->len = (size_t)(to - c->text) + m;
}

/* What is wrong with the service directory DIR; null when it is well. LIVE asks
   only for what does not mend itself. */
static char const *
illness(char const *dir, enum question q)
{
	char path[PATH_MAX], reason[FAILING_MAX + 1];
	struct status st;
	int r = servicedir_supervised(dir);

	if (r < 0)
		return "cannot be looked at";
	if (!r)
		return q == LIVE ? 0 : "has no supervisor";
	if (status_read(dir, &st) < 0)
		return "cannot be looked at";
	if (!st.wantup)		/* somebody wants it down, or it has given up */
		return failing_read(dir, reason) > 0 && path_join(path, sizeof path, dir, "down") > 0
			&& !servicedir_has(AT_FDCWD, path) ? "has failed for good" : 0;
	if (q == LIVE)
		return 0;
	if (!status_up(&st))
		return "is down";
	if (!st.ready && path_join(path, sizeof path, dir, "notification-fd") > 0
		&& servicedir_has(AT_FDCWD, path) > 0)
		return "is not ready";
	return 0;
}

/* The service directory DIR, called NAME, and its logger. */
static void
look_at(struct complaint *c, char const *dir, char const *name, enum question q)
{
	char log[PATH_MAX], logname[NAME_MAX + 5];
	char const *what = illness(dir, q);
	struct stat st;

	if (what)
		complain(c, name, what);
	if (path_join(log, sizeof log, dir, "log") < 0 || stat(log, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	what = illness(log, q);
	if (what && path_join(logname, sizeof logname, name, "log") > 0)
		complain(c, logname, what);
}

static void
look_at_all(struct complaint *c, char const *scandir, enum question q)
{
	int fd = open(scandir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct listdir list;
	unsigned char type;
	char const *name;
	struct stat st;

	/* there, each path is short */
	if (fd < 0 || fchdir(fd) < 0 || listdir_start(&list, fd) < 0)
		strerr_diefusys(111, "list ", scandir);
	while ((name = listdir_next(&list, &type)))
		if (name[0] != '.' && (type == DT_DIR || (stat(name, &st) == 0 && S_ISDIR(st.st_mode))))
			look_at(c, name, name, q);
	if (errno)
		strerr_diefusys(111, "list ", scandir);
	close(fd);
}

/* How far the container in STATEDIR has come. Is there more to be asked? */
static int
look_at_phase(struct complaint *c, char const *statedir, enum question q)
{
	switch (bootphase_read(statedir)) {
	case BOOTPHASE_BOOT:
		if (q != LIVE)
			complain(c, "the container", "is still starting");
		return q == LIVE;
	case BOOTPHASE_RUN:
		return q != STARTED;
	case BOOTPHASE_FAILED:
		complain(c, "the container", "failed to start");
		return 0;
	case BOOTPHASE_STOP:
		if (q == READY)
			complain(c, "the container", "is stopping");
		return 0;
	default:
		if (errno == ENOENT)
			complain(c, "the container", "was not started by /init");
		else
			strerr_diefusys(111, "read the phase in ", statedir);
		return 0;
	}
}

/* Is there an s6-svscan? */
static int
look_at_scanner(struct complaint *c, char const *scandir)
{
	int r = scandir_running(scandir);

	if (r < 0)
		strerr_diefusys(111, "look at ", scandir);
	if (!r)
		complain(c, "s6-svscan", "is not running");
	return r;
}

static enum question
options(int argc, char const *const *argv, subgetopt *l)
{
	static struct cli_long const longs[] = {
		{ "live", 'l', 0 }, { "ready", 'r', 0 }, { "started", 's', 0 }, { 0, 0, 0 }
	};
	enum question q = READY;
	int opt;

	while ((opt = cli_getopt(argc, argv, "", longs, USAGE, l)) >= 0) {
		switch (opt) {
		case 'l': q = LIVE; break;
		case 'r': q = READY; break;
		case 's': q = STARTED; break;
		}
	}
	return q;
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	char const *statedir = statedir_find(), *scandir;
	char path[PATH_MAX];
	struct complaint c = { .len = 0 };
	enum question q;

	PROG = "s6-healthcheck";
	q = options(argc, argv, &l);
	if (argc - l.ind > 1)
		strerr_dieusage(100, USAGE);
	scandir = argv[l.ind];
	if (scandir) {
		if (look_at_scanner(&c, scandir))
			look_at_all(&c, scandir, q);
	} else {
		if (statedir_scandir(path, sizeof path, statedir) < 0)
			strerr_diefusys(111, "find the scan directory");
		if (look_at_phase(&c, statedir, q) && look_at_scanner(&c, path))
			look_at_all(&c, path, q);
	}
	if (!c.len)
		return 0;
	c.text[c.len++] = '\n';
	if (allwrite(1, c.text, c.len) < c.len)
		strerr_diefusys(111, "write to stdout");
	return 1;
}
