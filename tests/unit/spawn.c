/* spawn.c - starting programs: what the child is given, what we learn */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/spawn.h>

#include "tap.h"

extern char **environ;

static char self[4096];

static int
is_default(int sig)
{
	struct sigaction sa;

	return sigaction(sig, 0, &sa) == 0 && sa.sa_handler == SIG_DFL;
}

/* The child: tells on descriptor 5 what it was given. */
static int
report(void)
{
	sigset_t mask;
	int blocked = 0;
	char text[512];
	int n;

	sigprocmask(SIG_SETMASK, 0, &mask);
	for (int sig = 1; sig < 65; sig++)
		blocked += sigismember(&mask, sig) == 1;
	n = snprintf(text, sizeof text, "pid %d sid %d pgrp %d blocked %d pipe %d usr1 %d fds",
		getpid() == 1 ? 1 : 0, getsid(0) == getpid(), getpgrp() == getpid(), blocked,
		is_default(SIGPIPE), is_default(SIGUSR1));
	for (int fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			n += snprintf(text + n, sizeof text - (size_t)n, " %d", fd);
	return write(5, text, (size_t)n) == n ? 7 : 8;
}

static struct {
	pid_t pid;
	int error;
} told;

static sigset_t const *to_block;

static void
born(void *arg, pid_t pid)
{
	(void)arg;
	told.pid = pid;
}

static void
failed(void *arg, int error)
{
	(void)arg;
	told.error = error;
}

/* Runs ourselves as the reporter; what it says, or "" when spawning fails. */
static char const *
reported(unsigned int flags, int *wstat)
{
	static char text[512];
	char const *argv[] = { "reporter", 0 };
	struct spawn_move m = { .to = 5 };
	struct spawn s = { .file = self, .argv = argv, .envp = (char const *const *)environ,
		.moves = &m, .nmoves = 1, .flags = flags, .born = born, .failed = failed,
		.blocked = to_block };
	ssize_t n;
	pid_t pid;
	int p[2];

	*text = 0;
	if (pipe2(p, O_CLOEXEC) < 0)
		return text;
	m.from = p[1];
	told.pid = told.error = 0;
	pid = spawn_run(&s);
	close(p[1]);
	if (pid > 0) {
		waitpid(pid, wstat, 0);
		ok(told.pid == pid && !told.error, "the hook born was told pid %d", (int)pid);
		n = read(p[0], text, sizeof text - 1);
		text[n < 0 ? 0 : n] = 0;
	}
	close(p[0]);
	return text;
}

static void
given(void)
{
	char const *got;
	sigset_t set, before = { 0 }, after = { 0 };
	int wstat = 0, stray;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &before);
	sigprocmask(SIG_SETMASK, 0, &before);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);

	got = reported(0, &wstat);
	ok(!strcmp(got, "pid 0 sid 0 pgrp 0 blocked 0 pipe 1 usr1 0 fds 5"), "plain: %s", got);
	ok(WIFEXITED(wstat) && WEXITSTATUS(wstat) == 7, "its exit code");
	got = reported(SPAWN_SETSID, &wstat);
	ok(!strcmp(got, "pid 0 sid 1 pgrp 1 blocked 0 pipe 1 usr1 0 fds 5"), "session: %s", got);
	got = reported(SPAWN_SETPGRP, &wstat);
	ok(!strcmp(got, "pid 0 sid 0 pgrp 1 blocked 0 pipe 1 usr1 0 fds 5"), "group: %s", got);
	to_block = &set;
	got = reported(0, &wstat);
	ok(!strcmp(got, "pid 0 sid 0 pgrp 0 blocked 2 pipe 1 usr1 0 fds 5"), "blocked: %s", got);
	to_block = 0;
	sigprocmask(SIG_SETMASK, 0, &after);
	ok(!memcmp(&before, &after, sizeof after), "our mask is as before");

	stray = fcntl(1, F_DUPFD, 40);
	got = reported(0, &wstat);
	ok(strstr(got, " 40") != 0, "an inheritable descriptor is inherited: %s", got);
	got = reported(SPAWN_FEWFDS, &wstat);
	ok(strstr(got, "fds 5") && !strstr(got, " 40"), "but not with few descriptors: %s", got);
	ok(fcntl(stray, F_GETFD) == 0 && fcntl(5, F_GETFD) < 0, "our own table is untouched");
	close(stray);
	stray = fcntl(1, F_DUPFD, 3);
	got = reported(SPAWN_FEWFDS, &wstat);
	ok(strstr(got, "fds 5") != 0, "nor is one below those that are moved (%d): %s", stray, got);
	close(stray);

	got = reported(SPAWN_NEWPIDNS | SPAWN_SETSID, &wstat);
	if (!*got && errno == EPERM)
		ok(1, "new PID namespace # SKIP not permitted");
	else
		ok(!strcmp(got, "pid 1 sid 1 pgrp 1 blocked 0 pipe 1 usr1 0 fds 5"),
			"process 1 of a PID namespace: %s", got);
	sigprocmask(SIG_UNBLOCK, &set, 0);
}

