/* upgrade.c - see sextet/upgrade.h */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/environment.h>
#include <sextet/spawn.h>
#include <sextet/upgrade.h>

#define PATIENCE (5 * CLOCK_S)

extern char **environ;

static char const assignment[] = HANDOVER_VARIABLE "=";

/* Waits for the end of our child PID: it, and only it, holds the other end of the
   pipe P. */
static int
await(pid_t pid, int p)
{
	struct pollfd x = { .fd = p, .events = POLLIN };
	int wstat;

	if (clock_poll(&x, 1, clock_now() + PATIENCE) < 1)
		kill(pid, SIGKILL);
	while (waitpid(pid, &wstat, 0) < 0)
		if (errno != EINTR)
			return -1;
	return wstat;
}

/* Asks the program file. Its wait status, or -1 with errno. */
static int
ask(struct upgrade const *u, char const *const *envp, int fd)
{
	struct spawn_move moves[2];
	int p[2], e;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		return -1;
	for (int i = 0; i < 2; i++)
		moves[i].from = moves[i].to = i ? p[1] : fd;
	pid = spawn_simple(u->file, u->argv, envp, moves, 2, SPAWN_FEWFDS);
	e = errno;
	close(p[1]);
	if (pid > 0) {
		int wstat = await(pid, p[0]);

		close(p[0]);
		return wstat;
	}
	close(p[0]);
	errno = e;
	return -1;
}

/* Passes over the descriptors that are handed over. */
static int
mark(struct upgrade const *u, enum handover_mode mode)
{
	struct handover h;

	memset(&h, 0, offsetof(struct handover, buf));
	h.mode = mode;
	u->carry(&h, u->arg);
	errno = h.error;
	return h.error ? -1 : 0;
}

/* RLIMIT_FSIZE holds for a memfd, too: beyond it is an error, and not our death. */
static int
write_state(struct upgrade const *u)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	struct handover h;
	int fd, e;

	if (handover_begin(&h, u->program) < 0)
		return -1;
	sigaction(SIGXFSZ, &ignore, &old);
	u->carry(&h, u->arg);
	fd = handover_end(&h);
	e = errno;
	sigaction(SIGXFSZ, &old, 0);
	errno = e;
	return fd;
}

/* Returns only when it fails. */
static void
become(struct upgrade const *u, char const *const *envp, int fd)
{
	int e;

	if (mark(u, HANDOVER_OPEN) == 0 && fcntl(fd, F_SETFD, 0) == 0)
		execve(u->file, (char *const *)u->argv, (char *const *)envp);
	e = errno;
	mark(u, HANDOVER_CLOSE);
	errno = e;
}

enum upgrade_result
upgrade_run(struct upgrade const *u, int *wstat)
{
	char variable[sizeof assignment + UINT_FMT];
	enum upgrade_result r = UPGRADE_ERROR;
	int fd = write_state(u), e, w = -1;
	char const **envp;

	if (fd < 0)
		return r;
	memcpy(variable, assignment, sizeof assignment);
	variable[sizeof assignment - 1 + uint_fmt(variable + sizeof assignment - 1, (unsigned int)fd)] = 0;
	envp = environment_change((char const *const *)environ, variable, 1);
	if (envp)
		w = ask(u, envp, fd);
	if (WIFEXITED(w) && WEXITSTATUS(w) == HANDOVER_UNDERSTOOD) {
		become(u, envp, fd);
	} else if (w >= 0) {
		*wstat = w;
		r = UPGRADE_REFUSED;
	}
	e = errno;
	free(envp);
	close(fd);
	errno = e;
	return r;
}
