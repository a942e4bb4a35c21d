/* handover.h - for the targets that are handed something over; PROGRAM is set before */

#ifndef FUZZ_HANDOVER_H
#define FUZZ_HANDOVER_H

#include "fuzz.h"

#include <sys/mman.h>

#include <sextet/handover.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Announces the bytes. A first one that is odd, as that of "state", asks for the head
   that a fuzzer would not find: to a child of process 1. */
static int
announce(uint8_t const *data, size_t n)
{
	static char const head[] = "sextet-handover=1\0program=" PROGRAM "\0pid=1";
	size_t len = n && data[0] & 1 ? sizeof head : 0;
	int fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char number[16];

	claim(fd >= 0 && write(fd, head, len) == (ssize_t)len && write(fd, data, n) == (ssize_t)n
		&& fcntl(fd, F_ADD_SEALS, SEALS) == 0, "there are sealed memfds");
	snprintf(number, sizeof number, "%d", fd);
	claim(setenv(HANDOVER_VARIABLE, number, 1) == 0, "memory");
	return fd;
}

/* Is it understood, down to its head? Then H is ready to be read. */
static int
receive(struct handover *h, uint8_t const *data, size_t n)
{
	int fd = announce(data, n);
	enum handover_role role = handover_receive(h, PROGRAM);

	claim(role != HANDOVER_NONE && !getenv(HANDOVER_VARIABLE), "it is noticed once");
	if (role == HANDOVER_STRANGE) {
		if (h->map)
			munmap((void *)h->map, h->size);
		close(fd);
		return 0;
	}
	claim(role == HANDOVER_PROBE, "it is not for this process");
	return 1;
}

/* Hands ARG over again. */
static void
hand_over(struct handover *h, void (*carry)(struct handover *, void *), void *arg)
{
	int fd;

	claim(handover_begin(h, PROGRAM) == 0, "it can be written");
	carry(h, arg);
	fd = handover_end(h);
	claim(fd >= 0, "whole");
	close(fd);
}

#endif
