/*
 * initrun.h - s6-init-run: what it runs, and how it is put in place.
 *
 * It is the run or finish script of a live service directory, and finds in its
 * working directory what it is to do:
 *
 *   .catch-all   be the catch-all logger, s6-log on the FIFO "fifo": this file
 *                names the log directory; empty, there is none
 *   .prefix      be a logger to the console: this file is the name that lines get
 *   .run .finish the script whose place it has
 *   log/.prefix  what the script says as an error goes where its output goes
 */

#ifndef SEXTET_CONTAINER_INITRUN_H
#define SEXTET_CONTAINER_INITRUN_H

#define INITRUN_CATCHALL ".catch-all"
#define INITRUN_FIFO "fifo"
#define INITRUN_PREFIX ".prefix"
#define INITRUN_HIDDEN "."

/* Makes FILE in the directory DIR lead to s6-init-run. 1; 0 when that cannot be
   done in a directory like this; -1 with errno. */
extern int initrun_install(int dir, char const *file);

/* What the lines of s6-svscan and the supervisors are called. */
#define INITRUN_SUITE "s6"

#endif
