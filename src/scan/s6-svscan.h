/*
 * s6-svscan.h - what the parts of s6-svscan share.
 *
 *   s6-svscan.c  options, start, the loop
 *   children.c   the table of supervisors and who is to be started when
 *   scan.c       the scan directory: what there is, what is wrong with it
 *   start.c      starting supervisors, their deaths, the pipes to loggers
 *   adopt.c      supervisors that are there already
 *   regain.c     and the pipes that they have
 *   command.c    signals, commands, SIGxxx handlers, reaping
 *   stop.c       stopping, finish and crash
 *   kill.c       killing what does not stop
 *   upgrade.c    becoming another s6-svscan, in place
 */

#ifndef SEXTET_SCAN_S6_SVSCAN_H
#define SEXTET_SCAN_S6_SVSCAN_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#define SVSCAN_MOST 180000	/* the most that -C and -c allow */
#define SVSCAN_NAMEMAX 1019	/* the longest name that -L allows */
#define SVSCAN_PATHMAX (SVSCAN_NAMEMAX + sizeof "/log")
#define SVSCAN_BUSY 100		/* how one exits that finds its directory taken */
#define SVSCAN_CATCHALL "s6-svscan-log"

/* One s6-supervise, there or to come. A service is told by the device and inode
   of its directory, not by its name. */
struct supervisor {
	struct supervisor *next_pid;	/* in its chain of by_pid, or of the free ones */
	struct supervisor *next_inode;
	struct supervisor *other;	/* a service's logger, a logger's service */
	char *name;		/* as it is started: NAME or NAME/log */
	dev_t dev;
	ino_t ino;
	int64_t started;	/* when it was last started; 0: never */
	int64_t due;		/* when it is to be started, while it waits */
	uint32_t place;		/* in the heap of those that wait, from 1; 0: not in it */
	uint32_t seen;		/* the scan that saw it last */
	pid_t pid;		/* 0: not running */
	int watch;		/* pidfd of one that is no child of ours, or -1 */
	int pipe[2];		/* a logger's: its stdin, its service's stdout; or -1 */
	int error;		/* errno that keeps it from being started; 0: none */
	unsigned char delay;	/* seconds until the next try */
	unsigned char quick;	/* times in a row that it was killed young */
	unsigned char revived;	/* times that it was started while all stop */
	unsigned live : 1;	/* this slot is used */
	unsigned active : 1;	/* the scan directory has it */
	unsigned logger : 1;
	unsigned shared : 1;	/* a logger of several services */
	unsigned drained : 1;	/* started once more, while all stop, to read its pipe */
	unsigned foreign : 1;	/* a logger's: the pair has a pipe that we cannot get at */
	unsigned unheard : 1;	/* the end of what it watches has to be looked for */
	unsigned checked : 1;	/* nobody else supervises that directory */
};

/* A name in the scan directory that cannot be made a service now. */
struct bad {
	char *name;
	int64_t due;		/* when to look again; CLOCK_NEVER: at the next scan */
	uint32_t seen;
	int error;		/* errno, or BAD_ below */
	unsigned char delay;
};
#define BAD_FULL (-1)		/* there are as many services as -C allows */

enum svscan_stop { SVSCAN_RUNNING, SVSCAN_TERM, SVSCAN_QUIT };

/* What is to be killed. */
struct svscan_prey {
	pid_t pid;
	uint64_t start;
};
#define SVSCAN_PREY 8192	/* the most */

struct svscan {
	char const *const *argv;	/* as we were started */

	/* options */
	uint32_t max;
	uint32_t namemax;
	uint32_t period;
	uint32_t stop_timeout;
	int notify;
	int console;
	pid_t essential;	/* a child that is no supervisor: its failure is the end; 0 */
	int hand_over;		/* finish is ours: it gets blocked signals and all orphans */
	int adopting;		/* we said that we take over */
	int hidden;		/* we said that there are pipes out of reach */
	int second;		/* there was a scanner before us */
	int blind;		/* we cannot poll, and said so */
	int deaf;		/* some are unheard, and we said so */

