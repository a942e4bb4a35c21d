/*
 * outbuf.h - collecting output and writing it in large pieces (plumbing).
 */

#ifndef SEXTET_OUTBUF_H
#define SEXTET_OUTBUF_H

#include <stddef.h>

#define OUTBUF_SIZE 65536

struct outbuf {
	int fd;
	size_t len;
	char buf[OUTBUF_SIZE];
};

/* Adds N bytes; writes when it is full, and waits for that even where the
   descriptor is non-blocking. 0, or -1 with errno. */
extern int outbuf_put(struct outbuf *o, char const *s, size_t n);

/* Writes all that was put. 0, or -1 with errno; then it is forgotten. */
extern int outbuf_flush(struct outbuf *o);

#endif
