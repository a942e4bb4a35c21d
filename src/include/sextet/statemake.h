/*
 * statemake.h - finding a place for the state of a container that starts, and
 * making it (behaviour).
 *
 * The place is the first of these that we can write and that nobody else can:
 * what S6_STATEDIR says; /run/s6; /var/run/s6; /run/s6 on a tmpfs that we
 * mount on /run; a directory of our own, 0700, in /dev/shm or /tmp.
 *
 * Where everybody may rename what is in /run, and we cannot mend that, /run/s6
 * is made for us alone (0700).
 */

#ifndef SEXTET_STATEMAKE_H
#define SEXTET_STATEMAKE_H

#include <stddef.h>

enum statemake {
	STATEMAKE_NOWHERE = -1,	/* errno tells what was wrong with the last place */
	STATEMAKE_GIVEN,
	STATEMAKE_RUN,
	STATEMAKE_VAR,
	STATEMAKE_MOUNTED,	/* on /run there is a new tmpfs, below it /run/s6 */
	STATEMAKE_PRIVATE
};

/* Where to look. Null: not there. */
struct statemake_places {
	char const *given;
	char const *run;
	char const *var;		/* /var/run */
	char const *mount;		/* where a tmpfs may be mounted: as run */
	char const *temporary[3];	/* ended by null */
};

/* The usual places, GIVEN (may be null) first. */
extern void statemake_usual(struct statemake_places *p, char const *given);

/* Finds the place and makes the directory, whose path goes to TO; what an
   earlier life left in it stays. One that was given must be new or empty, or of
   an earlier life (the usual ones need not): ENOTEMPTY. */
extern enum statemake statemake_find(char *to, size_t size, struct statemake_places const *p);

/* Empties the directory STATEDIR, not followed if it is a link, but for a mark
   that it was given to us. 0, -1 with errno. */
extern int statemake_empty(char const *statedir);

/* Makes DIR an empty directory (0755), whatever was there. 0, -1 with errno. */
extern int statemake_directory(char const *dir);

/* Makes LINK a symbolic link to TARGET, whatever was there unless it was that
   very thing. 0, -1 with errno. */
extern int statemake_link(char const *target, char const *link);

/* May others than us and root rename what is in DIR? As root, makes it sticky if
   so, and that is mended then. 1, 0, -1 with errno. */
extern int statemake_exposed(char const *dir);

#endif
