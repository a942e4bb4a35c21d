/*
 * container.h - what the stages of a container share.
 *
 *   s6-init.c         finds a place, keeps the environment, becomes s6-svscan
 *   s6-init-stage2.c  boots: scripts, services, CMD
 *   s6-init-stage3.c  ends: what s6-svscan becomes when all services are down
 *   s6-halt.c         orders the stop
 *
 *   container.c       the state directory, the settings, lines for the user
 *   attend.c          signals, orders, children: the one place where stages sleep
 *   scripts.c         running the scripts of a directory one by one
 *   order.c           ordering the stop
 *
 * The stages know each other by files below the state directory (statedir.h)
 * and by the FIFO `orders`, which s6-init makes and stage 2 reads: t is to stop,
 * k to stop without any grace. Stage 2 alone holds it open, so it also tells
 * when stage 2 has ended.
 */

#ifndef SEXTET_CONTAINER_CONTAINER_H
#define SEXTET_CONTAINER_CONTAINER_H

#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include <sextet/contsettings.h>

/* The FIFO of stage 2, and what is written to it. */
#define CONTAINER_ORDERS "orders"
#define CONTAINER_TERM "t"
#define CONTAINER_KILL "k"

/* How much it is wanted that things end. */
enum container_haste {
	CONTAINER_CALM,
	CONTAINER_STOP,		/* what runs is told TERM, and has its grace time */
	CONTAINER_HURRY		/* what runs is killed */
};

struct container {
	struct contsettings set;
	char statedir[PATH_MAX];	/* absolute */
	char scandir[PATH_MAX];		/* absolute */
	int dir;			/* statedir, open */

	/* attend.c */
	int last;		/* we are stage 3: signals and orders are for us */
	int signals;		/* sigfd, or -1 */
	int orders;		/* a FIFO, or -1; readable when the container is to stop */
	int other;		/* one more descriptor to poll, or -1 */
	short other_events;
	int other_ready;
	enum container_haste haste;
	pid_t child;		/* the one that is waited for; 0 none */
	int wstat;		/* its end */
	enum container_haste told;	/* what we did to it: STOP TERM, HURRY KILL */
	int running;		/* the boot is over */
	int pid_told;		/* its pid is in STATEDIR/cmdpid */
};

/* container.c */

/* Finds and opens the state directory, loads the settings. Dies with 111. */
extern void container_open(struct container *c);

/* Writes a line, or a part of one, to stdout at once: the strings given, up to
   a null pointer. Only with S6_VERBOSITY of at least LEVEL. */
extern void container_say(struct container const *c, unsigned int level, ...)
	__attribute__((sentinel));

/* The exit code of a wait status: 128+n for signal n. */
extern unsigned int container_code(int wstat);

/* attend.c */

/* The signals that stages watch, blocked from the first moment of s6-init on. */
extern void container_signals(sigset_t *set);

/* Blocks and watches them. Dies with 111. */
extern void container_watch(struct container *c);

/* Reaps who is dead. */
extern void container_reap(struct container *c);

/* Sleeps until DEADLINE (clock.h), a signal, an order, or what is awaited on
   `other`, and takes note of it. Returns 0 when the deadline has come. */
extern int container_attend(struct container *c, int64_t deadline);

/* Waits for PID, a child of ours, MAXTIME ms at most (0: no bound), then kills
   it. When the container is to stop PID is told TERM and has
   S6_SERVICES_GRACETIME from then on. Returns its wait status. */
extern int container_wait(struct container *c, pid_t pid, uint32_t maxtime);

/* scripts.c */

struct container_scripts {
	char const *name;	/* cont-init.d: what its directory below STATEDIR/etc is called */
	char const *what;	/* for the first line */
	char const *verb;	/* "executing" */
	char const *program;	/* runs each file; null: they are programs themselves */
	char const *const *envp;
	uint32_t maxtime;	/* ms for each; 0: no bound */
	int strict;		/* the first that fails is the last */
	/* where the output of NAME goes: a descriptor, closed then, or -1; may be null */
	int (*output)(void *arg, char const *name);
	/* called when it has ended: waits until that output is out; may be null */
	void (*settle)(void *arg);
	/* called before each, which is left out unless this is 1; may be null */
	int (*go)(void *arg);
	void *arg;
};

/* Runs the files of that directory, if it is there, one by one in the order of
   their names, and prints the lines about them. Returns how many failed. */
extern unsigned int container_scripts(struct container *c, struct container_scripts const *r);

/* Starts the program or script FILE with ARGV (ARGV[0] being FILE): through its
   #! line if it may not be executed, with /bin/sh if it has none. The pid, or -1
   with errno. */
extern pid_t container_spawn(char const *file, char const *const *argv, char const *const *envp,
	int output);

/* interpret.c: the words that run FILE, which ARGV[0] stands for, through the
   interpreter of its first line; *BARE: it has no such line, and that is the
   shell. In memory that is never freed. Null with errno. */
extern char const *const *container_interpreted(char const *file, char const *const *argv, int *bare);

/* order.c */

/* Notes that the stop has begun, for s6-healthcheck and for us. 0: that was noted
   already. */
extern int container_note_stop(struct container const *c);

/* Notes that the stop was asked for in this way. Was it so before? A second time
   means no grace; but who asks for what has begun by itself asks the first time. */
#define CONTAINER_SIGNALLED "asked.signal"
#define CONTAINER_COMMANDED "asked.command"
#define CONTAINER_HURRIED "asked.hurry"		/* there is no grace any more */
extern int container_asked(struct container const *c, char const *how);

/* Sends stage 2 an order, or tells s6-svscan, or stage 3 in its place, to stop: an
   enum control_result. */
extern int container_tell_stage2(struct container const *c, char const *order);
extern int container_tell_svscan(struct container const *c);

/* Both for a stop that comes from within. Says what goes wrong. */
extern void container_stop(struct container const *c);

#endif
