/* upgrade.c - a daemon executes itself anew: this test is the program, too */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/upgrade.h>

#include "apart.h"

#define PROGRAM "unit-upgrade"
#define BECAME 42	/* how the process ends that has become the next one */

static char self[4096];
static char const *argv_of[3] = { "upgrade", 0, 0 };

struct state {
	int64_t number;
	int fd;			/* a descriptor that is handed over */
	int careless;		/* the state is more than can be written */
};

static void
carry(struct handover *h, void *arg)
{
	static char filler[4000];
	struct state *s = arg;

	handover_number(h, "number", &s->number);
	handover_fd(h, "fd", &s->fd);
	memset(filler, 'x', sizeof filler - 1);
	if (h->mode == HANDOVER_WRITE && s->careless)
		handover_text(h, "filler", filler, sizeof filler);
}

/* The next program: says that it understands, and is it then, with what it was
   handed. MODE "moves": its file is elsewhere by then. */
static int
next_program(char const *mode, enum handover_role role, struct handover *h)
{
	struct state s = { .fd = -1 };

	if (role == HANDOVER_PROBE && !strcmp(mode, "moves"))
		rename("program", "moved");
	carry(h, &s);
	if (handover_done(h) < 0 || s.number != 1234567)
		_exit(3);
	if (role == HANDOVER_PROBE)
		_exit(HANDOVER_UNDERSTOOD);
	_exit(fcntl(s.fd, F_GETFD) == FD_CLOEXEC && !getenv(HANDOVER_VARIABLE) ? BECAME : 4);
}

static int
run(char const *file, struct state *s, int *wstat)
{
	struct upgrade u = { .program = PROGRAM, .file = file, .argv = argv_of, .carry = carry, .arg = s };
	int flags = fcntl(s->fd, F_GETFD), free_fd = dup(0);
	enum upgrade_result r;
	int e;

	close(free_fd);
	*wstat = -1;
	errno = 0;
	r = upgrade_run(&u, wstat);
	e = errno;
	/* all is as before */
	if (fcntl(s->fd, F_GETFD) != flags || getenv(HANDOVER_VARIABLE) || dup(0) != free_fd
		|| (r == UPGRADE_ERROR && *wstat != -1))
		return -1;
	close(free_fd);
	errno = e;
	return (int)r;
}

static void
script(char const *file, char const *text, mode_t mode)
{
	FILE *f = tap_need(fopen(file, "w"));

	if (fputs(text, f) < 0 || fclose(f) || chmod(file, mode) < 0)
		exit(111);
}

static void
refusals(struct state *s)
{
	int wstat;

	ok(run("none", s, &wstat) == UPGRADE_ERROR && errno == ENOENT, "no such file");
	script("plain", "#!/bin/sh\nexit 77\n", 0644);
	ok(run("plain", s, &wstat) == UPGRADE_ERROR && errno == EACCES, "not executable");
	mkdir("directory", 0755);
	ok(run("directory", s, &wstat) == UPGRADE_ERROR && errno == EACCES, "a directory");
	script("foreign", "neither a script nor a program", 0755);
	ok(run("foreign", s, &wstat) == UPGRADE_ERROR && errno == ENOEXEC, "no program");
	script("zero", "#!/bin/sh\nexit 0\n", 0755);
	ok(run("zero", s, &wstat) == UPGRADE_REFUSED && wstat == 0, "exit 0 is no yes");
	script("busy", "#!/bin/sh\nexit 100\n", 0755);
	ok(run("busy", s, &wstat) == UPGRADE_REFUSED && WIFEXITED(wstat) && WEXITSTATUS(wstat) == 100,
		"another exit code: told");
	script("dies", "#!/bin/sh\nkill -KILL $$\n", 0755);
	ok(run("dies", s, &wstat) == UPGRADE_REFUSED && WIFSIGNALED(wstat) && WTERMSIG(wstat) == SIGKILL,
		"killed by a signal: told");
	script("fds", "#!/bin/sh\n[ -n \"$SEXTET_HANDOVER\" ] || exit 2\n"
		"[ -e \"/proc/self/fd/$SEXTET_HANDOVER\" ] || exit 3\nexit 5\n", 0755);
	ok(run("fds", s, &wstat) == UPGRADE_REFUSED && WEXITSTATUS(wstat) == 5, "it is given the state");
	script("lasts", "#!/bin/sh\nexec sleep 3600\n", 0755);
	ok(run("lasts", s, &wstat) == UPGRADE_REFUSED && WIFSIGNALED(wstat) && WTERMSIG(wstat) == SIGKILL,
		"one that never ends is killed");
	ok(waitpid(-1, 0, WNOHANG) == -1 && errno == ECHILD, "no child is left");
}

/* Forks one that upgrades itself to FILE, with what PREPARE sets: how it ended. */
static int
become(char const *file, char const *mode, struct state *s, void (*prepare)(void))
{
	int wstat = -1, answer;
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		argv_of[1] = mode;
		if (prepare)
			prepare();
		answer = run(file, s, &wstat);
		if (answer == UPGRADE_ERROR)
			answer = errno;
		else
			answer += 120;
		if (prepare)
			apart_limit(RLIMIT_FSIZE, RLIM_INFINITY);
		_exit(answer);
	}
	while (waitpid(pid, &wstat, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(wstat) ? WEXITSTATUS(wstat) : -1;
}

static void
small_files(void)
{
	signal(SIGXFSZ, SIG_DFL);
	apart_limit(RLIMIT_FSIZE, 1000);
}

static void
takeovers(struct state *s)
{
	struct state bad = { .number = 1234567, .fd = 999 }, big = *s, wrong = *s;

	ok(become(self, "", s, 0) == BECAME, "one that understands takes over, with the descriptor");
	if (symlink(self, "program") < 0)
		exit(111);
	ok(become("program", "moves", s, 0) == ENOENT,
		"it is away after it has understood: an error, and all as before");
	ok(become(self, "", &bad, 0) == EBADF, "a descriptor that is not open: not without it");
	wrong.number = 1;
	ok(become(self, "", &wrong, 0) == 120 + UPGRADE_REFUSED, "a state that it does not understand");
	big.careless = 1;
	ok(become(self, "", &big, small_files) == EFBIG, "a state beyond RLIMIT_FSIZE: an error, not our death");
}

static struct state shared;

static int
no_memfd(void)
{
	int wstat;

	want(run(self, &shared, &wstat) == UPGRADE_ERROR && errno == ENOSYS);
	return 1;
}

static int
no_pipe(void)
{
	int wstat;

	want(run(self, &shared, &wstat) == UPGRADE_ERROR && errno == EMFILE);
	return 1;
}

int
main(int argc, char **argv)
{
	struct handover h;
	enum handover_role role = handover_receive(&h, PROGRAM);
	ssize_t n;

	if (role != HANDOVER_NONE)
		return role == HANDOVER_STRANGE ? 100 : next_program(argc > 1 ? argv[1] : "", role, &h);
	tap_tmpdir();
	n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0) {
		printf("1..0 # SKIP no /proc here\n");
		return 0;
	}
	shared.number = 1234567;
	shared.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	refusals(&shared);
	takeovers(&shared);
	ok_denied("no memory files here", no_memfd, DENY(SYS_memfd_create, ENOSYS));
	ok_denied("no pipe to be had", no_pipe, DENY(SYS_pipe2, EMFILE));
	return done_testing();
}
