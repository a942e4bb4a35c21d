/* control.c - command bytes and the FIFO they go through */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/control.h>

#include "tap.h"

static void
letters(void)
{
	static struct {
		char command;
		int signal, group;
	} const rows[] = {
		{ 'a', SIGALRM, 0 }, { 'b', SIGABRT, 0 }, { 'q', SIGQUIT, 0 }, { 'h', SIGHUP, 0 },
		{ 'k', SIGKILL, 0 }, { 't', SIGTERM, 0 }, { 'i', SIGINT, 0 }, { '1', SIGUSR1, 0 },
		{ '2', SIGUSR2, 0 }, { 'p', SIGSTOP, 0 }, { 'c', SIGCONT, 0 }, { 'y', SIGWINCH, 0 },
		{ 'P', SIGSTOP, 1 }, { 'C', SIGCONT, 1 }, { 'K', SIGKILL, 1 },
	};
	int known = 0, group;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		group = -1;
		ok(control_signal(rows[i].command, &group) == rows[i].signal && group == rows[i].group,
			"%c sends %d", rows[i].command, rows[i].signal);
		if (!rows[i].group)
			ok(control_of_signal(rows[i].signal) == rows[i].command, "%d by %c",
				rows[i].signal, rows[i].command);
	}
	for (int c = -128; c < 256; c++) {
		group = -1;
		known += control_signal((char)c, &group) != 0 && c >= 0 && c < 128;
	}
	ok(known == 15, "no other byte sends a signal");
	group = -1;
	ok(!control_signal('u', &group) && group == -1, "and the output is untouched then");
	ok(!control_of_signal(SIGSEGV) && !control_of_signal(SIGPIPE) && !control_of_signal(0)
		&& !control_of_signal(-1) && !control_of_signal(1000), "signals that have no letter");
	ok(strlen(CONTROL_COMMANDS) == 25, "25 commands");
	for (char const *c = CONTROL_COMMANDS; *c; c++)
		if (strchr(c + 1, *c))
			ok(0, "%c twice", *c);
}

/* The daemon's side. */
static void
own(void)
{
	int dir = open("supervise", O_RDONLY | O_DIRECTORY), x = control_open(dir, CONTROL_OWN_FIFO), fd;
	char got[8] = "";
	struct stat st;

	ok(x >= 0 && fcntl(x, F_GETFD) == FD_CLOEXEC && fcntl(x, F_GETFL) & O_NONBLOCK, "opened");
	ok(control_sendown(".", "supervise", 'U') == CONTROL_SENT && read(x, got, 8) == 1 && got[0] == 'U',
		"a command of ours arrives there");
	ok(read(x, got, 8) == -1 && errno == EAGAIN, "there is no end of file");
	close(x);
	umask(077);
	fd = control_open(dir, "made");
	ok(fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && (st.st_mode & 07777) == 0600,
		"made with its mode");
	ok(umask(022) == 077, "the umask is as before");
	close(fd);
	ok(symlinkat("control", dir, "link") == 0 && control_open(dir, "link") == -1 && errno == EPROTO,
		"a link is not followed");
	ok(mkdirat(dir, "dir", 0700) == 0 && control_open(dir, "dir") == -1 && errno == EPROTO,
		"a directory is none");
	close(dir);
}

static void
fifo(void)
{
	char deep[PATH_MAX], got[8] = "";
	int fd;

	ok(control_send("nowhere", "u", 1) == CONTROL_ERROR && errno == ENOENT, "no such directory");
	ok(control_send(".", "u", 1) == CONTROL_NOBODY, "no supervise directory");
	mkdir("supervise", 0700);
	ok(control_send(".", "u", 1) == CONTROL_NOBODY, "no FIFO");
	mkfifo("supervise/control", 0600);
	ok(control_send(".", "u", 1) == CONTROL_NOBODY, "no reader");
	ok(control_send(".", "", 0) == CONTROL_NOBODY, "no reader, nothing to say");
	fd = open("supervise/control", O_RDONLY | O_NONBLOCK);
	ok(control_send(".", "", 0) == CONTROL_SENT && read(fd, got, 8) == 0, "a reader, nothing to say");
	ok(control_send(".", "udx", 3) == CONTROL_SENT && read(fd, got, 8) == 3 && !memcmp(got, "udx", 3),
		"commands arrive");
	ok(control_sendpath("supervise/control", "k", 1) == CONTROL_SENT && read(fd, got, 8) == 1
		&& got[0] == 'k', "by the FIFO's own name");
	ok(control_sendown(".", "supervise", 'U') == CONTROL_UNKNOWN, "the other FIFO is not there");
	mkfifo("supervise/control-x", 0600);
	ok(control_sendown(".", "supervise", 'U') == CONTROL_UNKNOWN, "nobody reads it");
	own();
	close(fd);
	ok(control_sendown(".", "supervise", 'U') == CONTROL_NOBODY, "nobody reads either");
	ok(control_sendpath("supervise/control", "k", 1) == CONTROL_NOBODY, "no reader any more");
	ok(control_sendpath("supervise/nowhere", "k", 1) == CONTROL_ERROR && errno == ENOENT,
		"no such FIFO");
	unlink("supervise/control");
	mkdir("supervise/control", 0700);
	ok(control_send(".", "u", 1) == CONTROL_ERROR && errno == EISDIR, "a directory");
	rmdir("supervise/control");
	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	ok(control_send(deep, "u", 1) == CONTROL_ERROR && errno == ENAMETOOLONG, "a name too long");
	close(open("plain", O_WRONLY | O_CREAT, 0644));
	ok(control_send("plain", "u", 1) == CONTROL_ERROR && errno == ENOTDIR, "a file");
}

/* A full FIFO: the sender waits until there is room; if its reader leaves, it
   knows that nobody listens. */
static void
full(void)
{
	char many[4096] = "";
	int fd, wstat;
	pid_t pid;

	mkfifo("supervise/control", 0600);
	fd = open("supervise/control", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	while (write(fd, many, sizeof many) > 0)
		;
	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		close(fd);
		_exit(control_send(".", "u", 1) == CONTROL_SENT ? 0 : 1);
	}
	while (read(fd, many, sizeof many) > 0 || errno == EINTR)
		;
	waitpid(pid, &wstat, 0);
	ok(WIFEXITED(wstat) && !WEXITSTATUS(wstat), "a full FIFO is waited for");
	/* it may have come before or after the end of the reading above */
	ok(read(fd, many, sizeof many) == 1 || many[0] == 'u' || memchr(many, 'u', sizeof many),
		"and the command arrives");
	while (write(fd, many, sizeof many) > 0)
		;
	pid = tap_fork();
	if (!pid) {
		close(fd);
		_exit(control_send(".", "u", 1) == CONTROL_NOBODY ? 0 : 1);
	}
	usleep(20000);
	close(fd);
	waitpid(pid, &wstat, 0);
	ok(WIFEXITED(wstat) && !WEXITSTATUS(wstat), "a reader that leaves: nobody");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	tap_tmpdir();
	letters();
	fifo();
	full();
	return done_testing();
}
