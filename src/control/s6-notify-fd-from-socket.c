/*
 * s6-notify-fd-from-socket - run a daemon that says that it is ready on
 * NOTIFY_SOCKET, as systemd's do, and tell the supervisor on the descriptor.
 * Executes the daemon; a companion process listens to it.
 */

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/companion.h>

#define USAGE "s6-notify-fd-from-socket [ -f ] [ -3 fd ] [ -t timeout ] prog..."
#define READY "READY=1"

static struct cli_long const longs[] = {
	{ "no-doublefork", 'f', 0 },
	{ "notification-fd", '3', 1 },
	{ "timeout", 't', 1 },
	{ 0, 0, 0 }
};

/* Binds a socket to a name that the kernel chooses, in the abstract namespace:
   no file, nothing to remove. Puts the name into the environment. */
static int
make_socket(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	socklen_t len = sizeof sun;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* an address of the family alone asks for such a name */
	if (fd < 0 || bind(fd, (struct sockaddr *)&sun, offsetof(struct sockaddr_un, sun_path)) < 0
		|| getsockname(fd, (struct sockaddr *)&sun, &len) < 0)
		strerr_diefusys(111, "create a notification socket");
	sun.sun_path[0] = '@';
	sun.sun_path[len - offsetof(struct sockaddr_un, sun_path)] = 0;
	if (setenv("NOTIFY_SOCKET", sun.sun_path, 1) < 0)
		strerr_diefusys(111, "set NOTIFY_SOCKET");
	return fd;
}

/* Reads one message. Is one of its lines READY? Descriptors that come with it
   are closed by the kernel, since we offer no room for them. */
static int
says_ready(int fd)
{
	char text[4096];
	ssize_t n = recv(fd, text, sizeof text, 0);

	for (char *p = text; n > 0;) {
		char *end = memchr(p, '\n', (size_t)n);
		size_t len = end ? (size_t)(end - p) : (size_t)n;

		if (len == sizeof READY - 1 && !memcmp(p, READY, len))
			return 1;
		n -= (ssize_t)len + 1;
		p += len + 1;
	}
	return 0;
}

/* The companion. */
static int
watch(struct companion *c, int sock, int fd, int64_t deadline)
{
	struct pollfd p[2] = {
		{ .fd = c->fd, .events = POLLIN },
		{ .fd = sock, .events = POLLIN },
	};

	PROG = "s6-notify-fd-from-socket (child)";
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int r = clock_poll(p, 2, deadline);

		if (r < 0)
			strerr_diefusys(111, "poll");
		if (!r) {
			companion_end(c);
			return 99;
		}
		/* what a daemon said before it died still counts */
		if (p[1].revents && says_ready(sock))
			break;
		if (!p[1].revents && companion_bereft(c)) {
			companion_end(c);
			return 0;
		}
	}
	companion_end(c);
	if (write(fd, "\n", 1) < 1)
		strerr_diefusys(111, "write to notification-fd");
	return 0;
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	int twice = 1, has_fd = 0, opt, fd, sock;
	uint32_t given = 0, timeout = 0;
	struct companion c;
	int64_t deadline;

	PROG = "s6-notify-fd-from-socket";
	while ((opt = cli_getopt(argc, argv, "3:ft:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case '3': has_fd = 1; given = cli_uint(l.arg, USAGE); break;
		case 'f': twice = 0; break;
		case 't': timeout = cli_uint(l.arg, USAGE); break;
		}
	}
	if (l.ind >= argc)
		strerr_dieusage(100, USAGE);

	fd = cli_notifyfd(has_fd ? &given : 0);
	deadline = clock_deadline(timeout);
	sock = make_socket();
	switch (companion_fork(&c, twice)) {
	case COMPANION_ITSELF: return watch(&c, sock, fd, deadline);
	case COMPANION_PROGRAM: break;
	default: strerr_diefusys(111, "fork");
	}
	cli_exec_here(argv + l.ind);
}
