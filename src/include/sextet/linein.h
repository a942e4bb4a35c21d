/*
 * linein.h - reading lines from a descriptor, in pieces of bounded memory
 * (plumbing).
 *
 * One read takes up to 64 KiB. A line is handed out whole, without copying,
 * once its newline has come; one that does not fit comes in several pieces.
 */

#ifndef SEXTET_LINEIN_H
#define SEXTET_LINEIN_H

#include <stddef.h>
#include <sys/types.h>

#define LINEIN_READ 65536	/* a line of this length is still whole */

struct linein {
	int fd;
	int nul;		/* a NUL ends a line, too */
	int midline;		/* the last piece did not end its line */
	int eof;
	int error;		/* what made the last read fail, 0: nothing */
	size_t pos, len, seen;	/* buf[pos..len) is pending; no newline below seen */
	char buf[2 * LINEIN_READ];
};

enum linein_end {
	LINEIN_MORE,		/* the line goes on in the next piece */
	LINEIN_NEWLINE,		/* s[len] is a newline, not counted (a NUL was made one) */
	LINEIN_EOF		/* the input ended within the line */
};

struct linein_piece {
	char const *s;
	size_t len;
	int first;		/* begins a line; then it is whole or long */
	enum linein_end end;
};

/* A reader of FD; everything else in it is 0. The caller may set nul. */
extern void linein_init(struct linein *in, int fd);

/* Reads once, and waits for that even where FD is non-blocking. Returns what
   read returns; after 0 and -1 (which sets error, not errno alone) the input
   counts as ended. Pieces handed out before are no longer valid. */
extern ssize_t linein_read(struct linein *in);

/* The next piece of what was read: 1, or 0 when there is none without another
   linein_read. A last line that is unterminated and empty is no piece. */
extern int linein_next(struct linein *in, struct linein_piece *piece);

#endif
