/*
 * s6-svscanboot - start a supervision tree that logs its own output.
 *
 * Makes SCANDIR/s6-svscan-log, the catch-all logger: a service that reads a
 * FIFO. Then it becomes an s6-svscan whose output, and so that of all services
 * without a logger, goes to that FIFO. Exits 100 on misuse, 111 when something
 * cannot be made.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/account.h>
#include <sextet/cli.h>
#include <sextet/path.h>
#include <sextet/scandir.h>

#define USAGE "s6-svscanboot [ -c console ] [ -D catchalldir ] [ -m mode ] [ -l user ]" \
	" [ -o options ] [ -u ] [ -d notif ] [ -C services_max ] [ -L name_max ]" \
	" [ -t timeout ] [ --stop-timeout=ms ] scandir"

#define CATCHALL "s6-svscan-log"
#define SYSTEM_DIR "/run/uncaught-logs"
#define USER_DIR "uncaught-logs"
#define SVSCAN SEXTET_BINDIR "/s6-svscan"
#define OPT_STOP_TIMEOUT 256

struct boot {
	char const *console;
	char const *dir;	/* catch-all directory */
	char const *user;
	char const *options;
	unsigned int mode;
	int in_runtime_dir;
	int notify;
	char const *passed[5];	/* options for s6-svscan, as long ones */
	size_t npassed;
};

static struct cli_long const longs[] = {
	{ "console", 'c', 1 },
	{ "catchall-directory", 'D', 1 },
	{ "catchall-mode", 'm', 1 },
	{ "catchall-user", 'l', 1 },
	{ "catchall-options", 'o', 1 },
	{ "user", 'u', 0 },
	{ "notification-fd", 'd', 1 },
	{ "services-max", 'C', 1 },
	{ "name-max", 'L', 1 },
	{ "timeout", 't', 1 },
	{ "stop-timeout", OPT_STOP_TIMEOUT, 1 },
	{ 0, 0, 0 }
};

/* A string made of the N parts, for the rest of our life. */
static char const *
join(char const *const *parts, size_t n)
{
	stralloc sa = STRALLOC_ZERO;

	for (size_t i = 0; i < n; i++)
		if (!stralloc_cats(&sa, parts[i]))
			strerr_diefusys(111, "allocate memory");
	if (!stralloc_0(&sa))
		strerr_diefusys(111, "allocate memory");
	return sa.s;
}

/* Checks the number WORD of the option NAME and passes it to s6-svscan once. */
static uint32_t
pass(struct boot *b, char const *name, char const *word)
{
	uint32_t u = cli_uint(word, USAGE);
	char const *parts[3] = { name, "=", word };
	size_t i = 0, len = strlen(name);

	while (i < b->npassed && strncmp(b->passed[i], name, len))
		i++;
	b->passed[i] = join(parts, 3);
	if (i == b->npassed)
		b->npassed++;
	return u;
}

static void
notification(struct boot *b, char const *word)
{
	uint32_t fd = pass(b, "--notification-fd", word);

	if (fd < 3)
		strerr_dief(100, "notif must be 3 or more");
	if (fcntl((int)fd, F_GETFD) < 0)
		strerr_diefsys(100, "invalid notification fd");
}

static int
options(struct boot *b, int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	int opt;

	while ((opt = cli_getopt(argc, argv, "C:D:L:c:d:l:m:o:t:u", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'C': pass(b, "--services-max", l.arg); break;
		case 'D': b->dir = l.arg; break;
		case 'L': pass(b, "--name-max", l.arg); break;
		case 'c': b->console = l.arg; break;
		case 'd': notification(b, l.arg); break;
		case 'l': b->user = l.arg; break;
		case 'm':
			if (!uint0_oscan(l.arg, &b->mode))
				strerr_dief(100, "catchall-mode must be an (octal) unsigned integer");
			break;
		case 'o': b->options = l.arg; break;
		case 't': pass(b, "--timeout", l.arg); break;
		case 'u': b->in_runtime_dir = 1; break;
		case OPT_STOP_TIMEOUT: pass(b, "--stop-timeout", l.arg); break;
		}
	}
	return l.ind;
}

/* The catch-all directory's absolute name. */
static char const *
absolute(struct boot const *b)
{
	char const *dir = b->dir, *top;
	char cwd[PATH_MAX];

	if (!dir)
		dir = b->in_runtime_dir ? USER_DIR : SYSTEM_DIR;
	if (dir[0] == '/')
		return dir;
	if (b->in_runtime_dir) {
		top = getenv("XDG_RUNTIME_DIR");
		if (!top || !top[0])
			strerr_dief(100, "XDG_RUNTIME_DIR is not set");
	} else {
		top = getcwd(cwd, sizeof cwd);
		if (!top)
			strerr_diefusys(111, "get the current directory");
	}
	return join((char const *const[]){ top, "/", dir }, 3);
}

/* Makes DIR and what is missing above it. */
static void
make_directory(char const *dir, mode_t mode)
{
	size_t len = strlen(dir);
	char path[PATH_MAX];

	if (len >= sizeof path) {
		errno = ENAMETOOLONG;
		strerr_diefusys(111, "mkdir ", dir);
	}
	memcpy(path, dir, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] && path[i] != '/')
			continue;
		path[i] = 0;
		if (mkdir(path, i == len ? mode : 0755) < 0 && errno != EEXIST)
			strerr_diefusys(111, "mkdir ", path);
		path[i] = dir[i];
	}
}

