/*
 * forge - changes a supervisor's record, supervise/child, and mends its
 * checksum: forge FILE FIELD=NUMBER... with the fields of child.h; "boot" is
 * its first byte. Prints the fields when there is nothing to change.
 */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE 64
#define SUM 60

static struct {
	char const *name;
	int offset, size;
} const fields[] = {
	{ "stage", 4, 1 }, { "flags", 5, 1 }, { "quick", 6, 2 }, { "pid", 8, 4 }, { "pidns", 12, 4 },
	{ "t0", 16, 8 }, { "t1", 24, 8 }, { "inode", 32, 8 }, { "boot", 40, 1 }, { "wstat", 56, 2 },
	{ "error", 58, 2 },
};

#define N (sizeof fields / sizeof *fields)

static uint64_t
get(unsigned char const *p, int n)
{
	uint64_t u = 0;

	while (n--)
		u = u << 8 | *p++;
	return u;
}

static void
put(unsigned char *p, int n, uint64_t u)
{
	while (n--) {
		p[n] = (unsigned char)u;
		u >>= 8;
	}
}

int
main(int argc, char **argv)
{
	unsigned char b[SIZE];
	uint32_t h = 2166136261U;
	int fd = argc > 1 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0 || pread(fd, b, SIZE, 0) != SIZE) {
		perror(argc > 1 ? argv[1] : "forge");
		return 111;
	}
	for (size_t i = 0; argc == 2 && i < N; i++)
		printf("%s=%llu\n", fields[i].name,
			(unsigned long long)get(b + fields[i].offset, fields[i].size));
	for (int a = 2; a < argc; a++) {
		size_t n = strcspn(argv[a], "="), i = 0;

		while (i < N && (strlen(fields[i].name) != n || strncmp(argv[a], fields[i].name, n)))
			i++;
		if (i == N || !argv[a][n])
			return 100;
		put(b + fields[i].offset, fields[i].size, strtoull(argv[a] + n + 1, 0, 0));
	}
	for (int i = 0; i < SUM; i++)
		h = (h ^ b[i]) * 16777619U;
	put(b + SUM, 4, h);
	return argc == 2 || pwrite(fd, b, SIZE, 0) == SIZE ? 0 : 111;
}
