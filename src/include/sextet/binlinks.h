/*
 * binlinks.h - links in /bin to programs that images name by that directory (plumbing).
 *
 * The archive that is unpacked over an image cannot hold /bin/execlineb: where
 * /bin leads to usr/bin, some tars would make it a directory. So the links of
 * an image whose /bin is a directory of its own are made at boot.
 */

#ifndef SEXTET_BINLINKS_H
#define SEXTET_BINLINKS_H

/* For each name in the directory FROM that the directory BIN lacks: a link in
   BIN to FROM/NAME. What is there stays, whatever it is. 0 also where one of
   both is missing or BIN cannot be written (another user, a read-only root):
   then nothing can be done. -1 with errno for the rest. */
extern int binlinks_make(char const *from, char const *bin);

#endif
