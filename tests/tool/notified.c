/*
 * notified - plays the receiver of NOTIFY_SOCKET: notified PATH (or @ABSTRACT).
 * Prints each message in one line, newlines as '|', and before it the number of
 * descriptors that came with it, which it closes. Ends with its standard input.
 */

#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
receive(int sock)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(8 * sizeof(int))];
	} control;
	char text[4096];
	struct iovec v = { text, sizeof text };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof control.space };
	ssize_t n = recvmsg(sock, &m, 0);
	int fds[8];
	size_t k = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); n >= 0 && c; c = CMSG_NXTHDR(&m, c)) {
		k = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(c), k * sizeof(int));
	}
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\n')
			text[i] = '|';
	printf("%d %.*s\n", (int)k, (int)(n < 0 ? 0 : n), text);
	fflush(stdout);
	while (k)
		close(fds[--k]);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof un;
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };

	if (argc != 2)
		return 100;
	snprintf(un.sun_path, sizeof un.sun_path, "%s", argv[1]);
	if (argv[1][0] == '@') {
		len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(argv[1]));
		un.sun_path[0] = 0;
	}
	p[1].fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(p[1].fd, (struct sockaddr *)&un, len) < 0) {
		perror("notified");
		return 111;
	}
	puts("ready");
	fflush(stdout);
	while (poll(p, 2, -1) > 0 && !p[0].revents)
		receive(p[1].fd);
	return 0;
}
