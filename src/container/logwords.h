/* logwords.h - the command line of an s6-log whose script is a text. */

#ifndef SEXTET_CONTAINER_LOGWORDS_H
#define SEXTET_CONTAINER_LOGWORDS_H

/* s6-log, then the words BEFORE (ended by null), those of SCRIPT, which blanks
   separate, and DIR if it is not null; in memory that is never freed. Null:
   ENOMEM. */
extern char const *const *logwords_make(char const *const *before, char const *script,
	char const *dir);

#endif
