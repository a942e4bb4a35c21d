/*
 * accountspec.h - an owner as people write it (format).
 *
 *   USER              the user, and the group of USER
 *   USER:GROUP        each a name or a number
 *   ...,UID:GID       what stands for a name that does not exist
 *
 * A user given as a number has the group that the database gives him; one that
 * it does not know leaves the group as it is. Names are looked for before
 * numbers.
 */

#ifndef SEXTET_ACCOUNTSPEC_H
#define SEXTET_ACCOUNTSPEC_H

#include <stddef.h>
#include <sys/types.h>

#include <sextet/account.h>

/* The id that chown(2) takes for "as it is". */
#define ACCOUNTSPEC_SAME ((id_t)-1)

enum accountspec_result {
	ACCOUNTSPEC_ERROR = -1,		/* errno: the database could not be read */
	ACCOUNTSPEC_GOOD = 0,
	ACCOUNTSPEC_UNKNOWN = 1,	/* a name that does not exist, and nothing stands for it */
	ACCOUNTSPEC_INVALID = 2		/* not of that form */
};

/* Finds out who S is. UNKNOWN: the name is in WHO[ACCOUNT_NAMESIZE]. */
extern enum accountspec_result accountspec_find(char const *s, uid_t *uid, gid_t *gid, char *who);

#endif
