/*
 * s6-notify-socket-from-fd - under systemd or its like: run a daemon that says
 * that it is ready by a newline on a descriptor, and pass that on to
 * NOTIFY_SOCKET. Executes the daemon; a companion process listens to it.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/companion.h>

#define USAGE "s6-notify-socket-from-fd [ -d fd ] [ -f ] [ -t timeout ] [ -k ] prog..."
#define READY "READY=1\nMAINPID="
#define BARRIER "BARRIER=1\n"
#define BARRIER_MS 5000

static struct cli_long const longs[] = {
	{ "keep-environment", 'k', 0 },
	{ "no-doublefork", 'f', 0 },
	{ "notification-fd", 'd', 1 },
	{ "timeout", 't', 1 },
	{ 0, 0, 0 }
};

/* The address that NAME stands for: a path, or @ and an abstract name. Its
   length, or 0 when it is neither. */
static socklen_t
address(struct sockaddr_un *sun, char const *name)
{
	size_t n = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || n < 2 || n >= sizeof sun->sun_path)
		return 0;
	memset(sun, 0, sizeof *sun);
	sun->sun_family = AF_UNIX;
	memcpy(sun->sun_path, name, n);
	if (name[0] == '@')
		sun->sun_path[0] = 0;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (name[0] == '/'));
}

static int
send_text(int sock, char const *text, size_t n, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof fd)];
	} control;
	struct iovec v = { .iov_base = (char *)text, .iov_len = n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		memset(&control, 0, sizeof control);
		m.msg_control = &control;
		m.msg_controllen = sizeof control.space;
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	return sendmsg(sock, &m, MSG_NOSIGNAL) == (ssize_t)n ? 0 : -1;
}

/* Tells that PID is ready, then waits until that was understood: the barrier's
   descriptor is closed at the other end. Our own process must live until then,
   or nobody could tell whose message it was. */
static void
tell(char const *name, pid_t pid)
{
	char text[sizeof READY + PID_FMT + 1];
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), end[2];
	struct sockaddr_un sun;
	socklen_t len = address(&sun, name);
	struct pollfd p = { .events = POLLIN };
	size_t n = sizeof READY - 1;

	memcpy(text, READY, n);
	n += pid_fmt(text + n, pid);
	text[n++] = '\n';
	if (sock < 0 || connect(sock, (struct sockaddr *)&sun, len) < 0
		|| send_text(sock, text, n, -1) < 0)
		strerr_diefusys(111, "send notification message to ", name);
	if (pipe2(end, O_CLOEXEC) < 0 || send_text(sock, BARRIER, sizeof BARRIER - 1, end[1]) < 0)
		strerr_diefusys(111, "send notification barrier to ", name);
	close(end[1]);
	p.fd = end[0];
	clock_poll(&p, 1, clock_deadline(BARRIER_MS));
}

/* The companion: reads from FD until a newline. */
static int
watch(int fd, char const *name, pid_t daemon, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	PROG = "s6-notify-socket-from-fd (child)";
	for (;;) {
		char text[512];
		int r = clock_poll(&p, 1, deadline);
		ssize_t n;

		if (r < 0)
			strerr_diefusys(111, "poll");
		if (!r)
			return 99;
		n = read(fd, text, sizeof text);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return 1;
		if (memchr(text, '\n', (size_t)n)) {
			tell(name, daemon);
			return 0;
		}
	}
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t timeout = 0, to = 1;
	int twice = 1, keep = 0, opt, end[2];
	pid_t self = getpid();
	struct sockaddr_un sun;
	int64_t deadline;
	char const *name;

	PROG = "s6-notify-socket-from-fd";
	while ((opt = cli_getopt(argc, argv, "d:fkt:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'd': to = cli_uint(l.arg, USAGE); break;
		case 'f': twice = 0; break;
		case 'k': keep = 1; break;
		case 't': timeout = cli_uint(l.arg, USAGE); break;
		}
	}
	if (l.ind >= argc)
		strerr_dieusage(100, USAGE);
	name = getenv("NOTIFY_SOCKET");
	if (!name || !*name)
		cli_exec_here(argv + l.ind);
	if (!address(&sun, name))
		strerr_dief(100, "invalid NOTIFY_SOCKET: ", name);

	deadline = clock_deadline(timeout);
	if (pipe2(end, O_CLOEXEC) < 0)
		strerr_diefusys(111, "create a pipe");
	switch (companion_fork(0, twice)) {
	case COMPANION_ITSELF:
		close(end[1]);
		return watch(end[0], name, self, deadline);
	case COMPANION_PROGRAM: break;
	default: strerr_diefusys(111, "fork");
	}
	/* a copy does not have O_CLOEXEC */
	if (to > INT32_MAX || (end[1] == (int)to ? fcntl(end[1], F_SETFD, 0) : dup2(end[1], (int)to)) < 0)
		strerr_diefusys(111, "move the pipe to the notification-fd");
	if (!keep)
		unsetenv("NOTIFY_SOCKET");
	cli_exec_here(argv + l.ind);
}
