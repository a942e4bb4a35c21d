/*
 * exec - what it costs to execute a command and see it end.
 *
 * exec [-i] RUNS CMD [ARG...] prints: best and median time, mean processor time (all
 * in microseconds), minor faults, and with -i the instructions in user mode: from
 * the machine's counter, or else from single steps; "-" for more than STEPS.
 */

#include <linux/perf_event.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "bench.h"

#define STEPS 2000000

/* Runs ARGV once under a counter of instructions; 0: there is none. */
static uint64_t
counted(char *const *argv)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .size = sizeof attr,
		.config = PERF_COUNT_HW_INSTRUCTIONS, .disabled = 1, .inherit = 1,
		.enable_on_exec = 1, .exclude_kernel = 1, .exclude_hv = 1,
	};
	uint64_t count = 0;
	struct rusage ru;
	int status, fd;
	pid_t pid = fork();

	if (!pid) {
		raise(SIGSTOP);
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, WUNTRACED);
	fd = (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	kill(pid, SIGCONT);
	finish(pid, argv[0], &ru);
	if (fd >= 0 && read(fd, &count, sizeof count) != sizeof count)
		count = 0;
	return count;
}

/* The same step by step; what it executes counts too. 0: too many. */
static uint64_t
stepped(char *const *argv)
{
	uint64_t count = 0;
	int status;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int sig = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);

		if (++count > STEPS || ptrace(PTRACE_SINGLESTEP, pid, 0, sig) < 0) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return 0;
		}
	}
	return count;
}

int
main(int argc, char **argv)
{
	int count = argc > 1 && !strcmp(argv[1], "-i");
	uint64_t instr = 0;
	double *wall, cpu = 0;
	long faults = 0;
	size_t runs;

	argv += count;
	runs = argc - count > 2 ? (size_t)atoi(argv[1]) : 0;
	if (!runs)
		return 100;
	argv += 2;
	wall = calloc(runs, sizeof *wall);
	for (size_t i = 0; i < runs; i++) {
		struct rusage ru;
		double t = now();

		finish(start(argv), argv[0], &ru);
		wall[i] = now() - t;
		cpu += cpu_of(&ru);
		faults = ru.ru_minflt;
	}
	if (count)
		instr = counted(argv);
	if (count && !instr)
		instr = stepped(argv);
	qsort(wall, runs, sizeof *wall, by_value);
	printf("%.1f %.1f %.1f %ld ", wall[0], wall[runs / 2], cpu / (double)runs, faults);
	if (instr)
		printf("%llu\n", (unsigned long long)instr);
	else
		puts("-");
	return 0;
}