/* Runs "sh -c SCRIPT" with the moves. */
static int
shell(char const *script, struct spawn_move const *m, size_t n, unsigned int flags)
{
	char const *argv[] = { "sh", "-c", script, 0 };
	pid_t pid = spawn_simple("/bin/sh", argv, (char const *const *)environ, m, n, flags);
	int wstat;

	if (pid < 0)
		return -1;
	waitpid(pid, &wstat, 0);
	return wstat;
}

static int
file_is(char const *name, char const *want)
{
	char text[64] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	return n >= 0 && !strcmp(text, want);
}

static void
moves(unsigned int flags, char const *how)
{
	int a = open("a", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int b = open("b", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct spawn_move swap[] = { { a, b }, { b, a } };
	struct spawn_move same[] = { { a, a }, { b, 9 } };
	struct spawn_move many[SPAWN_MOVES + 1] = { { 0, 0 } };
	char script[128];

	snprintf(script, sizeof script, "echo one >&%d; echo two >&%d", a, b);
	ok(shell(script, swap, 2, flags) == 0 && file_is("b", "one\n") && file_is("a", "two\n"),
		"%s: two descriptors change places", how);
	snprintf(script, sizeof script, "echo three >&%d; echo four >&9", a);
	ok(shell(script, same, 2, flags) == 0 && file_is("a", "two\nthree\n")
		&& file_is("b", "one\nfour\n"), "%s: one stays, one moves", how);
	ok(fcntl(a, F_GETFD) == FD_CLOEXEC && fcntl(b, F_GETFD) == FD_CLOEXEC,
		"%s: ours are still close-on-exec", how);
	same[1].from = 77;
	errno = 0;
	ok(shell("exit 0", same, 2, flags) == -1 && errno == EBADF, "%s: no such descriptor", how);
	ok(shell("exit 0", many, SPAWN_MOVES + 1, flags) == -1 && errno == E2BIG,
		"%s: too many moves", how);
	close(a);
	close(b);
}

static void
failures(void)
{
	char const *argv[] = { "x", 0 };
	struct spawn s = { .file = "./absent", .argv = argv, .envp = (char const *const *)environ,
		.flags = SPAWN_SETSID, .born = born, .failed = failed };
	int fd;

	told.pid = told.error = 0;
	ok(spawn_run(&s) == -1 && errno == ENOENT, "no such program");
	ok(told.pid > 0 && told.error == ENOENT, "the hook failed was told why");
	ok(waitpid(-1, 0, 0) == -1 && errno == ECHILD, "nothing is left to reap");
	fd = open("text", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (write(fd, "#!/no/such/interpreter\n", 23) != 23)
		exit(111);
	close(fd);
	s.file = "./text";
	ok(spawn_run(&s) == -1 && errno == EACCES, "not executable");
	chmod("text", 0700);
	ok(spawn_run(&s) == -1 && errno == ENOENT, "no such interpreter");
	ok(truncate("text", 0) == 0 && spawn_run(&s) == -1 && errno == ENOEXEC, "an empty file");
	s.file = ".";
	ok(spawn_run(&s) == -1 && errno == EACCES, "a directory");
	ok(waitpid(-1, 0, 0) == -1 && errno == ECHILD, "still nothing to reap");
}

int
main(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	(void)argc;
	if (!strcmp(argv[0], "reporter"))
		return report();
	if (n < 0) {
		printf("1..0 # SKIP no /proc\n");
		return 0;
	}
	tap_tmpdir();
	/* the reporter lists what is open: nothing of whoever runs the tests */
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	given();
	moves(0, "copied table");
	moves(SPAWN_FEWFDS, "shared table");
	failures();
	return done_testing();
}
