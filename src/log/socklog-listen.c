/* socklog-listen.c - the socket that messages come to: see socklog.h */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <skalibs/types.h>

#include <sextet/lock.h>

#include "socklog.h"

#define PORT 514

static int
bind_datagram(struct sockaddr const *addr, socklen_t len)
{
	int fd = socket(addr->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && bind(fd, addr, len) < 0) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

int
socklog_listen_path(char const *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	char lock[sizeof addr.sun_path + sizeof ".lock"];
	mode_t mask;
	int lockfd, fd;

	if (!len || len >= sizeof addr.sun_path) {
		errno = len ? ENAMETOOLONG : ENOENT;
		return -1;
	}
	memcpy(addr.sun_path, path, len + 1);
	memcpy(lock, path, len);
	memcpy(lock + len, ".lock", sizeof ".lock");
	lockfd = lock_take(AT_FDCWD, lock, 0600, 0);
	if (lockfd < 0)
		return -1;
	unlink(path);		/* what a predecessor left; bind tells what else it is */
	mask = umask(0);
	fd = bind_datagram((struct sockaddr *)&addr, sizeof addr);
	umask(mask);
	if (fd < 0) {
		int e = errno;

		close(lockfd);
		errno = e;
	}
	return fd;
}

static int
set_ip(struct socklog_where *w, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&w->addr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&w->addr;

	if (inet_pton(AF_INET, w->ip, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		w->len = sizeof *v4;
		return 1;
	}
	if (inet_pton(AF_INET6, w->ip, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		w->len = sizeof *v6;
		return 1;
	}
	return 0;
}

int
socklog_where_scan(struct socklog_where *w, char const *s)
{
	size_t len = strcspn(s, "_");
	uint16_t port = PORT;

	memset(w, 0, sizeof *w);
	if (!s[len] && memchr(s, '.', len) && s[0] != ':')
		len = strcspn(s, ":");
	if (!len || len >= sizeof w->ip)
		return 0;
	memcpy(w->ip, s, len);
	if (s[len] && !uint160_scan(s + len + 1, &port))
		return 0;
	w->port[uint16_fmt(w->port, port)] = 0;
	return set_ip(w, port);
}

int
socklog_listen_ip(struct socklog_where const *w)
{
	return bind_datagram((struct sockaddr const *)&w->addr, w->len);
}

size_t
socklog_sender(char *to, struct sockaddr_storage const *from)
{
	struct sockaddr_in const *v4 = (struct sockaddr_in const *)from;
	struct sockaddr_in6 const *v6 = (struct sockaddr_in6 const *)from;
	int inet6 = from->ss_family == AF_INET6;
	void const *ip = inet6 ? (void const *)&v6->sin6_addr : (void const *)&v4->sin_addr;
	size_t n;

	if ((!inet6 && from->ss_family != AF_INET) || !inet_ntop(from->ss_family, ip, to, 47))
		return 0;
	n = strlen(to);
	to[n++] = '_';
	n += uint16_fmt(to + n, ntohs(inet6 ? v6->sin6_port : v4->sin_port));
	to[n++] = ':';
	to[n++] = ' ';
	return n;
}
