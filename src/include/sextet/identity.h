/*
 * identity.h - the user and group ids of this process (plumbing).
 */

#ifndef SEXTET_IDENTITY_H
#define SEXTET_IDENTITY_H

#include <stddef.h>
#include <sys/types.h>

/* As many groups as a process of Linux can have. */
#define IDENTITY_GROUPS 65536

/* What a process shall become. */
struct identity {
	uid_t uid;
	gid_t gid;
	size_t n;			/* groups in use */
	unsigned char set_uid;		/* what of the above is to be applied */
	unsigned char set_gid;
	unsigned char set_groups;
	gid_t groups[IDENTITY_GROUPS + 1];	/* room for the gid as well */
};

enum identity_result { IDENTITY_DONE, IDENTITY_GROUPS_FAILED, IDENTITY_GID_FAILED, IDENTITY_UID_FAILED };

/* A new one, all zero, or null with errno. It is large, but only what is used of
   it costs memory; it is a mapping of its own, so that a program file that holds
   many programs does not reserve room for each of them. */
extern struct identity *identity_new(void);

/* Reads S into the groups of ID: decimal ids, separated by commas, colons,
   semicolons or white space. The empty string is the empty list. Returns 0
   if S does not begin with an id; what follows the first thing that is none is
   ignored (and so is what follows IDENTITY_GROUPS of them). */
extern int identity_scan_groups(struct identity *id, char const *s);

/* Sets the supplementary groups, to which the gid is added (the present
   effective one when none is to be set), then the gid, then the uid: real,
   effective and saved where the process is privileged. Says what failed first,
   with errno. */
extern enum identity_result identity_apply(struct identity *id);

/* What could not be done, as in "unable to ...": "setuid". */
extern char const *identity_verb(enum identity_result result);

#endif
