/*
 * listdir.h - the names in an open directory, without allocation (plumbing).
 */

#ifndef SEXTET_LISTDIR_H
#define SEXTET_LISTDIR_H

#include <dirent.h>
#include <stddef.h>

struct listdir {
	int fd;
	size_t pos;
	size_t len;
	char buf[8192] __attribute__((aligned(8)));
};

/* Starts at the beginning of the directory FD, which may be kept open and
   listed as often as wished. 0, -1 with errno. */
extern int listdir_start(struct listdir *l, int fd);

/* The next name but "." and "..", good until the next call; *TYPE is its
   DT_ number, DT_UNKNOWN where the file system does not tell. Null at the end
   with errno 0, or else on an error. */
extern char const *listdir_next(struct listdir *l, unsigned char *type);

#endif
