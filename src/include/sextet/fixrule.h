/*
 * fixrule.h - a rule of a file in /etc/fix-attrs.d (format).
 *
 *   PATH RECURSE ACCOUNT FMODE DMODE
 *
 * One rule a line, its words separated by blanks or tabs. PATH may hold
 * wildcards; RECURSE is true or false; ACCOUNT is an owner (accountspec.h);
 * FMODE is the mode of files in octal, DMODE that of directories, and - leaves
 * it as it is. Empty lines, and what follows a word that begins with #, do not
 * count.
 */

#ifndef SEXTET_FIXRULE_H
#define SEXTET_FIXRULE_H

#include <sys/types.h>

#define FIXRULE_SAME ((mode_t)-1)

struct fixrule {
	char const *path;
	char const *account;
	int recurse;
	mode_t fmode;		/* FIXRULE_SAME: as it is */
	mode_t dmode;
};

/* Takes LINE apart, without its newline, in place: the rule points into it.
   1; 0 when it holds no rule; -1 when it is none that can be understood, and
   then *WHAT says why. */
extern int fixrule_parse(char *line, struct fixrule *rule, char const **what);

#endif
