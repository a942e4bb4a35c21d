/*
 * nth - disturbs a program at its N-th system call.
 *
 *   nth [-c] [-k K] [-h FILE] [-e FILE] [-s S] [-v] kill N program [argument...]
 *   nth [-c] [-k K] [-p] [-s S] [-v] errno=E N program [argument...]
 *   nth [-k K] freeze=FILE N program [argument...]
 *   nth count 0 program [argument...]
 *
 * The calls are counted from the program's own first one, its exec excluded.
 * "kill": SIGKILL on entry to the N-th call, so that it is not executed. N may
 * be written as N+: SIGKILL after the call was executed, before the program
 * sees its result. "errno=E": the call is not executed and answers E (a number);
 * calls that never answer an error are not counted then. -p: only calls are
 * counted that may answer just that (plausible.h). close is executed all the
 * same, as the kernel does.
 * -s: the first S calls are neither counted nor disturbed; nor are, where errors are
 * tried, the first S after the program has executed another (its loader's).
 * Children of the program run undisturbed; with -c they are what is counted
 * and disturbed instead (the first one made after the start, or with -k the
 * K-th), until it executes a program.
 * "freeze=FILE": at the child's N-th call (N 0: at its birth) the program is
 * killed, "frozen" is printed, and the child stays so until FILE exists; -c is
 * implied.
 * -h FILE: a newborn child is held, frozen, from its birth until FILE exists.
 * -e FILE: just before the last call before the N-th, FILE is made and the program
 * held there until FILE.done exists (or 2 seconds): something happens meanwhile.
 * -v: says which call is disturbed, "call NUMBER" (or when there was none, how many
 * were counted, "calls COUNT"), and how the program ended, "exit CODE" or "signal NUMBER".
 *
 * Ends when the program has ended: 0 when the N-th call was reached, 99 when
 * not ("count" then prints how many there were), 111 when tracing does not
 * work here. Ended early, nth takes what it still traces with it.
 */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plausible.h"

enum what { KILL, KILL_AFTER, FAIL, FREEZE, COUNT };

struct plan {
	enum what what;
	long n;
	int error;
	int in_child;
	int which;		/* child */
	int likely;		/* only calls that may answer this error */
	long skip;
	int verbose;
	char const *hold;
	char const *event;
	pid_t main, target;
	int done;
};

static void
broken(char const *what)
{
	perror(what);
	exit(111);
}

#ifdef __x86_64__
/* Turns the call that is being entered into one that does not exist. */
static void
skip_call(pid_t pid)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, pid, 0, &r) < 0)
		broken("nth: registers");
	r.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, pid, 0, &r);
}

static void
answer(pid_t pid, int error)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, pid, 0, &r) < 0)
		broken("nth: registers");
	r.rax = (unsigned long long)-(long long)error;
	ptrace(PTRACE_SETREGS, pid, 0, &r);
}
#elif defined(__aarch64__)
static void
skip_call(pid_t pid)
{
	int none = -1;
	struct iovec v = { &none, sizeof none };

	if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &v) < 0)
		broken("nth: registers");
}

static void
answer(pid_t pid, int error)
{
	struct user_regs_struct r;
	struct iovec v = { &r, sizeof r };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v) < 0)
		broken("nth: registers");
	r.regs[0] = (unsigned long long)-(long long)error;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v);
}
#else
#error "nth knows x86-64 and aarch64"
#endif

static long calls, seen;

/* Does the kernel never answer an error? Then libc does not expect one. */
static int
never_fails(unsigned long long nr)
{
	return nr == SYS_brk || nr == SYS_rt_sigprocmask;
}

/* Does this call of PID count? */
static int
counts(struct plan const *p, pid_t pid, struct __ptrace_syscall_info const *i)
{
	if (seen++ < p->skip)
		return 0;
	if (p->what == FAIL && p->likely)
		return plausible(pid, i->entry.nr, (uint64_t const *)i->entry.args, p->error);
	return p->what != FAIL || !never_fails(i->entry.nr);
}

/* Lets something happen, and waits until it has. */
static void
happen(char const *file)
{
	char done[4096];
	struct stat st;
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		broken(file);
	close(fd);
	snprintf(done, sizeof done, "%s.done", file);
	for (int i = 0; i < 2000 && stat(done, &st) < 0; i++)
		usleep(1000);
}

/* The target stands at a system call stop. Returns 1 when the work is done. */
static int
at_call(struct plan const *p, pid_t pid)
{
	struct __ptrace_syscall_info info;
	static int now;		/* the call that stands is the N-th */

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0)
		broken("nth: call");
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		now = counts(p, pid, &info);
		calls += now;
		if (now && p->event && calls == p->n - 1)
			happen(p->event);
		now = now && calls == p->n;
		if (now && p->verbose) {
			printf("call %ld\n", (long)info.entry.nr);
			fflush(stdout);
		}
	}
	if (p->what == COUNT || !now)
		return 0;
	if (p->what == FREEZE)
		return 1;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		if (p->what == FAIL && info.entry.nr != SYS_close)
			skip_call(pid);
		if (p->what != KILL)
			return 0;
	} else if (p->what == FAIL) {
		answer(pid, p->error);
		return 1;
	}
	kill(pid, SIGKILL);
	return 1;
}

