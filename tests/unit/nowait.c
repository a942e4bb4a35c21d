/* nowait.c - writing without waiting */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/socket.h>

#include <sextet/nowait.h>

#include "tap.h"

static char data[70000];

/* Writes until it would wait; returns how much went in. */
static size_t
fill(int fd, enum nowait *kind)
{
	size_t n = 0;
	ssize_t w;

	do {
		struct iovec v[2] = { { data, 5000 }, { data, sizeof data } };

		w = nowait_writev(fd, kind, v, 2);
		n += w > 0 ? (size_t)w : 0;
	} while (w > 0);
	return n;
}

static void
pipes(void)
{
	enum nowait kind;
	int p[2];

	if (pipe(p) < 0)
		exit(111);
	kind = nowait_kind(p[1]);
	ok(kind == NOWAIT_PIPE, "a pipe");
	ok(fill(p[1], &kind) >= 65536 - PIPE_BUF && errno == EAGAIN, "is filled");
	ok(!(fcntl(p[1], F_GETFL) & O_NONBLOCK), "its flags stay");
	ok(read(p[0], data, 8192) == 8192 && fill(p[1], &kind) > 0, "room again: goes on");
	close(p[0]);
	ok(fill(p[1], &kind) == 0 && errno == EPIPE, "no reader: EPIPE");
	close(p[1]);
}

static void
polled(void)
{
	enum nowait kind = NOWAIT_POLL;
	struct iovec none[2] = { { data, 0 }, { data, sizeof data } };
	int p[2];

	if (pipe(p) < 0)
		exit(111);
	ok(nowait_writev(p[1], &kind, none, 2) == PIPE_BUF, "polled: PIPE_BUF at a time");
	ok(fill(p[1], &kind) >= 65536 - 2 * PIPE_BUF && errno == EAGAIN, "polled: is filled");
	close(p[0]);
	close(p[1]);
}

static void
others(void)
{
	enum nowait kind;
	struct iovec v = { data, 3 };
	int s[2], fd;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		exit(111);
	kind = nowait_kind(s[1]);
	ok(kind == NOWAIT_SOCKET && fill(s[1], &kind) > 0 && errno == EAGAIN, "a socket");
	fd = open("file", O_WRONLY | O_CREAT, 0600);
	kind = nowait_kind(fd);
	ok(kind == NOWAIT_FILE && nowait_writev(fd, &kind, &v, 1) == 3, "a file");
	fd = open("/dev/null", O_WRONLY);
	kind = nowait_kind(fd);
	ok(kind == NOWAIT_POLL && nowait_writev(fd, &kind, &v, 1) == 3, "a device");
	kind = NOWAIT_PIPE;
	ok(nowait_writev(fd, &kind, &v, 1) == 3, "what the kernel does not know is done otherwise");
	ok(nowait_kind(-1) == NOWAIT_POLL && nowait_writev(-1, &kind, &v, 1) == -1, "closed");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	tap_tmpdir();
	pipes();
	polled();
	others();
	return done_testing();
}
