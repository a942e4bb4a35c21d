/*
 * handover.h - what a daemon leaves to the program that it becomes when it is
 * upgraded in place (format).
 *
 * A sealed memfd whose number is in the environment (SEXTET_HANDOVER), next to
 * the descriptors that it names. It holds items KEY=VALUE, each ended by a NUL;
 * an empty item ends a record. The first record begins with
 *
 *   sextet-handover=1	the version of this format
 *   program=NAME	for whom it is
 *   pid=NUMBER		of the process that executes itself
 *
 * and goes on with whatever that program knows; what comes in numbers (its
 * services, say) has a record each. Values are decimal numbers, words, text, or
 * bytes as lower case hexadecimal digits. Who reads it passes over keys that he
 * does not know and keeps his default for those that are missing, so that two
 * releases understand each other; a key never changes its meaning.
 *
 * One function of a program describes its items, for writing and for reading:
 * it is handed the struct and calls the functions below, which do as the mode
 * says. What goes wrong is noted in `error`, and the rest is passed over.
 */

#ifndef SEXTET_HANDOVER_H
#define SEXTET_HANDOVER_H

#include <stddef.h>
#include <stdint.h>

#define HANDOVER_VARIABLE "SEXTET_HANDOVER"
#define HANDOVER_UNDERSTOOD 77	/* how a PROBE exits, so that nothing else passes for one */

enum handover_mode {
	HANDOVER_WRITE,
	HANDOVER_READ,		/* and take the descriptors */
	HANDOVER_TRY,		/* read, but the descriptors are not ours */
	HANDOVER_OPEN,		/* leave the descriptors open across exec */
	HANDOVER_CLOSE		/* do not */
};

struct handover {
	enum handover_mode mode;
	int error;		/* errno of what failed first, or 0 */
	int fd;
	char const *map;	/* reading: all of it */
	size_t size;
	size_t record;		/* and where the present record begins and ends */
	size_t end;
	size_t n;		/* writing: what is in buf */
	char buf[2048];
};

/* Begins to write for PROGRAM. 0, -1 with errno. */
extern int handover_begin(struct handover *h, char const *program);

/* Ends it: the descriptor (close-on-exec), or -1 with errno. */
extern int handover_end(struct handover *h);

enum handover_role {
	HANDOVER_NONE,		/* there is none: a plain start */
	HANDOVER_OURS,		/* to this process: go on */
	HANDOVER_PROBE,		/* to our parent, who asks whether we understand it */
	HANDOVER_STRANGE	/* of another version or program */
};

/* Is there one for PROGRAM? The variable is removed in any case. Makes H ready to
   be read for OURS and PROBE. */
extern enum handover_role handover_receive(struct handover *h, char const *program);

/* Ends reading. 0, or -1 with errno (EPROTO: not as it should be). */
extern int handover_done(struct handover *h);

static inline int
handover_reads(struct handover const *h)
{
	return h->mode == HANDOVER_READ || h->mode == HANDOVER_TRY;
}

/* The items of a record, in any order but each once. When reading, *VALUE is
   untouched where there is no such item. */
extern void handover_number(struct handover *h, char const *key, int64_t *value);
extern void handover_word(struct handover *h, char const *key,
	char const *const *words, unsigned int nwords, unsigned int *value);
extern void handover_bytes(struct handover *h, char const *key, void *value, size_t n);
/* A string; SIZE is the room that it has. */
extern void handover_text(struct handover *h, char const *key, char *value, size_t size);
/* A descriptor, or -1. */
extern void handover_fd(struct handover *h, char const *key, int *fd);

/* To the next record: 1; 0 and an error when there is none to be read. */
extern int handover_next(struct handover *h);

/* A number of any type, bit fields too. */
#define HANDOVER_NUMBER(h, key, variable) do { \
		int64_t handover_n = (int64_t)(variable); \
		handover_number(h, key, &handover_n); \
		(variable) = handover_n; \
	} while (0)

#endif
