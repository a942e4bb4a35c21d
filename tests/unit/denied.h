/* denied.h - what is done where a system call always fails */

#ifndef DENIED_H
#define DENIED_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tap.h"

#define NOT_HERE 99	/* the exit code of a child that could not begin */

/* From now on the call NR fails with ERROR. */
static inline void __attribute__((unused))
deny(unsigned int nr, unsigned int error)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof f / sizeof *f, f };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		_exit(NOT_HERE);
}

/* From now on DIR is an empty file system of our own. */
static inline void __attribute__((unused))
hide(char const *dir)
{
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) < 0
		|| mount("none", dir, "tmpfs", 0, "mode=755") < 0)
		_exit(NOT_HERE);
}

/* Does CHECK hold, in a child of ours where it may do such things to itself? */
static inline void __attribute__((unused))
holds_apart(int (*check)(void), char const *name)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid)
		_exit(!check());
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == NOT_HERE)
		ok(1, "%s # SKIP not allowed here", name);
	else
		ok(!status, "%s", name);
}

#endif
