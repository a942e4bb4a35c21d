/*
 * orphans - a service that makes orphans, one after the other.
 *
 * Each is the child of a child that ends at once, so it falls to process 1.
 * Says through the FIFO $BENCH_EVENTS when it is there and when it has made
 * $BENCH_ORPHANS of them; begins when the file $BENCH_GO, a FIFO, is opened.
 */

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
	int n = atoi(getenv("BENCH_ORPHANS")), status;

	say();
	close(open(getenv("BENCH_GO"), O_WRONLY | O_CLOEXEC));
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (!pid) {
			fork();
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			die("fork");
	}
	say();
	for (;;)
		pause();
}
