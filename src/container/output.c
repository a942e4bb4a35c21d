/* output.c - where the output of scripts and of the CMD goes: S6_LOG_PREFIX */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/clock.h>
#include <sextet/pidfd.h>
#include <sextet/spawn.h>

#include "logwords.h"
#include "stage2.h"

#define SETTLE CLOCK_S

/* s6-log --console=NAME with a script that never acts; null with errno. */
static char const *const *
command(char const *name)
{
	static char const option[] = "--console=";
	char *console = malloc(sizeof option + strlen(name));
	char const *before[] = { "-bp", console, "--", "-", "2", 0 };

	if (!console)
		return 0;
	memcpy(console, option, sizeof option);
	strcat(console, name);
	return logwords_make(before, "", 0);
}

int
stage2_output(struct stage2 *s, char const *name)
{
	char const *const *argv;
	int fd[2];
	pid_t pid = -1;

	if (!s->c.set.log_prefix)
		return -1;
	argv = command(name);
	if (!argv || pipe2(fd, O_CLOEXEC) < 0) {
		strerr_warnwusys("put a prefix before the lines of ", name);
		return -1;
	}
	pid = spawn_simple(argv[0], argv, s->envp, (struct spawn_move const[]){ { fd[0], 0 } }, 1, 0);
	close(fd[0]);
	if (pid < 0) {
		strerr_warnwusys("spawn ", argv[0]);
		close(fd[1]);
		return -1;
	}
	s->prefixer = pidfd_of(pid);
	return fd[1];
}

void
stage2_settle(struct stage2 *s)
{
	int64_t deadline = clock_now() + SETTLE;

	if (s->prefixer < 0)
		return;
	/* what the script left running may hold the pipe */
	s->c.other = s->prefixer;
	s->c.other_events = POLLIN;
	s->c.other_ready = 0;
	while (!s->c.other_ready && s->c.haste == CONTAINER_CALM && container_attend(&s->c, deadline))
		;
	s->c.other = -1;
	close(s->prefixer);
	s->prefixer = -1;
}
