/*
 * passwd.h - passwd(5) and group(5) files, read without the libc's help (plumbing).
 *
 *   NAME:PASSWORD:UID:GID:...\n        NAME:PASSWORD:GID:MEMBER,MEMBER...\n
 *
 * Lines of any length, nothing allocated. The first line that fits counts.
 * Blanks at the start of a line do not count. Comments (#), NIS lines (+ -),
 * lines that lack a field and lines with a number that is no id are skipped.
 * A file that does not exist is empty.
 * Contracts as in account.h, which says "found" and "unknown" for these too.
 */

#ifndef SEXTET_PASSWD_H
#define SEXTET_PASSWD_H

#include <sextet/account.h>

/* In the passwd file FILE. */
extern enum account_result passwd_user(char const *file, char const *name, uid_t *uid, gid_t *gid);

/* In the group file FILE. */
extern enum account_result passwd_group(char const *file, char const *name, gid_t *gid);

/* In a file of either kind: the name of the first line whose third field is ID. */
extern enum account_result passwd_name(char const *file, id_t id, char *name);

/* In the group file FILE. */
extern enum account_result passwd_groups(char const *file, char const *user, gid_t *list,
	size_t max, size_t *n);

#endif
