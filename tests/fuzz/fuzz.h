/*
 * fuzz.h - what the fuzz targets share: each defines LLVMFuzzerTestOneInput,
 * feeds the bytes to one format module and claims what must hold for any bytes.
 */

#ifndef SEXTET_FUZZ_H
#define SEXTET_FUZZ_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n);

static inline void
claim(int holds, char const *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: does not hold: %s\n", what);
	abort();
}

/* The directory that tests/fuzz/run gave us; made the working directory once. */
static inline int
fuzz_dir(void)
{
	static int fd = -1;

	if (fd < 0) {
		char const *dir = getenv("FUZZ_DIR");

		claim(dir && chdir(dir) == 0, "FUZZ_DIR is a directory");
		fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		claim(fd >= 0, "it can be opened");
	}
	return fd;
}

/* Makes the bytes the content of NAME in it. */
static inline void
fuzz_file(char const *name, uint8_t const *data, size_t n)
{
	int fd = openat(fuzz_dir(), name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	claim(fd >= 0 && write(fd, data, n) == (ssize_t)n, "FUZZ_DIR can be written");
	close(fd);
}

/* The bytes as a string of their own size, so that reading past it is seen. */
static inline char *
fuzz_string(uint8_t const *data, size_t n)
{
	char *s = malloc(n + 1);

	claim(!!s, "memory");
	memcpy(s, data, n);
	s[n] = 0;
	return s;
}

#endif
