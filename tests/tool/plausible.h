/*
 * plausible.h - which errors a system call may answer, as far as the programs
 * under test can meet them: a failure that the kernel never gives proves nothing.
 */

#ifndef PLAUSIBLE_H
#define PLAUSIBLE_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

enum {
	SLEEPS = 1,	/* may wait, and so be interrupted by stop and continue */
	PATH = 2,	/* walks a path */
	MAKES = 4,	/* needs room on the disk */
	CHANGES = 8,	/* changes the disk */
	OPENS = 16,	/* needs a descriptor */
	BEARS = 32,	/* needs a process */
	ON_FD = 64,	/* works on what its first argument is open on */
	NEW = 128,	/* older kernels lack it, and filters refuse it */
	MEMORY = 256,
};

/* What the call NR does; 0: nothing that can fail here. */
static int
traits(uint64_t nr, uint64_t const *arg)
{
	int flags;

	switch (nr) {
#ifdef SYS_open
	case SYS_open:
		flags = (int)arg[1];
		return PATH | OPENS | MEMORY | (flags & O_CREAT ? MAKES : 0);
#endif
	case SYS_openat:
		flags = (int)arg[2];
		return PATH | OPENS | MEMORY | (flags & O_CREAT ? MAKES : 0)
			| ((flags & O_ACCMODE) != O_RDONLY ? CHANGES : 0);
	case SYS_read:
	case SYS_pread64: return ON_FD | SLEEPS | MEMORY;
	case SYS_write:
	case SYS_pwrite64: return ON_FD | SLEEPS | MAKES | MEMORY;
	case SYS_ftruncate: return ON_FD | CHANGES;
	case SYS_fstat: return ON_FD | MEMORY;
	case SYS_getdents64: return ON_FD | MEMORY;
#ifdef SYS_newfstatat
	case SYS_newfstatat: return arg[3] & AT_EMPTY_PATH ? ON_FD | MEMORY : PATH | MEMORY;
#endif
#ifdef SYS_stat
	case SYS_stat:
	case SYS_lstat:
	case SYS_access:
	case SYS_readlink: return PATH | MEMORY;
	case SYS_mkdir:
	case SYS_mknod: return PATH | MAKES | CHANGES | MEMORY;
	case SYS_unlink:
	case SYS_chmod: return PATH | CHANGES | MEMORY;
	case SYS_rename: return PATH | MAKES | CHANGES | MEMORY;
	case SYS_fork:
	case SYS_vfork: return BEARS | MEMORY;
	case SYS_pipe: return OPENS | MEMORY;
	case SYS_poll: return SLEEPS | MEMORY;
	case SYS_epoll_wait: return SLEEPS;
#endif
	case SYS_statfs:
	case SYS_faccessat:
	case SYS_faccessat2:
	case SYS_readlinkat:
	case SYS_chdir: return PATH | MEMORY;
	case SYS_mkdirat:
	case SYS_mknodat:
	case SYS_linkat:
	case SYS_symlinkat: return PATH | MAKES | CHANGES | MEMORY;
	case SYS_unlinkat:
	case SYS_fchmodat:
	case SYS_fchownat: return PATH | CHANGES | MEMORY;
#ifdef SYS_renameat
	case SYS_renameat:
#endif
	case SYS_renameat2: return PATH | MAKES | CHANGES | MEMORY | NEW;
	case SYS_fcntl: return arg[1] == F_DUPFD_CLOEXEC || arg[1] == F_DUPFD ? OPENS : 0;
	case SYS_flock: return SLEEPS;
	case SYS_pipe2:
	case SYS_signalfd4:
	case SYS_epoll_create1: return OPENS | MEMORY;
	case SYS_epoll_ctl: return MEMORY;
	case SYS_epoll_pwait: return SLEEPS;
	case SYS_pidfd_open: return OPENS | MEMORY | NEW;
	case SYS_pidfd_send_signal:
	case SYS_close_range: return NEW;
	case SYS_ppoll: return SLEEPS | MEMORY;
	case SYS_wait4: return arg[2] & WNOHANG ? 0 : SLEEPS;
	case SYS_waitid: return arg[3] & WNOHANG ? 0 : SLEEPS;
	case SYS_clone:
	case SYS_clone3: return BEARS | MEMORY;
	case SYS_mmap: return MEMORY;
	default: return 0;
	}
}

/* Is the descriptor a file or directory, on a disk that may fail? */
static int
on_disk(pid_t pid, uint64_t fd)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)pid, (int)fd);
	return stat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/* May the call NR of PID answer ERROR? */
static int
plausible(pid_t pid, uint64_t nr, uint64_t const *arg, int error)
{
	int t = traits(nr, arg), disk;

	disk = t & PATH || (t & ON_FD && on_disk(pid, arg[0]));
	switch (error) {
	case EINTR: return !!(t & SLEEPS);
	case EMFILE:
	case ENFILE: return !!(t & OPENS);
	case ENOMEM: return t & MEMORY && (disk || !(t & ON_FD));
	case EAGAIN: return !!(t & BEARS);
	case EIO: return disk;
	case EACCES: return !!(t & PATH);
	case ENOENT: return t & PATH && !(t & MAKES);
	case ENOSPC:
	case EDQUOT: return disk && t & MAKES;
	case EROFS: return disk && t & (CHANGES | MAKES);
	case ENOSYS:
	case EPERM: return !!(t & NEW);
	default: return 1;
	}
}

#endif
