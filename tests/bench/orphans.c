/*
 * orphans - a service that makes orphans, one after the other.
 *
 * Each is the child of a child that ends at once, so it falls to process 1; the
 * next one comes when it was reaped, so that each costs a wake-up.
 * Says through the FIFO $BENCH_EVENTS when it is there and when it has made
 * $BENCH_ORPHANS of them; begins when the file $BENCH_GO, a FIFO, is opened.
 */

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "bench.h"
#include "idle.h"

static void
say(void)
{
	struct idle_event e = { .pid = getpid() };
	int fd = open(getenv("BENCH_EVENTS"), O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, &e, sizeof e) != sizeof e)
		die("say");
	close(fd);
}

int
main(void)
{
	volatile pid_t *orphan = mmap(0, sizeof *orphan, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int n = atoi(getenv("BENCH_ORPHANS")), status;

	say();
	close(open(getenv("BENCH_GO"), O_WRONLY | O_CLOEXEC));
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (!pid) {
			pid = fork();
			if (pid)
				*orphan = pid;
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			die("fork");
		while (kill(*orphan, 0) == 0)
			sched_yield();
	}
	say();
	for (;;)
		pause();
}