static void
make_catchall_directory(struct boot *b)
{
	uid_t uid;
	gid_t gid;

	b->dir = absolute(b);
	make_directory(b->dir, 0700);
	if (b->user && geteuid()) {
		strerr_warnw("only root can have the catch-all logger run as ", b->user);
		b->user = 0;
	}
	if (b->user) {
		switch (account_user(b->user, &uid, &gid)) {
		case ACCOUNT_FOUND: break;
		case ACCOUNT_UNKNOWN: strerr_dief(111, "unknown user: ", b->user);
		default: strerr_diefusys(111, "look up user ", b->user);
		}
		if (chown(b->dir, uid, gid) < 0)
			strerr_diefusys(111, "chown ", b->dir);
	}
	/* the mode last: chown takes the set-gid bit away */
	if (chmod(b->dir, b->mode) < 0)
		strerr_diefusys(111, "chmod ", b->dir);
}

static void
write_file(char const *path, char const *data, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0 || allwrite(fd, data, n) < n || fchmod(fd, mode) < 0 || close(fd) < 0)
		strerr_diefusys(111, "write ", path);
}

/* Appends S as one word of execline. */
static int
quote(stralloc *sa, char const *s)
{
	if (!stralloc_catb(sa, "\"", 1))
		return 0;
	for (; *s; s++) {
		if ((*s == '"' || *s == '\\') && !stralloc_catb(sa, "\\", 1))
			return 0;
		if (!stralloc_catb(sa, s, 1))
			return 0;
	}
	return stralloc_catb(sa, "\"", 1);
}

/* What runs the logger: it opens the FIFO without waiting for a writer, then
   waits for what comes; its own messages go to the console. */
static int
script(stralloc *sa, struct boot const *b)
{
	return stralloc_cats(sa, "#!" SEXTET_EXECLINEB " -s1\n"
			"fdmove -c 1 2\n"
			"redirfd -rnb 0 fifo\n")
		&& (!b->user || (stralloc_cats(sa, SEXTET_BINDIR "/s6-setuidgid ")
			&& quote(sa, b->user) && stralloc_cats(sa, "\n")))
		&& stralloc_cats(sa, "exec -c\n" SEXTET_BINDIR "/s6-log -bpd3 -- ")
		&& stralloc_cats(sa, b->options) && stralloc_cats(sa, " ")
		&& quote(sa, b->dir) && stralloc_cats(sa, "\n");
}

/* Makes the service anew in SCANDIR; its name goes to DIR[PATH_MAX]. */
static void
make_service(struct boot const *b, char const *scandir, char *dir)
{
	stralloc sa = STRALLOC_ZERO;
	char path[PATH_MAX];

	make_directory(scandir, 0755);
	/* a logger that runs would lose its directory */
	if (scandir_running(scandir) > 0)
		strerr_dief(100, "another instance of s6-svscan is already running on ", scandir);
	if (path_join(dir, PATH_MAX - sizeof "/notification-fd", scandir, CATCHALL) < 0
		|| (rm_rf(dir) < 0 && errno != ENOENT))
		strerr_diefusys(111, "remove ", dir);
	if (mkdir(dir, 0755) < 0)
		strerr_diefusys(111, "mkdir ", dir);
	path_join(path, sizeof path, dir, "notification-fd");
	write_file(path, "3\n", 2, 0644);
	if (!script(&sa, b))
		strerr_diefusys(111, "allocate memory");
	path_join(path, sizeof path, dir, "run");
	write_file(path, sa.s, sa.len, 0755);
	stralloc_free(&sa);
	path_join(path, sizeof path, dir, "fifo");
	if (mkfifo(path, 0600) < 0)
		strerr_diefusys(111, "mkfifo ", path);
	memcpy(dir, path, sizeof path);
}

/* Standard input, output and error; returns the descriptor of the console. */
static int
redirect(struct boot const *b, char const *fifo)
{
	int holder, null, reader, writer;

	holder = b->console ? open(b->console, O_WRONLY | O_NOCTTY | O_CLOEXEC)
		: fcntl(2, F_DUPFD_CLOEXEC, 3);
	if (holder < 0)
		strerr_diefusys(111, "open ", b->console ? b->console : "the console");
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0)
		strerr_diefusys(111, "redirect standard input");
	/* the writer's open would wait for a reader: be one for a moment */
	reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	writer = open(fifo, O_WRONLY | O_CLOEXEC);
	if (reader < 0 || writer < 0)
		strerr_diefusys(111, "open ", fifo);
	if (dup2(writer, 1) < 0 || dup2(writer, 2) < 0) {
		int e = errno;

		dup2(holder, 2);
		errno = e;
		strerr_diefusys(111, "redirect standard output");
	}
	fcntl(holder, F_SETFD, 0);
	return holder;
}

int
main(int argc, char const *const *argv)
{
	struct boot b = { .options = "t", .mode = 02750 };
	char const *args[sizeof b.passed / sizeof *b.passed + 6];
	char fifo[PATH_MAX], fmt[UINT_FMT];
	size_t n = 0;
	int first;

	PROG = "s6-svscanboot";
	first = options(&b, argc, argv);
	if (first >= argc || !argv[first][0])
		strerr_dieusage(100, USAGE);
	cli_fds();
	if (access(SVSCAN, X_OK) < 0)
		strerr_diefusys(111, "execute " SVSCAN);
	make_catchall_directory(&b);
	make_service(&b, argv[first], fifo);
	fmt[uint_fmt(fmt, (unsigned int)redirect(&b, fifo))] = 0;
	args[n++] = SVSCAN;
	args[n++] = "-X";
	args[n++] = fmt;
	for (size_t i = 0; i < b.npassed; i++)
		args[n++] = b.passed[i];
	args[n++] = "--";
	args[n++] = argv[first];
	args[n] = 0;
	cli_exec_here(args);
}