	/* What we send to supervisors. They start with it blocked, so that what
	   comes before they listen is heard then: a logger that dies of it would
	   leave its service's words unread. */
	sigset_t newborn;

	char const *const *envp;	/* what supervisors get; null: as we have it */

	/* descriptors */
	int dir;
	int lock;
	int control;
	int own;		/* control-x; -1 none */
	int signals;
	int watched;		/* epoll of those watched by pidfd; -1 none yet */
	int low;		/* a place with a low number for a child's pipe end */

	/* children.c */
	struct supervisor *all;
	struct supervisor *free;
	uint32_t top;		/* slots used so far: all[0..top) */
	uint32_t count;		/* live ones */
	uint32_t running;	/* with a pid */
	struct supervisor **by_pid;
	struct supervisor **by_inode;
	uint32_t mask;
	struct supervisor **waiting;
	uint32_t nwaiting;
	char *names;
	size_t stride;

	/* scan.c */
	struct bad *bad;
	uint32_t nbad;
	char *badnames;
	uint32_t scan;		/* number of the present or last scan */
	int64_t rescan;		/* when to scan by ourselves, CLOCK_NEVER */
	int64_t look;		/* when to look at bad entries */
	int starved;		/* somebody waits for want of descriptors or memory */
	unsigned char scan_delay;
	int scan_error;		/* why the directory could not be read */
	enum svscan_stop prune;	/* after the next scan; SVSCAN_RUNNING: no */

	/* command.c */
	int64_t sweep;		/* when to reap all, CLOCK_NEVER */
	int64_t swept;
	int scan_wanted;
	int garbage;		/* unknown commands come, and we said so */
	int upgrade;		/* we are asked to; CONTROL_UPGRADE or _SELF, or 0 */

	/* stop.c */
	enum svscan_stop stop;
	int64_t stop_due;	/* next step against those that do not stop */
	int stop_step;
	struct svscan_prey *prey;	/* kill.c */
	uint32_t nprey;
	int code;		/* of the service that ended the container, or -1 */
};

/* children.c */

/* Sets up the table for S->max supervisors with names up to S->namemax: address
   space only, memory is used as it fills. 0, -1 with errno. */
extern int svscan_table(struct svscan *s);

/* A slot, or null when all are used. NAME is copied. */
extern struct supervisor *svscan_new(struct svscan *s, char const *name, dev_t dev, ino_t ino);
extern void svscan_free(struct svscan *s, struct supervisor *v);
extern struct supervisor *svscan_of_pid(struct svscan *s, pid_t pid);
extern struct supervisor *svscan_of_inode(struct svscan *s, dev_t dev, ino_t ino);
extern void svscan_set_pid(struct svscan *s, struct supervisor *v, pid_t pid);

/* V is to be started at DUE, or at no time at all. */
extern void svscan_wait(struct svscan *s, struct supervisor *v, int64_t due);
extern void svscan_unwait(struct svscan *s, struct supervisor *v);

/* scan.c */
extern void svscan_scan(struct svscan *s);
extern void svscan_look_again(struct svscan *s, int64_t now);
extern void svscan_look_soon(struct svscan *s);		/* a slot became free */
extern void svscan_prune(struct svscan *s, enum svscan_stop how);

/* start.c */

/* Starts V now, which does not run. When that fails it is to be tried again. */
extern void svscan_start(struct svscan *s, struct supervisor *v);

/* Starts some of those whose time has come. */
extern void svscan_start_due(struct svscan *s, int64_t now);
extern void svscan_died(struct svscan *s, struct supervisor *v, int wstat);

/* Tells V, if it runs, to stop: SVSCAN_TERM leaves loggers to their EOF. */
extern void svscan_tell(struct supervisor *v, enum svscan_stop how);
extern void svscan_signal(struct supervisor *v, int sig);

/* Writes COMMANDS to the FIFO of V's supervisor, never waiting. 0, -1 with errno. */
extern int svscan_write(struct supervisor *v, char const *fifo, char const *commands);

