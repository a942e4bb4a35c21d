/*
 * contlog.h - the catch-all logger and prefixes, as s6-init and stage 2 see them.
 */

#ifndef SEXTET_CONTAINER_CONTLOG_H
#define SEXTET_CONTAINER_CONTLOG_H

#include "container.h"

#define CONTLOG_SERVICE "s6-svscan-log"	/* in the scan directory */

/* Makes the service of the catch-all logger in C->scandir, which is empty but
   for .s6-svscan, when the settings want one. Returns a descriptor for the
   output of s6-svscan, of all services and of stage 2 (close-on-exec), or -1
   when that is the console: none is wanted, or it cannot be made, which it
   has said then. With S6_LOG_PREFIX but no S6_LOGGING it is for descriptor 2
   alone. */
extern int contlog_start(struct container *c);

/* A reader of that descriptor that reads nothing, or -1. As long as somebody is it,
   nobody dies of SIGPIPE, and nothing is lost, while the logger is not there. */
extern int contlog_reader(struct container const *c);

/* Makes the directory NAME in DIR a logger that writes to the console, TEXT
   before each line. 0, -1 with errno. */
extern int contlog_prefixer(int dir, char const *name, char const *text);

#endif
