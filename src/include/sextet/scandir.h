/*
 * scandir.h - a scan directory's control directory, .s6-svscan (format).
 *
 *   .s6-svscan/         0700, made by s6-svscan
 *     lock              0600, lock file (lock.h), held by s6-svscan
 *     control           FIFO 0600, one byte a command:
 *                         z reap   a scan   h scan and prune   n prune
 *                         N prune, loggers too   t i terminate   q quit
 *                         b leave at once, killing nothing
 *     control-x         FIFO 0600, commands of ours (control.h)
 *     finish, crash     executables of the user: what s6-svscan becomes
 *     SIGxxx            executables of the user: signal handlers
 *     stopping          executable of the user: run when a stop begins
 *
 * Names that begin with a dot are no services. A service is an entry that is a
 * directory, its logger the directory log/ in it.
 */

#ifndef SEXTET_SCANDIR_H
#define SEXTET_SCANDIR_H

#include <stddef.h>

#include <sextet/control.h>

#define SCANDIR_CTL ".s6-svscan"
#define SCANDIR_COMMANDS "zabhitqnN"

/* Writes CMDS[0..N) to the s6-svscan of DIR; N 0 only asks whether it runs. */
extern enum control_result scandir_send(char const *dir, char const *cmds, size_t n);

/* Is an s6-svscan running on DIR: is its lock held? 1, 0, -1 with errno. */
extern int scandir_running(char const *dir);

#endif
