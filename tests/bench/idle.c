/*
 * idle - a service that does nothing but say that it was started.
 *
 * Writes its pid and the number at the end of its directory's name to the FIFO
 * $BENCH_EVENTS, then sleeps until it is killed.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "idle.h"

int
main(void)
{
	char const *path = getenv("BENCH_EVENTS");
	struct idle_event e = { .pid = getpid() };
	char cwd[4096];
	int fd;

	if (!path || !getcwd(cwd, sizeof cwd))
		return 111;
	e.number = atoi(cwd + strcspn(cwd, "#") + 1);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, &e, sizeof e) != sizeof e)
		return 111;
	close(fd);
	for (;;)
		pause();
}
