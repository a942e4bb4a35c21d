/* tree.c - what s6-init makes: the state directory's content, the scan directory */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/bootphase.h>
#include <sextet/contcode.h>
#include <sextet/contenv.h>
#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/scandir.h>
#include <sextet/statedir.h>
#include <sextet/statemake.h>

#include "init.h"

#define HALT SEXTET_BINDIR "/s6-halt"
#define STAGE3 SEXTET_BINDIR "/s6-init-stage3"

static void
directory(struct init *i, char const *name, mode_t mode)
{
	if (mkdirat(i->c.dir, name, mode) < 0 && errno != EEXIST)
		strerr_diefusys(111, "mkdir ", i->c.statedir, "/", name);
}

/* Makes TO/NAME lead to TARGET. */
static void
lead(char const *to, char const *name, char const *target)
{
	char path[PATH_MAX];

	if (path_join(path, sizeof path, to, name) < 0 || statemake_link(target, path) < 0)
		strerr_diefusys(111, "make ", to, "/", name);
}

/* Writes TEXT and a newline to NAME in the directory DIR. */
static void
line(int dir, char const *name, char const *text)
{
	size_t n = strlen(text);
	char buf[PATH_MAX + 1];

	if (n >= sizeof buf)
		n = sizeof buf - 1;
	memcpy(buf, text, n);
	buf[n++] = '\n';
	if (filereplace_rename(dir, name, buf, n, 0644) < 0)
		strerr_diefusys(111, "write ", name);
}

static void
environment(struct init *i)
{
	char dir[PATH_MAX], fmt[UINT_FMT];
	ssize_t left = -1;
	int fd;

	directory(i, STATEDIR_STAGE1, 0755);
	directory(i, STATEDIR_STAGE2, 0755);
	directory(i, STATEDIR_STAGE3, 0755);
	fd = openat(i->c.dir, STATEDIR_STAGE1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	line(fd, "PATH", i->path + sizeof "PATH=" - 1);
	close(fd);
	if (contsettings_save(i->c.dir, i->whole) < 0)
		strerr_diefusys(111, "keep the settings");
	if (i->c.set.keep_env)
		return;
	if (path_join(dir, sizeof dir, i->c.statedir, STATEDIR_ENV) >= 0)
		left = contenv_dump(dir, i->whole);
	if (left < 0)
		strerr_diefusys(111, "keep the environment");
	fmt[uint_fmt(fmt, (unsigned int)left)] = 0;
	if (left && i->c.set.verbosity >= 1)
		strerr_warnw("variables that with-contenv and the CMD will not have: ", fmt,
			" - such a name cannot be that of a file");
}

static void
scan_directory(struct init *i)
{
	static char const *const handlers[] = {
		"SIGTERM", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGPWR", "stopping"
	};
	char ctl[PATH_MAX];

	if (statemake_directory(i->c.scandir) < 0
		|| path_join(ctl, sizeof ctl, i->c.scandir, SCANDIR_CTL) < 0
		|| mkdir(ctl, 0700) < 0)
		strerr_diefusys(111, "make ", i->c.scandir);
	lead(ctl, "finish", STAGE3);
	for (size_t n = 0; n < sizeof handlers / sizeof *handlers; n++)
		lead(ctl, handlers[n], HALT);
	if (i->c.set.receive_signals)
		lead(ctl, "SIGWINCH", HALT);
	lead(i->c.statedir, STATEDIR_SERVICES, i->c.scandir);
}

void
init_tree(struct init *i)
{
	static char const *const halts[] = { "halt", "poweroff", "reboot", "shutdown" };
	char bin[PATH_MAX];

	environment(i);
	line(i->c.dir, STATEDIR_WORKDIR, i->cwd);
	directory(i, "basedir", 0755);
	directory(i, STATEDIR_BIN, 0755);
	if (path_join(bin, sizeof bin, i->c.statedir, STATEDIR_BIN) < 0)
		strerr_diefusys(111, "make " STATEDIR_BIN);
	for (size_t n = 0; n < sizeof halts / sizeof *halts; n++)
		lead(bin, halts[n], HALT);
	if (contcode_reset(i->c.statedir) < 0)
		strerr_warnwusys("make the file of the exit code");
	if (bootphase_set(i->c.statedir, BOOTPHASE_BOOT) < 0)
		strerr_diefusys(111, "note the start of the boot");
	scan_directory(i);
	if (mkfifoat(i->c.dir, CONTAINER_ORDERS, 0600) < 0)
		strerr_diefusys(111, "mkfifo ", i->c.statedir, "/" CONTAINER_ORDERS);
	/* at both ends: what is ordered before stage 2 listens waits for it */
	i->c.orders = openat(i->c.dir, CONTAINER_ORDERS, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (i->c.orders < 0)
		strerr_diefusys(111, "open ", i->c.statedir, "/" CONTAINER_ORDERS);
}
