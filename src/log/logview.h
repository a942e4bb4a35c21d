/*
 * logview.h - what the parts of s6-logview share.
 *
 *   s6-logview.c    options; merges the directories; follows
 *   logview-dir.c   the files of one directory as one stream of lines
 *   logview-time.c  the time of a line
 *   logview-tail.c  the last lines of all
 */

#ifndef LOGVIEW_H
#define LOGVIEW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <skalibs/tai.h>

#include <sextet/isotime.h>
#include <sextet/linein.h>
#include <sextet/logfile.h>
#include <sextet/outbuf.h>

/* logview-time.c */
struct logview_clock {
	int utc;			/* ISO stamps are in UTC */
	char minute[16];		/* "YYYY-MM-DD HH:MM", */
	tain begin;			/* and when it began */
};

/* The time that the line S[0..N) begins with: a TAI64N label, or a date and time
   as s6-log writes them. Returns the length of the text, 0: there is none. */
extern size_t logview_time(struct logview_clock *c, char const *s, size_t n, tain *t);

/* logview-dir.c */
struct logview_file {
	char name[LOGFILE_MAX + 1];
	enum logfile kind;
	ino_t ino;
};

struct logview_dir {
	char const *path;
	char const *name;		/* to be put before each line, or null */
	int follow;
	int fd;				/* of the directory, -1: it cannot be read */
	struct logview_file *files;	/* archives still to be read, oldest first: */
	size_t n, next;			/* from next on */
	char newest[TAI64N_FMT + 1];	/* of the archives that were listed */
	int previous, current;		/* descriptors of these, to be read after them; -1 */
	ino_t current_ino;
	ino_t read_ino;			/* of the last current that was read */
	int at_current;			/* current is being read, */
	int stale;			/* and has another name by now */
	int empty;			/* nothing was in it */
	unsigned int owed;		/* files that were read and will become archives */
	char label[TAI64N_FMT + 1];	/* of the archive that is being read, or "" */
	pid_t unpacker;			/* who decompresses it, 0: nobody */
	uint64_t skip;			/* lines to be left out */
	int skipping;			/* one of them is being read */
	struct linein_piece piece;	/* what was read last, when have is set */
	int have;
	int timed;			/* time comes from a stamp, of this line or one before; */
	tain time;			/* else it is the least that it can be */
	int hidden;			/* the line is not to be shown: for the program */
	struct linein in;
};

/* Starts at the beginning of the log directory PATH; D is all zeros. Returns 0,
   or -1 with errno. */
extern int logview_open(struct logview_dir *d, char const *path, int follow);

/* Starts with the last LINES lines instead. */
extern void logview_seek_last(struct logview_dir *d, uint64_t lines);

/* Leaves out archives that were complete at SINCE. */
extern void logview_seek_time(struct logview_dir *d, tain const *since);

/* Has d->piece filled if it is not. Returns 0 when there is nothing more, for
   now if following. *TROUBLE is set when something could not be read. */
extern int logview_fill(struct logview_dir *d, struct logview_clock *c, int *trouble);

/* logview-tail.c */
struct logview_tail {
	uint64_t max;			/* lines to keep */
	char **lines;			/* a ring: count of cap, from first on */
	size_t *lens;
	size_t cap, first, count;
};

/* Begins a line, of which the oldest one may have to go; adds to it. Both return
   -1 when there is no memory. */
extern int logview_tail_begin(struct logview_tail *t);
extern int logview_tail_add(struct logview_tail *t, char const *s, size_t n);

/* Writes all lines to OUT and forgets them. 0, or -1 with errno. */
extern int logview_tail_print(struct logview_tail *t, struct outbuf *out);

#endif
