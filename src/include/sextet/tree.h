/*
 * tree.h - removing, copying and putting in place whole directories (plumbing).
 *
 * Links are never followed but where it says so. A tree deeper than TREE_DEPTH
 * is ELOOP.
 */

#ifndef SEXTET_TREE_H
#define SEXTET_TREE_H

#define TREE_DEPTH 100

/* Removes NAME in DIRFD (AT_FDCWD: any path), whatever it is, with all that is
   below. It is fine if there is none. 0, or -1 with errno, and then some of it
   may be left. */
extern int tree_remove(int dirfd, char const *name);

/* Makes TO in TODIR, which must not exist, a copy of the directory FROM in
   FROMDIR (that may be a link to one): directories, files, links and FIFOs
   with their modes, and with their owners as far as we may give files away;
   sockets and devices are left out. 0, or -1 with errno and nothing of TO. */
extern int tree_copy(int fromdir, char const *from, int todir, char const *to);

/* Gives the directory FRESH in DIRFD the name NAME and removes what had it: in
   one step where the kernel can exchange names. 0, or -1 with errno. */
extern int tree_replace(int dirfd, char const *fresh, char const *name);

#endif