static int
held(struct plan const *p)
{
	struct stat st;

	return p->hold && stat(p->hold, &st) < 0;
}

/* Kills the program, says so; its child PID thaws when the file is there. */
static void
freeze(struct plan const *p, pid_t pid)
{
	int status;

	kill(p->main, SIGKILL);
	do
		if (waitpid(p->main, &status, __WALL) < 0)
			broken("nth: wait");
	while (WIFSTOPPED(status));
	puts("frozen");
	fflush(stdout);
	while (held(p))
		usleep(1000);
	ptrace(PTRACE_DETACH, pid, 0, 0);
}

/* The first stop of a child. Holds it where told, then lets it go, or makes it
   the target. */
static void
newborn(struct plan *p, pid_t pid)
{
	while (p->what != FREEZE && held(p))
		usleep(1000);
	if (p->in_child && p->target < 0 && --p->which <= 0) {
		p->target = pid;
		if (p->what == FREEZE && !p->n) {
			freeze(p, pid);
			exit(0);
		}
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
	} else {
		ptrace(PTRACE_DETACH, pid, 0, 0);
	}
}

static int
follow(struct plan *p)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC;
	int status, sig;
	pid_t pid;

	if (p->in_child || p->hold)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	if (waitpid(p->main, &status, 0) < 0 || !WIFSTOPPED(status))
		broken("nth: start");
	ptrace(PTRACE_SETOPTIONS, p->main, 0, options);
	ptrace(PTRACE_SYSCALL, p->main, 0, 0);
	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0)
			return 99;
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			if (pid != p->main)
				continue;
			if (p->verbose && !p->done)
				printf("calls %ld\n", calls);
			if (p->verbose && WIFEXITED(status))
				printf("exit %d\n", WEXITSTATUS(status));
			else if (p->verbose)
				printf("signal %d\n", WTERMSIG(status));
			return p->done ? 0 : 99;
		}
		sig = WSTOPSIG(status);
		if (pid != p->main && pid != p->target) {
			newborn(p, pid);
			continue;
		}
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
			if (pid != p->main) {
				ptrace(PTRACE_DETACH, pid, 0, 0);
				continue;
			}
			if (p->what == FAIL)
				seen = 0;
		}
		if (sig == (SIGTRAP | 0x80)) {
			sig = 0;
			if (pid == p->target && !p->done)
				p->done = at_call(p, pid);
			if (p->done && p->what == FREEZE && pid == p->target) {
				freeze(p, pid);
				return 0;
			}
		} else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_FORK << 8)
			|| status >> 8 == (SIGTRAP | PTRACE_EVENT_VFORK << 8)
			|| status >> 8 == (SIGTRAP | PTRACE_EVENT_CLONE << 8)
			|| sig == SIGTRAP) {
			sig = 0;
		}
		ptrace(pid == p->target && !p->done ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, sig);
	}
}

int
main(int argc, char **argv)
{
	struct plan p = { .what = KILL };
	char *plus;
	int opt, r;

	while ((opt = getopt(argc, argv, "+ce:h:k:ps:v")) != -1) {
		switch (opt) {
		case 'c': p.in_child = 1; break;
		case 'e': p.event = optarg; break;
		case 'h': p.hold = optarg; break;
		case 'k': p.which = atoi(optarg); break;
		case 'p': p.likely = 1; break;
		case 's': p.skip = atol(optarg); break;
		case 'v': p.verbose = 1; break;
		default: return 100;
		}
	}
	argv += optind;
	argc -= optind;
	if (argc < 3)
		return 100;
	p.n = strtol(argv[1], &plus, 10);
	if (!strncmp(argv[0], "errno=", 6)) {
		p.what = FAIL;
		p.error = atoi(argv[0] + 6);
	} else if (!strncmp(argv[0], "freeze=", 7)) {
		p.what = FREEZE;
		p.in_child = 1;
		p.hold = argv[0] + 7;
	} else if (!strcmp(argv[0], "count")) {
		p.what = COUNT;
	} else if (*plus == '+') {
		p.what = KILL_AFTER;
	}
	p.main = fork();
	if (p.main < 0)
		broken("nth: fork");
	if (!p.main) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(111);
	}
	p.target = p.in_child ? -1 : p.main;
	r = follow(&p);
	if (p.what == COUNT)
		printf("%ld\n", calls);
	return r;
}
