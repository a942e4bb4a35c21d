/*
 * logutil-service - becomes the logger of a service: s6-log as user nobody,
 * with the log script of the container and an empty environment.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/account.h>
#include <sextet/cli.h>
#include <sextet/contsettings.h>
#include <sextet/identity.h>
#include <sextet/path.h>

#include "logwords.h"

#define USAGE "logutil-service [ -f fifo ] dir"
#define USER "nobody"
#define NOBODY 65534
#define SCRIPT_VARIABLE "S6_LOGGING_SCRIPT"
#define BLANKS " \t\n\r"

static char const *
script(void)
{
	size_t len = sizeof SCRIPT_VARIABLE - 1;

	for (char const **e = cli_contenv(); *e; e++)
		if (!strncmp(*e, SCRIPT_VARIABLE "=", len + 1) && (*e)[len + 1 + strspn(*e + len + 1, BLANKS)])
			return *e + len + 1;
	return CONTSETTINGS_SCRIPT;
}

/* Is this the logger of a service, which s6-svscan stops by ending its input?
   Then it need not obey TERM, and nothing is lost when all processes get one. */
static int
ends_with_input(void)
{
	char dir[PATH_MAX];

	return getcwd(dir, sizeof dir) && !strcmp(path_base(dir), "log");
}

/* s6-log -b -- SCRIPT DIR */
static char const *const *
command(char const *dir, int protect)
{
	char const *const before[] = { protect ? "-bp" : "-b", "--", 0 };
	char const *const *argv = logwords_make(before, script(), dir);

	if (!argv)
		strerr_diefusys(111, "get memory");
	return argv;
}

/* Standard input becomes FIFO, open for writing too: it never ends. */
static void
read_from(char const *fifo)
{
	int fd = open(fifo, O_RDWR | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		strerr_diefusys(111, "open ", fifo);
	if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		strerr_dief(111, fifo, " is no FIFO");
	if (fd && dup2(fd, 0) < 0)
		strerr_diefusys(111, "read from ", fifo);
}

/* A directory that is not there yet may lie where nobody can make it. */
static void
make_directory(char const *dir, struct identity const *id)
{
	int fd;

	if (mkdir(dir, 02755) < 0)
		return;			/* there already, or s6-log tells why not */
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, id->uid, id->gid) < 0)
		strerr_warnwusys("give away ", dir);
	if (fd >= 0)
		close(fd);
}

static void
become_nobody(char const *dir)
{
	struct identity *id;
	enum account_result result;

	if (geteuid()) {
		strerr_warni("not root: cannot become " USER ", the log is written by this user");
		return;
	}
	id = identity_new();
	if (!id)
		strerr_diefusys(111, "get memory");
	result = account_user(USER, &id->uid, &id->gid);
	if (result == ACCOUNT_ERROR)
		strerr_diefusys(111, "look up user " USER);
	if (result == ACCOUNT_UNKNOWN) {
		id->uid = NOBODY;
		id->gid = NOBODY;
	}
	make_directory(dir, id);
	id->set_uid = id->set_gid = id->set_groups = 1;
	cli_become(id);
}

int
main(int argc, char const *const *argv)
{
	static char const *const empty[] = { 0 };
	subgetopt l = SUBGETOPT_ZERO;
	char const *fifo = 0, *const *log;
	int opt;

	PROG = "logutil-service";
	while ((opt = cli_getopt(argc, argv, "f:", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'f': fifo = l.arg; break;
		}
	}
	argc -= l.ind;
	argv += l.ind;
	if (argc != 1 || !argv[0][0])
		strerr_dieusage(100, USAGE);

	if (argv[0][0] != '/' && strncmp(argv[0], "./", 2) && strncmp(argv[0], "../", 3))
		strerr_dief(100, argv[0], " is no directory for s6-log: it must begin with / or ./");
	log = command(argv[0], !fifo && ends_with_input());
	if (fifo)
		read_from(fifo);
	become_nobody(argv[0]);
	cli_exec(log, empty);
}