/* Closes our ends of a logger's pipe. */
extern void svscan_close_pipe(struct supervisor *v);

/* Is gone for good: forgets V, which does not run. */
extern void svscan_drop(struct svscan *s, struct supervisor *v);

/* Tries again now what failed for want of descriptors or memory, as some were
   freed; or all that failed. */
extern void svscan_retry(struct svscan *s, int all);

/* adopt.c */

/* Does somebody supervise V's directory, though it is no child of ours? Then he
   was taken over, or will be waited for. */
extern int svscan_taken(struct svscan *s, struct supervisor *v);

/* Waits, not for long, for supervisors that a predecessor has started and that
   have not taken their locks yet. Nobody would know them: one that comes late would
   outlive the whole tree. */
extern void svscan_await_newborn(struct svscan *s);

/* Writes /proc/PID/WHAT to TO[SVSCAN_PROC_MAX]. */
#define SVSCAN_PROC_MAX (sizeof "/proc//cwd/" + PID_FMT + SVSCAN_PATHMAX)
extern void svscan_proc(char *to, pid_t pid, char const *what);

/* Who holds the lock of the service directory NAME: 1 with his pid (0: he is in
   another PID namespace), 0 nobody. */
extern int svscan_owner_of(char const *name, pid_t *owner);

/* Is V's directory the working directory of PID, as of every supervisor of it? (Its
   lock may be a link that leads to the lock of somebody else.) Unknown counts as yes. */
extern int svscan_is_at(struct supervisor *v, pid_t pid);

/* Takes over the pipe of V and its logger from whoever has it, if anybody; sees to
   it that both have the same. */
extern void svscan_regain(struct svscan *s, struct supervisor *v);

/* The run of V's service, which lives though its supervisor was killed; 0: none. */
extern pid_t svscan_orphan(struct supervisor *v);

/* Something happened on S->watched. */
extern void svscan_watched(struct svscan *s);
extern void svscan_unwatch(struct supervisor *v);

/* Watches by their pidfds those that are unheard; while it cannot, it looks at them
   now, and sees to it that it is called again. */
extern void svscan_rewatch(struct svscan *s);

/* command.c */
extern void svscan_got_signal(struct svscan *s);

/* Runs FILE, of .s6-svscan, if it is there, and does not wait for it. 0: it does
   not run. */
extern int svscan_run(char const *file);
extern void svscan_got_command(struct svscan *s);
extern void svscan_sweep(struct svscan *s);

extern void svscan_got_own_command(struct svscan *s);

/* stop.c */

/* Tells every supervisor to stop; the loop leaves when all are gone. */
extern void svscan_stop(struct svscan *s, enum svscan_stop how);

/* V died while all stop. */
extern void svscan_died_late(struct svscan *s, struct supervisor *v, int wstat);

/* Time has come to do more about those that are left. */
extern void svscan_stop_more(struct svscan *s, int64_t now);

/* Becomes .s6-svscan/finish, or exits. */
extern void svscan_leave(struct svscan *s) __attribute__((noreturn));

/* Says that it cannot do WHAT (errno) and becomes .s6-svscan/crash. */
extern void svscan_crash(struct svscan *s, char const *what) __attribute__((noreturn));

/* kill.c */

/* Room for S->prey. 0, -1. */
extern int svscan_prey_table(struct svscan *s);

/* Adds what descends from the supervisors that run to the list of what is to
   be killed. */
extern void svscan_list_prey(struct svscan *s);
extern void svscan_kill_prey(struct svscan *s);

/* upgrade.c */

struct handover;

/* Executes s6-svscan anew, as S->upgrade asks. Returns when it cannot, and says
   so. */
extern void svscan_upgrade(struct svscan *s);

/* Was it this process that did so? 1: S goes on where it was, all but signals and
   what is watched. */
extern int svscan_upgraded(struct svscan *s);

/* What is to be done once all is set up again. */
extern void svscan_resume(struct svscan *s);

/* What of S is handed over. */
extern void svscan_carry(struct handover *h, void *s);

#endif
