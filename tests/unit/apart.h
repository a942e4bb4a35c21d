/*
 * apart.h - checks in a child of its own, under a filter of system calls or among
 * mounts that nobody else sees: neither can be taken back.
 *
 *   ok_denied(NAME, ACT, DENY(CALL, ERROR)...)  these calls fail: an older kernel, or
 *                                               a container's filter
 *   ok_once(NAME, ACT, DENY(CALL, ERROR))       this call fails the first time, as by a
 *                                               signal, and has to be made; Linux 5.5
 *   ok_mounted(NAME, ACT)                       ACT may mount; only as root
 *   ok_apart(NAME, ACT)                         neither: it may give up rights, set limits
 *
 * ACT returns 1 when all was as it should; what it says by want() tells else. Where
 * there is neither filter nor right it is skipped.
 */

#ifndef APART_H
#define APART_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tap.h"

/* DENY_IF: only when its argument number ARG, from 1, is VALUE. */
#define DENY(call, error) { call, error, 0, 0 }
#define DENY_IF(call, error, arg, value) { call, error, arg, (unsigned int)(value) }

struct denied {
	long call;
	int error;
	int arg;
	unsigned int value;
};

#define APART_MOST 8
#define APART_CANNOT 99

/* The lower half of an argument. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define APART_LOW 4
#else
#define APART_LOW 0
#endif

/* Leaves the function with 0, and says why, unless COND. */
#define want(cond) do { \
		if (!(cond)) { \
			printf("# %s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #cond, errno); \
			fflush(stdout); \
			return 0; \
		} \
	} while (0)

/* Sets a limit, and returns what it was, to be set again: who writes at exit (the
   counters of coverage) needs it. */
static inline rlim_t __attribute__((unused))
apart_limit(int what, rlim_t n)
{
	struct rlimit l;
	rlim_t old;

	if (getrlimit(what, &l) < 0)
		_exit(APART_CANNOT);
	old = l.rlim_cur;
	l.rlim_cur = n;
	if (setrlimit(what, &l) < 0)
		_exit(APART_CANNOT);
	return old;
}

/* The filter that answers each of these with ANSWER, or null: with its error. */
static inline int __attribute__((unused))
apart_install(struct denied const *d, size_t n, unsigned int const *answer, unsigned int flags)
{
	struct sock_filter f[APART_MOST * 5 + 1], *p = f;
	struct sock_fprog prog = { .filter = f };

	for (; n && n <= APART_MOST; n--, d++) {
		unsigned int arg = d->arg ? (unsigned int)d->arg - 1 : 0;

		*p++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr));
		*p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)d->call,
			0, d->arg ? 3 : 1);
		if (d->arg) {
			*p++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				offsetof(struct seccomp_data, args) + 8 * arg + APART_LOW);
			*p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, d->value, 0, 1);
		}
		*p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
			answer ? *answer : SECCOMP_RET_ERRNO | (unsigned int)d->error);
	}
	*p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog.len = (unsigned short)(p - f);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -1
		: (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

static inline int __attribute__((unused))
apart_filter(struct denied const *d, size_t n)
{
	return apart_install(d, n, 0, 0);
}

#ifdef SECCOMP_USER_NOTIF_FLAG_CONTINUE

/* Passes the descriptor FD on through the socket S, or takes one there. */
static inline int __attribute__((unused))
apart_pass(int s, int fd)
{
	union { struct cmsghdr align; char room[CMSG_SPACE(sizeof(int))]; } c;
	char byte = 0;
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof c };

	memset(&c, 0, sizeof c);
	if (fd >= 0) {
		c.align.cmsg_level = SOL_SOCKET;
		c.align.cmsg_type = SCM_RIGHTS;
		c.align.cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(&c.align), &fd, sizeof fd);
		return sendmsg(s, &m, 0) == 1 ? 0 : -1;
	}
	if (recvmsg(s, &m, MSG_CMSG_CLOEXEC) == 1 && m.msg_controllen >= CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(&c.align), sizeof fd);
	return fd;
}

/* Answers the calls that LISTENER shows, until the process at the other end of S has
   ended: the first fails with ERROR. Did one? */
