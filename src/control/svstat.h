/*
 * svstat.h - what the two files of s6-svstat share: a service as it was read,
 * what is asked about it, and the forms in which it is printed.
 */

#ifndef SVSTAT_H
#define SVSTAT_H

#include <stddef.h>
#include <skalibs/tai.h>

#include <sextet/failing.h>
#include <sextet/status.h>

#define SVSTAT_FIELDS_MAX 16

enum svstat_field {
	UP, WANTEDUP, NORMALLYUP, READY, PAUSED, PID, PGID, EXITCODE, SIGNAL, SIGNUM,
	UPDOWNSINCE, READYSINCE, UPDOWNFOR, READYFOR, FIELDS
};

extern struct svstat_name {
	char const *name;
	char letter;		/* its short option, or 0 */
	char text;		/* a string in JSON */
} const svstat_fields[FIELDS];

struct svstat_request {
	enum svstat_field field[SVSTAT_FIELDS_MAX];
	size_t n;
	int numeric;		/* -n */
	int json;		/* --json */
	tain now;
};

struct svstat_service {
	char const *name;		/* as it was given */
	char const *dir;		/* the way there */
	struct status st;
	int normallyup;
	int guess;	/* its end was not seen: the wait status says nothing */
	char failing[FAILING_MAX + 1];	/* empty: all is well */
};

/* Puts S into the buffer of standard output; writes that. Here as below a
   failure to write ends the program with 111. */
extern void svstat_put(char const *s);
extern void svstat_flush(void);

/* Each puts one form, without a newline. */
extern void svstat_line(struct svstat_service const *s, struct svstat_request const *r);
extern void svstat_values(struct svstat_service const *s, struct svstat_request const *r);

/* The object of a service, or of one that is not supervised (SUPERVISED 0):
   then all but dir and supervised is null. So is what a field says with -1 or
   NA. */
extern void svstat_json(struct svstat_service const *s, struct svstat_request const *r,
	int supervised);

#endif
