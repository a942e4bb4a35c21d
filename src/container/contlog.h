/*
 * contlog.h - the catch-all logger, as s6-init sees it.
 */

#ifndef SEXTET_CONTAINER_CONTLOG_H
#define SEXTET_CONTAINER_CONTLOG_H

#include "container.h"

/* Makes the service of the catch-all logger in C->scandir, which is empty but
   for .s6-svscan, when the settings want one. Returns a descriptor for the
   output of s6-svscan, of all services and of stage 2 (close-on-exec), or -1
   when that is the console: none is wanted, or it cannot be made, which it
   has said then. */
extern int contlog_start(struct container *c);

#endif