static inline int __attribute__((unused))
apart_serve(int listener, int s, int error)
{
	struct pollfd p[2] = { { .fd = listener, .events = POLLIN }, { .fd = s, .events = POLLIN } };
	int failed = 0;

	while (poll(p, 2, 60000) > 0 && !p[1].revents) {
		struct seccomp_notif q;
		struct seccomp_notif_resp a;

		memset(&q, 0, sizeof q);
		memset(&a, 0, sizeof a);
		if (!(p[0].revents & POLLIN) || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &q) < 0)
			continue;
		a.id = q.id;
		if (failed)
			a.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		else
			a.error = -error;
		failed = 1;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &a);
	}
	return failed;
}

/* Runs ACT while the call D fails once; it has to be made. */
static inline void __attribute__((unused))
apart_once(char const *file, int line, char const *name, int (*act)(void), struct denied d)
{
	unsigned int const show = SECCOMP_RET_USER_NOTIF;
	int wstat = -1, failed = 0, listener, s[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) < 0)
		exit(111);
	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		close(s[0]);
		listener = apart_install(&d, 1, &show, SECCOMP_FILTER_FLAG_NEW_LISTENER);
		if (listener < 0 || apart_pass(s[1], listener) < 0)
			_exit(APART_CANNOT);
		close(listener);
		_exit(act() == 1 ? 0 : 1);
	}
	close(s[1]);
	listener = apart_pass(s[0], -1);
	if (listener >= 0)
		failed = apart_serve(listener, s[0], d.error);
	close(listener);
	close(s[0]);
	kill(pid, SIGKILL);	/* it has ended, or never will */
	while (waitpid(pid, &wstat, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == APART_CANNOT)
		tap_ok(1, file, line, "%s # SKIP calls cannot be answered here", name);
	else
		tap_ok(wstat == 0 && failed, file, line, "%s%s", name, failed ? "" : " (not called)");
}

#else

static inline void __attribute__((unused))
apart_once(char const *file, int line, char const *name, int (*act)(void), struct denied d)
{
	(void)act;
	(void)d;
	tap_ok(1, file, line, "%s # SKIP headers of an older kernel", name);
}

#endif

#define ok_once(name, act, ...) \
	apart_once(__FILE__, __LINE__, name, act, (struct denied)__VA_ARGS__)

static inline int __attribute__((unused))
apart_mounts(void)
{
	if (geteuid() || unshare(CLONE_NEWNS) < 0 || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) < 0
		|| mount("tmpfs", "/proc", "tmpfs", 0, 0) < 0)
		return -1;
	return umount("/proc");
}

enum apart { APART_PLAIN, APART_FILTER, APART_MOUNTS };

static inline void __attribute__((unused))
apart_run(char const *file, int line, char const *name, int (*act)(void), enum apart how,
	struct denied const *d, size_t n)
{
	int wstat = -1;
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		if ((how == APART_FILTER ? apart_filter(d, n) : how == APART_MOUNTS ? apart_mounts() : 0) < 0)
			_exit(APART_CANNOT);
		_exit(act() == 1 ? 0 : 1);
	}
	while (waitpid(pid, &wstat, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == APART_CANNOT)
		tap_ok(1, file, line, "%s # SKIP no right to %s here", name, how == APART_FILTER ? "filter calls" : "mount");
	else
		tap_ok(wstat == 0, file, line, "%s", name);
}

/* In ACT: from now on that call fails, too; DIR is an empty file system of our own. */
static inline void __attribute__((unused))
apart_deny(long call, int error)
{
	struct denied d = { call, error, 0, 0 };

	if (apart_filter(&d, 1) < 0)
		_exit(APART_CANNOT);
}

static inline void __attribute__((unused))
apart_hide(char const *dir)
{
	if (geteuid() || unshare(CLONE_NEWNS) < 0 || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) < 0
		|| mount("tmpfs", dir, "tmpfs", 0, "mode=755") < 0)
		_exit(APART_CANNOT);
}

#define ok_apart(name, act) apart_run(__FILE__, __LINE__, name, act, APART_PLAIN, 0, 0)
#define ok_mounted(name, act) apart_run(__FILE__, __LINE__, name, act, APART_MOUNTS, 0, 0)
#define ok_denied(name, act, ...) apart_run(__FILE__, __LINE__, name, act, APART_FILTER, \
	(struct denied const[]){ __VA_ARGS__ }, \
	sizeof((struct denied const[]){ __VA_ARGS__ }) / sizeof(struct denied))

/* Older headers lack these; the numbers are the same on every architecture. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

#endif
