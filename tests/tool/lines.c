/*
 * lines COUNT [PACKET [START]] - writes COUNT numbered lines of 20 to 119
 * bytes, numbers from START (0) on. With PACKET, standard output must be a
 * pipe: a reader then gets PACKET lines at each read (at most 34, so that they
 * fit into 4096 bytes). See account.c.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "numbered.h"

int
main(int argc, char **argv)
{
	static char buf[65536];
	unsigned long count = argc > 1 ? strtoul(argv[1], 0, 10) : 0;
	unsigned long packet = argc > 2 ? strtoul(argv[2], 0, 10) : 0;
	unsigned long start = argc > 3 ? strtoul(argv[3], 0, 10) : 0;
	size_t n = 0;

	if (packet && fcntl(1, F_SETFL, O_DIRECT | O_WRONLY) < 0) {
		perror("lines: packets");
		return 111;
	}
	for (unsigned long i = start; i < start + count; i++) {
		n += numbered(buf + n, i);
		if (i + 1 < start + count && n < sizeof buf - NUMBERED_MAX
				&& (!packet || (i - start) % packet != packet - 1))
			continue;
		for (size_t done = 0; done < n; ) {
			ssize_t w = write(1, buf + done, n - done);

			if (w < 0) {
				perror("lines: write");
				return 111;
			}
			done += (size_t)w;
		}
		n = 0;
	}
	return 0;
}
