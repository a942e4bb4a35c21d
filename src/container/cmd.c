/* cmd.c - the CMD of a container */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/contcode.h>
#include <sextet/contenv.h>
#include <sextet/environment.h>
#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/program.h>
#include <sextet/spawn.h>
#include <sextet/statedir.h>

#include "stage2.h"

extern char **environ;

#define BLANKS " \t\n"

static int
is_program(char const *name)
{
	char path[PATH_MAX];

	return program_find(path, sizeof path, name) >= 0 && access(path, X_OK) == 0;
}

char const *const *
stage2_cmd_words(struct stage2 *s, char const *const *argv)
{
	size_t n = 0, max;
	char const **words;
	char *arg0, *word;

	if (!s->c.set.cmd_arg0)
		return argv[0] ? argv : 0;
	arg0 = strdup(s->c.set.cmd_arg0);
	max = arg0 ? strlen(arg0) / 2 + 2 : 0;
	for (size_t i = 0; argv[i]; i++)
		max++;
	words = arg0 ? calloc(max + 1, sizeof *words) : 0;
	if (!words)
		strerr_diefusys(111, "allocate memory");
	if (is_program(arg0))
		words[n++] = arg0;
	else
		for (word = strtok(arg0, BLANKS); word; word = strtok(0, BLANKS))
			words[n++] = word;
	while (*argv)
		words[n++] = *argv++;
	return words[0] ? words : 0;
}

/* The environment of the CMD: the container's, as scripts have changed it. */
static char const *const *
environment(struct stage2 *s)
{
	static char logging[sizeof "S6_LOGGING=" + UINT_FMT] = "S6_LOGGING=";
	char dir[PATH_MAX];
	/* for the rest of our life */
	static char const *const *envp, *const *changed;

	if (s->c.set.keep_env || s->c.set.cmd_clean_env)
		return s->envp;
	if (path_join(dir, sizeof dir, s->c.statedir, STATEDIR_ENV) < 0)
		return s->envp;
	envp = contenv_read(dir);
	if (!envp) {
		strerr_warnwusys("read ", dir);
		return s->envp;
	}
	logging[sizeof "S6_LOGGING=" - 1 + uint_fmt(logging + sizeof "S6_LOGGING=" - 1,
		s->c.set.logging)] = 0;
	changed = environment_change(envp, logging, 1);
	return changed ? changed : envp;
}

/* In the child: a group of its own, in the foreground of the terminal, before it
   can read from there. */
static void
take_terminal(void *arg, pid_t pid)
{
	(void)arg;
	setpgid(0, 0);
	ioctl(0, TIOCSPGRP, &pid);
}

/* Is the terminal, if that is our stdin, ours to give? */
static int
have_terminal(void)
{
	pid_t group = tcgetpgrp(0);

	return group > 0 && group == getpgrp();
}

/* Where its output goes. Adds to MOVES. */
static size_t
output(struct stage2 *s, struct spawn_move *moves, int *own)
{
	size_t n = 0;

	*own = -1;
	if (s->c.set.logging == 1 || (s->c.set.logging && s->c.set.use_terminal)) {
		for (int i = 0; i < 2; i++)
			if (s->console[i] >= 0)
				moves[n++] = (struct spawn_move){ s->console[i], i + 1 };
		return n;
	}
	*own = stage2_output(s, "cmd");
	for (int i = 0; *own >= 0 && i < 2; i++)
		moves[n++] = (struct spawn_move){ *own, i + 1 };
	return n;
}

static pid_t
start(struct stage2 *s, int terminal)
{
	char path[PATH_MAX];
	struct spawn_move moves[2];
	struct spawn sp = { .argv = s->cmd, .moves = moves,
		.flags = terminal ? 0 : SPAWN_SETPGRP, .born = terminal ? take_terminal : 0 };
	pid_t pid = -1;
	int own, bare, e;

	sp.envp = environment(s);
	environ = (char **)(void *)(uintptr_t)sp.envp;	/* its PATH finds it */
	sp.nmoves = output(s, moves, &own);
	if (program_find(path, sizeof path, s->cmd[0]) >= 0) {
		sp.file = path;
		pid = spawn_run(&sp);
		if (pid < 0 && errno == ENOEXEC) {
			sp.argv = container_interpreted(path, s->cmd, &bare);
			if (sp.argv) {
				if (bare)
					strerr_warnw(path, " has no #! line - running it with ", sp.argv[0]);
				sp.file = sp.argv[0];
				pid = spawn_run(&sp);
			}
		}
	}
	e = errno;
	if (own >= 0)
		close(own);
	errno = e;
	return pid;
}

/* For those who send it signals. */
static void
tell_pid(struct stage2 *s, pid_t pid)
{
	char fmt[PID_FMT + 1];
	size_t n = pid_fmt(fmt, pid);

	fmt[n++] = '\n';
	s->c.pid_told = 1;
	if (filereplace_rename(s->c.dir, STATEDIR_CMDPID, fmt, n, 0644) < 0)
		strerr_warnwusys("write " STATEDIR_CMDPID);
}

/* Did it die of what we sent? */
static int
we_killed_it(struct stage2 const *s, int wstat)
{
	return WIFSIGNALED(wstat) && s->c.told
		&& (WTERMSIG(wstat) == SIGTERM || WTERMSIG(wstat) == SIGKILL);
}

void
stage2_cmd(struct stage2 *s)
{
	int terminal = have_terminal(), wstat = 0, mine;
	pid_t group = getpgrp(), pid = start(s, terminal);
	char fmt[UINT_FMT];
	unsigned int code;

	if (pid > 0) {
		if (s->c.set.receive_signals)
			tell_pid(s, pid);
		wstat = container_wait(&s->c, pid, 0);
		stage2_settle(s);
		code = container_code(wstat);
	} else {
		code = errno == ENOENT ? 127 : 126;
		strerr_warnwusys("spawn ", s->cmd[0]);
	}
	if (terminal) {
		signal(SIGTTOU, SIG_IGN);
		tcsetpgrp(0, group);
	}
	mine = pid > 0 && we_killed_it(s, wstat);
	fmt[uint_fmt(fmt, code)] = 0;
	container_say(&s->c, code && !mine ? 1 : 2, "[cmd] ", s->cmd[0], " exited ", fmt, "\n",
		(char *)0);
	if (!mine && contcode_write(s->c.statedir, (int)code) < 0)
		strerr_warnwusys("note the exit code of ", s->cmd[0]);
}
