/*
 * socklog.h - what the parts of s6-socklog share.
 *
 *   s6-socklog.c       options, signals, the loop
 *   socklog-listen.c   the socket that messages come to
 *   socklog-message.c  turns a message into a line
 */

#ifndef SOCKLOG_H
#define SOCKLOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define SOCKLOG_LEN_MIN 76
#define SOCKLOG_LEN_MAX 1048576

/* The most that a line is longer than its message: the sender's address, the
   priority in words, dots, a newline. */
#define SOCKLOG_MORE 128

/* Binds a datagram socket to PATH, which is replaced; only one process at a time
   can: PATH.lock is held from then on. Returns the socket, or -1 with errno. */
extern int socklog_listen_path(char const *path);

/* What -i names: an address and a port, 514 when none is given. */
struct socklog_where {
	struct sockaddr_storage addr;
	socklen_t len;
	char ip[48];
	char port[8];
};

/* Reads "ip", "ip_port" or "ipv4:port". Returns 1, or 0 when S is none. */
extern int socklog_where_scan(struct socklog_where *w, char const *s);

/* Binds a datagram socket there. Returns it, or -1 with errno. */
extern int socklog_listen_ip(struct socklog_where const *w);

/* Writes "ip_port: " to TO, which has room for 64 bytes; nothing for a sender
   without such an address. Returns the length. */
extern size_t socklog_sender(char *to, struct sockaddr_storage const *from);

/* Makes a line of the message S[0..N), of which only the first LIMIT bytes
   count; RAW: leaves its <N> as it is. Writes it to TO, at most min(N, LIMIT) +
   SOCKLOG_MORE - 64 bytes. Returns the length. */
extern size_t socklog_line(char *to, char const *s, size_t n, size_t limit, int raw);

#endif
