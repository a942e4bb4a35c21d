/*
 * feed - what a logger costs.
 *
 * feed MEGABYTES LINE CMD [ARG...] gives that many megabytes of lines of LINE
 * bytes, newline counted, to CMD through a pipe, and prints: seconds of
 * processor time of CMD for each GB, and nanoseconds that passed for each line.
 */

#include "bench.h"

static char const words[][8] = { "request", "from", "client", "took", "worker", "status",
	"queue", "cache", "notice", "bytes", "socket", "reply" };

/* Fills BLOCK with lines of LEN bytes; returns how much of it. */
static size_t
fill(char *block, size_t size, size_t len)
{
	unsigned int seed = 1;
	size_t lines = size / len;

	for (size_t i = 0; i < lines * len; i++) {
		char *line = block + i / len * len;
		size_t at = i % len;

		if (at == len - 1) {
			block[i] = '\n';
		} else if (!at || block[i - 1] == ' ') {
			char const *w;
			size_t n;

			seed = seed * 1103515245 + 12345;
			w = words[(seed >> 16) % 12];
			n = strlen(w) < len - 1 - at ? strlen(w) : len - 1 - at;
			memcpy(line + at, w, n);
			i += n - 1;
		} else {
			block[i] = ' ';
		}
	}
	return lines * len;
}

int
main(int argc, char **argv)
{
	static char block[1 << 20];
	size_t total, size, done = 0;
	posix_spawn_file_actions_t fa;
	struct rusage ru;
	double t;
	pid_t pid;
	int p[2], e;

	if (argc < 4)
		return 100;
	total = (size_t)atoi(argv[1]) * 1000000;
	size = fill(block, sizeof block, (size_t)atoi(argv[2]));
	if (pipe2(p, O_CLOEXEC) < 0)
		die("pipe");
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, p[0], 0);
	t = now();
	e = posix_spawnp(&pid, argv[3], &fa, 0, argv + 3, environ);
	if (e) {
		errno = e;
		die(argv[3]);
	}
	close(p[0]);
	while (done < total) {
		size_t at = 0;

		while (at < size) {
			ssize_t w = write(p[1], block + at, size - at);

			if (w < 0)
				die("write");
			at += (size_t)w;
		}
		done += size;
	}
	close(p[1]);
	finish(pid, argv[3], &ru);
	t = now() - t;
	printf("%.4f %.1f\n", cpu_of(&ru) / (double)done * 1e3,
		t * 1e3 / ((double)done / atof(argv[2])));
	return 0;
}
