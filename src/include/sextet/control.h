/*
 * control.h - ask a supervisor to act, through its control FIFO (format).
 *
 * DIR/supervise/control is a FIFO (0600) that the supervisor holds open at both
 * ends. Each byte is one command, obeyed in order; unknown ones are ignored.
 *
 *   a b q h k t i 1 2 y  send ALRM ABRT QUIT HUP KILL TERM INT USR1 USR2 WINCH
 *   p c                  send STOP, CONT, and note it as paused or not
 *   P C K                send STOP, CONT, KILL to run's process group
 *   r                    send the down signal; it restarts
 *   l                    send the reload signal
 *   d D                  want it down: down signal, CONT; D also makes ./down
 *   u U                  want it up, start it now; U also removes ./down
 *   o                    run it once: start it now if it is down, no restart
 *   O Q                  no restart; Q also makes ./down
 *   x                    exit when it is down
 *
 * Commands that only Sextet has go to a FIFO of their own (0600), control-x
 * beside it, so that no byte of the other gets a new meaning:
 *
 *   U                    upgrade in place; to s6-svscan: and then tell all the
 *                        supervisors to
 *   S                    to s6-svscan: upgrade in place, it alone
 */

#ifndef SEXTET_CONTROL_H
#define SEXTET_CONTROL_H

#include <stddef.h>

#define CONTROL_FIFO "control"
#define CONTROL_OWN_FIFO "control-x"
#define CONTROL_UPGRADE 'U'
#define CONTROL_UPGRADE_SELF 'S'
#define CONTROL_COMMANDS "abqhkti12pcyPCKrldDuUoOQx"

enum control_result {
	CONTROL_UNKNOWN = -2,	/* a daemon listens, but not to that: not one of ours */
	CONTROL_ERROR = -1,	/* errno tells */
	CONTROL_NOBODY = 0,	/* no supervisor listens */
	CONTROL_SENT = 1
};

/* Writes CMDS[0..N) to the service directory DIR's supervisor at once, waiting
   while its FIFO is full. N 0 only asks whether somebody listens. NOBODY also
   when DIR was never supervised (no supervise/control in an existing DIR). */
extern enum control_result control_send(char const *dir, char const *cmds, size_t n);

/* The same for the control FIFO of another daemon of DIR, in DIR/SUB. */
extern enum control_result control_sendbelow(char const *dir, char const *sub,
	char const *cmds, size_t n);

/* Writes the command of ours to the other FIFO in DIR/SUB. UNKNOWN when its daemon
   has none. */
extern enum control_result control_sendown(char const *dir, char const *sub, char command);

/* The daemon's side: opens NAME, one of the two FIFOs, in DIRFD, and makes it if
   needed. Both ends in one, so that there is no end of file; non-blocking,
   close-on-exec. -1 with errno: EPROTO it is something else. */
extern int control_open(int dirfd, char const *name);

/* Writes to any control FIFO, by its path: NOBODY only for ENXIO, ERROR with
   EPROTO when it is no FIFO. */
extern enum control_result control_sendpath(char const *fifo, char const *cmds, size_t n);

/* The command that sends SIGNAL to run alone, or 0. */
extern char control_of_signal(int signal);

/* The signal that COMMAND (one of abqhkti12pcyPCK) sends, or 0; *GROUP tells
   whether to the whole process group. */
extern int control_signal(char command, int *group);

#endif
