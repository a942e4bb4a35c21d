/* control.c - see sextet/control.h */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include <sextet/control.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>

static struct {
	char command;
	signed char signal;
	char group;
} const signals[] = {
	{ 'a', SIGALRM, 0 }, { 'b', SIGABRT, 0 }, { 'q', SIGQUIT, 0 }, { 'h', SIGHUP, 0 },
	{ 'k', SIGKILL, 0 }, { 't', SIGTERM, 0 }, { 'i', SIGINT, 0 }, { '1', SIGUSR1, 0 },
	{ '2', SIGUSR2, 0 }, { 'p', SIGSTOP, 0 }, { 'c', SIGCONT, 0 }, { 'y', SIGWINCH, 0 },
	{ 'P', SIGSTOP, 1 }, { 'C', SIGCONT, 1 }, { 'K', SIGKILL, 1 },
};

#define N (sizeof signals / sizeof *signals)

char
control_of_signal(int signal)
{
	for (size_t i = 0; i < N; i++)
		if (signals[i].signal == signal && !signals[i].group)
			return signals[i].command;
	return 0;
}

int
control_signal(char command, int *group)
{
	for (size_t i = 0; i < N; i++)
		if (signals[i].command == command) {
			*group = signals[i].group;
			return signals[i].signal;
		}
	return 0;
}

enum control_result
control_sendpath(char const *fifo, char const *cmds, size_t n)
{
	/* O_NONBLOCK turns "no reader" into ENXIO instead of a wait: this open
	   is also the test that a daemon is alive. */
	int fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	enum control_result r = CONTROL_SENT;
	int e = 0;

	if (fd < 0)
		return errno == ENXIO ? CONTROL_NOBODY : CONTROL_ERROR;
	/* a full FIFO means a busy daemon, and nobody likes half a command */
	if (n && (ndelay_off(fd) < 0 || allwrite(fd, cmds, n) < n)) {
		e = errno;
		r = e == EPIPE ? CONTROL_NOBODY : CONTROL_ERROR;
	}
	close(fd);
	errno = e;
	return r;
}

enum control_result
control_sendbelow(char const *dir, char const *sub, char const *cmds, size_t n)
{
	char path[PATH_MAX];
	enum control_result r;

	if (path_join3(path, sizeof path, dir, sub, CONTROL_FIFO) < 0)
		return CONTROL_ERROR;
	r = control_sendpath(path, cmds, n);
	if (r == CONTROL_ERROR && errno == ENOENT) {
		if (access(dir, F_OK) == 0)
			return CONTROL_NOBODY;
		errno = ENOENT;
	}
	return r;
}

enum control_result
control_send(char const *dir, char const *cmds, size_t n)
{
	return control_sendbelow(dir, SERVICEDIR_SUPERVISE, cmds, n);
}
