/*
 * account.h - users and groups by name and by number (plumbing).
 *
 * The only caller of getpwnam and its kin. A program linked statically cannot
 * use them (they load NSS libraries at run time): there /etc/passwd and
 * /etc/group are read directly, see passwd.h. Elsewhere the answers are those of
 * NSS, but what it would take from these files is read from them all the same,
 * for that is much faster.
 *
 * ACCOUNT_ERROR sets errno; the outputs are written with ACCOUNT_FOUND only.
 */

#ifndef SEXTET_ACCOUNT_H
#define SEXTET_ACCOUNT_H

#include <stddef.h>
#include <sys/types.h>

/* What holds any user's or group's name with its closing null. */
#define ACCOUNT_NAMESIZE 257

enum account_result { ACCOUNT_FOUND, ACCOUNT_UNKNOWN, ACCOUNT_ERROR };

/* The user NAME, and the gid of its primary group. */
extern enum account_result account_user(char const *name, uid_t *uid, gid_t *gid);

/* The group NAME. */
extern enum account_result account_group(char const *name, gid_t *gid);

/* The names behind numbers, written to NAME[ACCOUNT_NAMESIZE]. A longer name
   counts as unknown. */
extern enum account_result account_user_name(uid_t uid, char *name);
extern enum account_result account_group_name(gid_t gid, char *name);

/* The groups that list USER among their members, in the order of the database;
   the primary group is there only if it lists the user too. Writes them to
   LIST[MAX] and their count to *N. More than MAX: ACCOUNT_ERROR, ERANGE. Never
   ACCOUNT_UNKNOWN: an unknown user is in no group. */
extern enum account_result account_groups(char const *user, gid_t *list, size_t max, size_t *n);

#endif
