/* fix-attrs.h - what the parts of fix-attrs share. */

#ifndef FIX_ATTRS_H
#define FIX_ATTRS_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include <sextet/fixrule.h>

struct fixattrs {
	int hidden;			/* hidden names in a recursion count, too */
	struct fixrule const *rule;	/* being applied */
	uid_t uid;			/* what its account means, -1: as it is */
	gid_t gid;

	size_t seen;			/* files and directories looked at */
	size_t changed;
	size_t failed;			/* that could not be changed, or looked at */
	size_t links;			/* that were found, and left alone */

	size_t len;			/* of the path being looked at, for messages */
	char path[PATH_MAX];
};

/* Applies f->rule to all that its path matches. */
extern void fixattrs_apply(struct fixattrs *f);

/* Counts a failure to VERB f->path, and tells of the first ones. errno. */
extern void fixattrs_failed(struct fixattrs *f, char const *verb);

#endif
