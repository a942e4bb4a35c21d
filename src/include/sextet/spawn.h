/*
 * spawn.h - starting a program (plumbing).
 *
 * The child is made vfork-like: it shares our memory, on a small stack of its
 * own, and we sleep until it has executed its program or failed. So a start
 * copies no page tables, and we know at once whether it worked.
 *
 * In the child, in this order: the hook born, setsid or setpgid, descriptors,
 * SIGPIPE to its default, the signal mask (empty but for `blocked`), exec.
 * Other signals that are ignored stay ignored. The caller has no signal handlers
 * (sigfd.h): a handler run by the child would run in the caller's memory.
 */

#ifndef SEXTET_SPAWN_H
#define SEXTET_SPAWN_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#define SPAWN_SETSID 1U		/* leader of a new session */
#define SPAWN_SETPGRP 2U	/* leader of a new process group */
#define SPAWN_NEWPIDNS 4U	/* process 1 of a new PID namespace */

/* For callers with many descriptors: do not copy the table of descriptors but
   the part below `keep` (or below the last `from`), where the kernel can
   (close_range); everything above is closed in the child, and costs nothing; so
   is what is below the last `from` but neither below `keep` nor a `to`.
   Without this a child's table costs 0.07 us for each descriptor of ours. */
#define SPAWN_FEWFDS 8U

/* A copy of our descriptor FROM becomes the child's descriptor TO, open across
   exec. Any permutation is fine, FROM == TO too. */
struct spawn_move {
	int from;
	int to;
};

#define SPAWN_MOVES 6		/* the most that one spawn can make */

struct spawn {
	char const *file;		/* executed as it is, without PATH */
	char const *const *argv;
	char const *const *envp;
	struct spawn_move const *moves;
	size_t nmoves;
	unsigned int flags;
	unsigned int keep;		/* SPAWN_FEWFDS: close from here on, at least 3 */

	/* Signals that FILE starts with blocked, for a program that wants to
	   hear of them from its first moment on; null: none. */
	sigset_t const *blocked;

	/* Both run in the child, in our memory, on 8 kB of stack, while we
	   sleep: raw system calls only, nothing that allocates or locks. born is
	   the child's first act, with its pid as *we* know it; failed is its last
	   one when it cannot execute FILE. Either may be null. */
	void (*born)(void *arg, pid_t pid);
	void (*failed)(void *arg, int error);
	void *arg;
};

/* Starts it. The pid, or -1 with errno: from clone, or what kept the child
   from executing the program. Then no child is left to reap. Signals are
   blocked meanwhile. */
extern pid_t spawn_run(struct spawn const *s);

/* The same without hooks: FILE with ARGV, ENVP, the N moves and FLAGS; with
   SPAWN_FEWFDS it keeps 0, 1, 2 and what the moves make. */
extern pid_t spawn_simple(char const *file, char const *const *argv, char const *const *envp,
	struct spawn_move const *moves, size_t n, unsigned int flags);

#endif
