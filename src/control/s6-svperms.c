/*
 * s6-svperms - who may read the status of services, control them, and listen to
 * their events. Exits 0, 1 when some permissions could not be read, 111 when
 * they could not be set.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/account.h>
#include <sextet/cli.h>
#include <sextet/control.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>

#define USAGE "s6-svperms [ -v ] [ -u | -g group | -G group | -o | -O group ] [ -e | -E group ] servicedir..."
#define CONTROL SERVICEDIR_SUPERVISE "/" CONTROL_FIFO

/* One right, what grants it, and the modes that mean something. */
struct right {
	char const *name;
	char const *file;
	mode_t owner;
	mode_t group;
	mode_t public;
};
enum { STATUS, COMMANDS, EVENTS, RIGHTS };

static struct right const rights[RIGHTS] = {
	[STATUS] = { "status", SERVICEDIR_SUPERVISE, 0700, 0710, 0711 },
	[COMMANDS] = { "control", CONTROL, 0600, 0620, (mode_t)-1 },
	[EVENTS] = { "events", SERVICEDIR_EVENT, (mode_t)-1, 03730, 01733 },
};

/* What to set: nothing when the mode is 0; the owner's primary group when there
   is none. */
struct wish {
	mode_t mode;
	int has_gid;
	gid_t gid;
};

/* A group's name, or its number after a colon. */
static gid_t
group(char const *s)
{
	gid_t gid;

	if (s[0] == ':') {
		if (!gid0_scan(s + 1, &gid))
			strerr_dieusage(100, USAGE);
		return gid;
	}
	switch (account_group(s, &gid)) {
	case ACCOUNT_FOUND: return gid;
	case ACCOUNT_UNKNOWN: strerr_dief(100, "unable to find entry for ", s, " in group database");
	default: strerr_diefusys(111, "read group database");
	}
}

/* The primary group of UID, or KEEP where nobody knows it. */
static gid_t
primary(uid_t uid, gid_t keep)
{
	char name[ACCOUNT_NAMESIZE];
	uid_t again;
	gid_t gid;

	return account_user_name(uid, name) == ACCOUNT_FOUND
		&& account_user(name, &again, &gid) == ACCOUNT_FOUND ? gid : keep;
}

/* Opens what RIGHT hangs on. Its owner, maybe a stranger while we are root,
   must not make us change another file by putting a link in its place. */
static int
open_right(char const *path, int right)
{
	struct stat st;
	int fd;

	if (right != COMMANDS)
		return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISFIFO(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

static int
change(int fd, struct wish const *w)
{
	struct stat st;
	gid_t gid;

	if (fstat(fd, &st) < 0)
		return -1;
	gid = w->has_gid ? w->gid : primary(st.st_uid, st.st_gid);
	/* closed to others while its group changes; the mode last, since a
	   change of group takes the set-gid bit away */
	if (fchmod(fd, w->mode & 01700) < 0)
		return -1;
	if (gid != st.st_gid && fchown(fd, (uid_t)-1, gid) < 0) {
		int e = errno;

		fchmod(fd, st.st_mode & 07777);
		errno = e;
		return -1;
	}
	return fchmod(fd, w->mode);
}

/* Nothing is changed before everything that is to be was found. */
static void
set(char const *dir, struct wish const *wishes)
{
	char path[RIGHTS][PATH_MAX];
	int fd[RIGHTS];

	for (int i = 0; i < RIGHTS; i++) {
		if (!wishes[i].mode)
			continue;
		if (path_join(path[i], PATH_MAX, dir, rights[i].file) < 0)
			strerr_diefusys(111, "stat ", dir);
		fd[i] = open_right(path[i], i);
		if (fd[i] < 0)
			strerr_diefusys(111, "open ", path[i]);
	}
	for (int i = 0; i < RIGHTS; i++) {
		if (!wishes[i].mode)
			continue;
		if (change(fd[i], wishes + i) < 0)
			strerr_diefusys(111, "set permissions of ", path[i]);
		close(fd[i]);
	}
}

static void
line(char const *dir, char const *right, char const *who, char const *name)
{
	stralloc sa = STRALLOC_ZERO;

	if (!stralloc_cats(&sa, dir) || !stralloc_cats(&sa, " ") || !stralloc_cats(&sa, right)
		|| !stralloc_cats(&sa, ": ") || !stralloc_cats(&sa, who)
		|| !stralloc_cats(&sa, name) || !stralloc_cats(&sa, "\n"))
		strerr_diefusys(111, "build line");
	if (allwrite(1, sa.s, sa.len) < sa.len)
		strerr_diefusys(111, "write to stdout");
	stralloc_free(&sa);
}

static int
show_right(char const *dir, struct right const *r)
{
	char path[PATH_MAX], name[ACCOUNT_NAMESIZE], octal[UINT_OFMT];
	struct stat st;
	mode_t mode;

	if (path_join(path, sizeof path, dir, r->file) < 0 || stat(path, &st) < 0) {
		strerr_warnwusys("stat ", dir, "/", r->file);
		return 1;
	}
	mode = st.st_mode & 07777;
	if (mode == r->owner)
		line(dir, r->name, "owner", "");
	else if (mode == r->public)
		line(dir, r->name, "public", "");
	else if (mode == r->group) {
		if (account_group_name(st.st_gid, name) != ACCOUNT_FOUND)
			name[gid_fmt(name, st.st_gid)] = 0;
		line(dir, r->name, "group ", name);
	} else {
		octal[uint_ofmt(octal, mode)] = 0;
		strerr_warnw(path, " has incorrect permissions: ", octal);
		return 1;
	}
	return 0;
}

static void
wish(struct wish *wishes, int right, mode_t mode, char const *name)
{
	wishes[right].mode = mode;
	wishes[right].has_gid = !!name;
	if (name)
		wishes[right].gid = group(name);
}

int
main(int argc, char const *const *argv)
{
	struct wish wishes[RIGHTS] = { { 0, 0, 0 } };
	subgetopt l = SUBGETOPT_ZERO;
	int show = 1, verbose = 0, status = 0, opt;

	PROG = "s6-svperms";
	while ((opt = cli_getopt(argc, argv, "E:G:O:eg:ouv", 0, USAGE, &l)) >= 0) {
		if (opt == 'v') {
			verbose = 1;
			continue;
		}
		show = 0;
		switch (opt) {
		case 'E': wish(wishes, EVENTS, 03730, l.arg); break;
		case 'G': wish(wishes, STATUS, 0710, l.arg); wish(wishes, COMMANDS, 0620, l.arg); break;
		case 'O': wish(wishes, STATUS, 0711, 0); wish(wishes, COMMANDS, 0620, l.arg); break;
		case 'e': wish(wishes, EVENTS, 01733, 0); break;
		case 'g': wish(wishes, STATUS, 0710, l.arg); wish(wishes, COMMANDS, 0600, 0); break;
		case 'o': wish(wishes, STATUS, 0711, 0); wish(wishes, COMMANDS, 0600, 0); break;
		case 'u': wish(wishes, STATUS, 0700, 0); wish(wishes, COMMANDS, 0600, 0); break;
		}
	}
	if (l.ind >= argc)
		strerr_dieusage(100, USAGE);

	for (int i = l.ind; i < argc; i++) {
		if (!show)
			set(argv[i], wishes);
		for (int r = 0; (show || verbose) && r < RIGHTS; r++)
			status |= show_right(argv[i], rights + r);
	}
	return status;
}
