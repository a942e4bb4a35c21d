/* linein.c - lines in pieces */

#include <errno.h>
#include <fcntl.h>

#include <sextet/linein.h>

#include "tap.h"

static struct linein in;
static int pipe_end;

/* A fresh input; what is written to pipe_end arrives there. */
static void
begin(void)
{
	int p[2];

	if (pipe(p) < 0)
		exit(111);
	fcntl(p[1], F_SETPIPE_SZ, 1 << 20);
	linein_init(&in, p[0]);
	pipe_end = p[1];
}

static void
give(char const *s, size_t n)
{
	if (write(pipe_end, s, n) != (ssize_t)n)
		exit(111);
}

static int
piece_is(char const *s, int first, enum linein_end end)
{
	struct linein_piece p;

	return linein_next(&in, &p) && p.len == strlen(s) && !memcmp(p.s, s, p.len)
		&& p.first == first && p.end == end
		&& (end != LINEIN_NEWLINE || p.s[p.len] == '\n');
}

static void
short_lines(void)
{
	struct linein_piece p;

	begin();
	ok(!linein_next(&in, &p), "nothing before the first read");
	give("one\n\nthr", 8);
	ok(linein_read(&in) == 8, "read what is there");
	ok(piece_is("one", 1, LINEIN_NEWLINE), "a line");
	ok(piece_is("", 1, LINEIN_NEWLINE), "an empty line");
	ok(!linein_next(&in, &p), "an unfinished line waits");
	give("ee\nx", 4);
	linein_read(&in);
	ok(piece_is("three", 1, LINEIN_NEWLINE), "a line from two reads");
	ok(!linein_next(&in, &p), "the next waits");
	close(pipe_end);
	ok(linein_read(&in) == 0 && in.eof && !in.error, "end of input");
	ok(piece_is("x", 1, LINEIN_EOF), "the last line has no newline");
	ok(!linein_next(&in, &p), "nothing after it");
	close(in.fd);
}

static void
nuls(void)
{
	struct linein_piece p;

	begin();
	in.nul = 1;
	give("a\0b\n\0", 5);
	close(pipe_end);
	linein_read(&in);
	ok(piece_is("a", 1, LINEIN_NEWLINE), "NUL ends a line");
	ok(piece_is("b", 1, LINEIN_NEWLINE) && piece_is("", 1, LINEIN_NEWLINE), "newline, then NUL");
	linein_read(&in);
	ok(!linein_next(&in, &p), "no empty last line");
	close(in.fd);
	begin();
	give("a\0b\n", 4);
	linein_read(&in);
	ok(linein_next(&in, &p) && p.len == 3 && !memcmp(p.s, "a\0b\n", 4), "NUL is a byte like others");
	close(in.fd);
	close(pipe_end);
}

/* A line of N bytes and a newline: in how many pieces does it come? */
static int
pieces(size_t n)
{
	static char line[5 * LINEIN_READ];
	struct linein_piece p = { .end = LINEIN_MORE };
	size_t got = 0, count = 0;
	int good = 1;

	memset(line, 'x', n);
	line[n] = '\n';
	begin();
	give("before\n", 7);
	give(line, n + 1);
	give("after\n", 6);
	close(pipe_end);
	linein_read(&in);
	good &= piece_is("before", 1, LINEIN_NEWLINE);
	while (p.end == LINEIN_MORE && !in.eof) {
		if (!linein_next(&in, &p)) {
			linein_read(&in);
			continue;
		}
		good &= p.first == !count++;
		got += p.len;
	}
	good &= p.end == LINEIN_NEWLINE && got == n;
	while (!linein_next(&in, &p))
		linein_read(&in);
	good &= p.first && p.len == 5;
	close(in.fd);
	return good ? (int)count : -1;
}

static void
long_lines(void)
{
	ok(pieces(LINEIN_READ - 1) == 1, "a line of one read less one is whole");
	ok(pieces(LINEIN_READ) >= 1, "a line of one read");
	ok(pieces(LINEIN_READ + 1) >= 1, "a line of one more");
	ok(pieces(5 * LINEIN_READ - 1) > 1, "a long line comes in pieces");
}

static void
errors(void)
{
	struct linein_piece p;

	linein_init(&in, -1);
	ok(linein_read(&in) == -1 && in.eof && in.error == EBADF, "a read error ends the input");
	ok(!linein_next(&in, &p), "and gives no piece");
	begin();
	fcntl(in.fd, F_SETFL, O_NONBLOCK);
	if (!tap_fork()) {
		usleep(50000);
		give("late\n", 5);
		_exit(0);
	}
	ok(linein_read(&in) == 5, "waits on a non-blocking descriptor");
	close(in.fd);
	close(pipe_end);
}

int
main(void)
{
	short_lines();
	nuls();
	long_lines();
	errors();
	return done_testing();
}
