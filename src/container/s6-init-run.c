/*
 * s6-init-run - the run or finish script of a service that a container has made
 * of services.d, where the original cannot be it, and its loggers: initrun.h.
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
#include <sextet/filereplace.h>
#include <sextet/identity.h>
#include <sextet/path.h>

#include "container.h"
#include "initrun.h"
#include "logwords.h"

#define USAGE "s6-init-run script [ argument... ]"

extern char **environ;

/* The text in FILE, if it is there. */
static int
has(char const *file, char *text, size_t size)
{
	ssize_t n = file_read(AT_FDCWD, file, text, size - 1);

	if (n < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			strerr_diefusys(111, "read ", file);
		return 0;
	}
	text[n] = 0;
	return 1;
}

static void log_with(char const *const *before, char const *script, char const *dir,
	char const *const *envp) __attribute__((noreturn));

static void
log_with(char const *const *before, char const *script, char const *dir, char const *const *envp)
{
	char const *const *argv = logwords_make(before, script, dir);

	if (!argv)
		strerr_diefusys(111, "get memory");
	cli_exec(argv, envp);
}

/* Becomes the logger whose lines begin with [TEXT], and go to the console. */
static void
prefix(char const *text)
{
	char console[sizeof "--console=" + PATH_MAX] = "--console=";
	char const *const before[] = { "-bp", console, "--", "-", "2", 0 };

	strcat(console, text);
	log_with(before, "", 0, (char const *const *)environ);
}

/* The FIFO, opened without waiting for somebody to write, is standard input; the
   console, which s6-svscan gave us as standard error, is output. When all who write
   have gone already its end is only seen if one has been there since. */
static void
redirect(void)
{
	int fd = open(INITRUN_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int writer = open(INITRUN_FIFO, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (writer >= 0)
		close(writer);
	if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0 || (fd && dup2(fd, 0) < 0) || dup2(2, 1) < 0)
		strerr_diefusys(111, "open " INITRUN_FIFO);
}

static void
become(char const *user)
{
	struct identity *id;

	if (!user || geteuid())
		return;
	id = identity_new();
	if (!id)
		strerr_diefusys(111, "get memory");
	if (account_user(user, &id->uid, &id->gid) == ACCOUNT_FOUND) {
		id->set_groups = 1;
		cli_become(id);
	}
}

/* Becomes the catch-all logger, with the log directory DIR, or none. */
static void
catch_all(char const *dir)
{
	static char const *const empty[] = { 0 };
	/* the log has all lines: who reads the console slowly, misses some */
	char const *const both[] = { "-bpd3", "--console=", "--console-drop", "--", 0 };
	char const *const only[] = { "-bpd3", "--", 0 };
	char const *const none[] = { "-bpd3", "--console=" INITRUN_SUITE, "--", "-", "2", 0 };
	static struct container c;

	container_open(&c);
	redirect();
	become(c.set.catchall_user);
	if (!*dir)
		log_with(none, "", 0, empty);
	log_with(c.set.logging == 1 ? both : only,
		c.set.logging_script ? c.set.logging_script : CONTSETTINGS_SCRIPT, dir, empty);
}

/* Runs the script NAME with the arguments ARGV[1]... */
static void
run(char const *name, char const *const *argv)
{
	char script[PATH_MAX] = "./" INITRUN_HIDDEN, text[NAME_MAX + 1];
	int bare;
	char const *const *interpreted;

	strncat(script, name, NAME_MAX);
	if (has("log/" INITRUN_PREFIX, text, sizeof text) && dup2(1, 2) < 0)
		strerr_diefusys(111, "redirect standard error");
	execv(script, (char *const *)(void *)(uintptr_t)argv);
	if (errno == EACCES || errno == ENOEXEC) {
		interpreted = container_interpreted(script, argv, &bare);
		if (interpreted)
			cli_exec(interpreted, (char const *const *)environ);
	}
	strerr_diefusys(errno == ENOENT ? 127 : 126, "exec ", script);
}

int
main(int argc, char const *const *argv)
{
	char text[PATH_MAX];
	char const *name;
	int first;

	/* by a script's first line we have our own name, by a link the script's */
	PROG = "s6-init-run";
	name = argc ? path_base(argv[0]) : "";
	if (!strcmp(name, PROG)) {
		first = cli_noopt(argc, argv, USAGE);
		if (first >= argc)
			strerr_dieusage(100, USAGE);
		argv += first;
		name = path_base(argv[0]);
	}
	if (has(INITRUN_CATCHALL, text, sizeof text))
		catch_all(text);
	if (has(INITRUN_PREFIX, text, sizeof text))
		prefix(text);
	run(name, argv);
	return 126;
}
