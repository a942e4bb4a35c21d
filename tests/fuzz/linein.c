/* Lines out of a file: put together again they are what was in it. */

#include "fuzz.h"

#include <sextet/linein.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static struct linein in;
	struct linein_piece piece;
	size_t at = 0;
	int fd;

	fuzz_file("in", data, n);
	fd = openat(fuzz_dir(), "in", O_RDONLY | O_CLOEXEC);
	linein_init(&in, fd);
	do {
		linein_read(&in);
		while (linein_next(&in, &piece)) {
			claim(at + piece.len <= n && !memcmp(piece.s, data + at, piece.len), "the same bytes");
			claim(!memchr(piece.s, '\n', piece.len), "no newline within");
			at += piece.len;
			if (piece.end == LINEIN_NEWLINE)
				claim(at < n && data[at++] == '\n', "a newline where there was one");
		}
	} while (!in.eof);
	claim(at == n, "all of it");
	close(fd);
	return 0;
}
