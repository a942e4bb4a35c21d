/* control.c - see sextet/control.h */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
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
	struct stat st;
	int e = 0;

	if (fd < 0)
		return errno == ENXIO ? CONTROL_NOBODY : CONTROL_ERROR;
	/* not into whatever file somebody put in its place */
	if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode)) {
		close(fd);
		errno = EPROTO;
		return CONTROL_ERROR;
	}
	/* a full FIFO means a busy daemon, and nobody likes half a command */
	if (n && (ndelay_off(fd) < 0 || allwrite(fd, cmds, n) < n)) {
		e = errno;
		r = e == EPIPE ? CONTROL_NOBODY : CONTROL_ERROR;
	}
	close(fd);
	errno = e;
	return r;
}

static enum control_result
send_below(char const *dir, char const *sub, char const *fifo, char const *cmds, size_t n)
{
	char path[PATH_MAX];
	enum control_result r;

	if (path_join3(path, sizeof path, dir, sub, fifo) < 0)
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
control_sendbelow(char const *dir, char const *sub, char const *cmds, size_t n)
{
	return send_below(dir, sub, CONTROL_FIFO, cmds, n);
}

enum control_result
control_sendown(char const *dir, char const *sub, char command)
{
	enum control_result r = send_below(dir, sub, CONTROL_OWN_FIFO, &command, 1);

	if (r != CONTROL_NOBODY)
		return r;
	r = control_sendbelow(dir, sub, 0, 0);
	return r == CONTROL_SENT ? CONTROL_UNKNOWN : r;
}

int
control_open(int dirfd, char const *name)
{
	mode_t mask = umask(0);
	int r = mkfifoat(dirfd, name, 0600), e = errno, fd;
	struct stat st;

	umask(mask);
	if (r < 0 && e != EEXIST) {
		errno = e;
		return -1;
	}
	fd = openat(dirfd, name, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	r = fd >= 0 ? fstat(fd, &st) : fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW);
	e = errno;
	if (r == 0 && fd >= 0 && S_ISFIFO(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	errno = r == 0 && !S_ISFIFO(st.st_mode) ? EPROTO : e;
	return -1;
}

enum control_result
control_send(char const *dir, char const *cmds, size_t n)
{
	return control_sendbelow(dir, SERVICEDIR_SUPERVISE, cmds, n);
}
