/*
 * proctree.h - the processes below one, and all of them (plumbing).
 *
 * A list is a look at a moment: processes come and go while it is made.
 */

#ifndef SEXTET_PROCTREE_H
#define SEXTET_PROCTREE_H

#include <stddef.h>
#include <sys/types.h>

#include <sextet/procstat.h>

struct proctree {
	pid_t pid;
	pid_t parent;
};

/* The descendants of ROOT, at most MAX of them; zombies are among them. Returns how
   many, or -1 with errno when /proc cannot tell (ENOSYS: it is none). */
extern ssize_t proctree_below(pid_t root, struct proctree *list, size_t max);

/* Only the children of PID, zombies too. Returns how many, or -1 where the kernel
   keeps no such list, or it cannot be read now. */
extern ssize_t proctree_children(pid_t pid, struct proctree *list, size_t max);

/* Calls SEE for every process that /proc shows, until it answers something
   other than 0, which is returned; 0 after all, -1 with errno when /proc
   cannot tell, or not of all of them. */
extern int proctree_all(int (*see)(void *arg, pid_t pid, struct procstat const *ps), void *arg);

/* Is E want of descriptors or memory? What was not seen for that may be there. */
extern int proctree_later(int e);

#endif
