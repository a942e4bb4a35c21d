/*
 * stage2.h - what the parts of s6-init-stage2 share.
 *
 *   s6-init-stage2.c  the order of the boot, failures, the end
 *   setup.c           what the image's author provides
 *   cmd.c             the CMD
 *   services.c        services.d
 *   live.c            the live directory of one of them
 *   output.c          where the output of scripts and of the CMD goes
 */

#ifndef SEXTET_CONTAINER_STAGE2_H
#define SEXTET_CONTAINER_STAGE2_H

#include "container.h"

struct stage2 {
	struct container c;	/* c.orders, c.haste: is the container to stop? */
	char const *const *envp;	/* of scripts and services: cleared, unless S6_KEEP_ENV */
	char const *const *cmd;	/* null: there is none */
	int console[2];		/* the container's stdout and stderr; 1 and 2 are the
				   catch-all logger's with S6_LOGGING */
	int prefixer;		/* pidfd of what writes the output of a script, or -1 */
};

/* setup.c: makes STATEDIR/etc lead to the directories of the image, or of its
   profile; corrects owners and modes of what is there. Print lines; 0, or 1 when
   something failed, which was said. */
extern int stage2_provide(struct stage2 *s);
extern int stage2_perms(struct stage2 *s);

/* cmd.c: the words of the CMD, or null: S6_CMD_ARG0, split at blanks unless it is
   a program's name as a whole, and ARGV. */
extern char const *const *stage2_cmd_words(struct stage2 *s, char const *const *argv);

/* Runs it, waits for it, prints its line, and notes its exit code as that of the
   container, unless it died of what we sent. */
extern void stage2_cmd(struct stage2 *s);

/* services.c: starts what is in STATEDIR/etc/services.d, if that is there, and
   prints the lines about it; waits for it if there is a CMD and
   S6_CMD_WAIT_FOR_SERVICES. Ends early when c.orders is readable or c.haste is
   not CALM. Returns 0, or -1 when it failed and has said why. */
extern int stage2_services(struct stage2 *s);

/* live.c: makes the live directory of the service NAME in the open directory FROM.
   0, -1 after a message, with nothing of it left. */
extern int stage2_live(struct stage2 *s, int from, char const *name);

/* output.c: where the script or command NAME writes to: a descriptor for its
   stdout and stderr, which the caller closes once it is spawned, or -1 for our
   own. */
extern int stage2_output(struct stage2 *s, char const *name);

/* That has ended: waits until its output is out, but not for what it left running. */
extern void stage2_settle(struct stage2 *s);

#endif
