/*
 * deny - runs a program whose system calls of some names fail, as under a
 * container's filter: deny ERRNO CALL[,CALL...] program [argument...]
 */

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static struct {
	char const *name;
	unsigned int nr;
} const calls[] = {
	{ "clone", SYS_clone }, { "close_range", SYS_close_range }, { "ioctl", SYS_ioctl },
	{ "mknodat", SYS_mknodat }, { "pidfd_getfd", SYS_pidfd_getfd },
	{ "pidfd_open", SYS_pidfd_open },
	{ "renameat2", SYS_renameat2 },
};

#define N (sizeof calls / sizeof *calls)

int
main(int argc, char **argv)
{
	struct sock_filter f[2 * N + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
	struct sock_fprog prog = { 1, f };
	unsigned int error = argc > 3 ? (unsigned int)atoi(argv[1]) : 0;

	if (argc < 4)
		return 100;
	for (char *name = strtok(argv[2], ","); name; name = strtok(0, ",")) {
		size_t i = 0;

		while (i < N && strcmp(name, calls[i].name))
			i++;
		if (i == N) {
			fprintf(stderr, "deny: what is %s?\n", name);
			return 100;
		}
		f[prog.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].nr, 0, 1);
		f[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	}
	f[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
		|| prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0) {
		perror("deny");
		return 111;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
