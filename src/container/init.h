/*
 * init.h - what the parts of s6-init share.
 *
 *   s6-init.c  the environment, the start of stage 2 and of s6-svscan
 *   place.c    where the state goes
 *   tree.c     what is made there
 *   contlog.c  the catch-all logger (contlog.h)
 */

#ifndef SEXTET_CONTAINER_INIT_H
#define SEXTET_CONTAINER_INIT_H

#include "container.h"

struct init {
	struct container c;
	char const *cwd;		/* the WORKDIR */
	char const *path;		/* PATH=... */
	char const *const *whole;	/* the container's environment, with what we add */
	char const *const *cleared;	/* that of services and scripts */
};

/* place.c: finds the place, empties it, opens it: sets statedir, scandir and dir
   of I->c, and S6_STATEDIR in our environment. Dies with 100 when there is none
   or when a container runs there, else with 111. */
extern void init_place(struct init *i);

/* tree.c: makes what is below it, and the scan directory. Dies with 111. */
extern void init_tree(struct init *i);

#endif
