/*
 * datagram - send standard input as one datagram, an empty one too.
 * datagram PATH (or @ABSTRACT), or datagram IP PORT; -n N: N times, a number
 * behind each.
 * Waits when the receiver's queue is full.
 */

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
connected(char const *host, char const *port)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr *sa = (struct sockaddr *)&un;
	socklen_t len = sizeof un;
	int fd;

	snprintf(un.sun_path, sizeof un.sun_path, "%s", host);
	if (host[0] == '@') {
		len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(host));
		un.sun_path[0] = 0;
	}
	if (port) {
		v4.sin_port = v6.sin6_port = htons((unsigned short)atoi(port));
		sa = (struct sockaddr *)&v4;
		len = sizeof v4;
		if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
			sa = (struct sockaddr *)&v6;
			len = sizeof v6;
		} else if (inet_pton(AF_INET, host, &v4.sin_addr) != 1) {
			return -1;
		}
	}
	fd = socket(sa->sa_family, SOCK_DGRAM, 0);
	return fd < 0 || connect(fd, sa, len) < 0 ? -1 : fd;
}

int
main(int argc, char **argv)
{
	static char message[2 << 20];
	size_t n = 0;
	ssize_t r;
	int count = 0, fd;

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		count = atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc < 2)
		return 100;
	while ((r = read(0, message + n, sizeof message - n - 16)) > 0)
		n += (size_t)r;
	fd = connected(argv[1], argv[2]);
	if (fd < 0) {
		perror("datagram");
		return 111;
	}
	for (int i = 0; i < (count ? count : 1); i++) {
		size_t len = n;

		if (count)
			len += (size_t)sprintf(message + n, "%d", i + 1);
		if (send(fd, message, len, 0) < 0) {
			perror("datagram");
			return 111;
		}
	}
	return 0;
}
