/*
 * s6-tai64n - puts a time stamp before each line of standard input.
 * The stamps rise strictly: the lines of one read are a nanosecond apart.
 * Exits 0 at the end of the input, 111 on error.
 */

#include <errno.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/linein.h>
#include <sextet/outbuf.h>
#include <sextet/tai64n.h>

#define USAGE "s6-tai64n"
#define STAMP (TAI64N_FMT + 1)

struct stamp {
	tain next;		/* the time of the next line */
	char text[STAMP];	/* the same, and a blank */
};

static void
lay_out(struct stamp *st)
{
	tai64n_fmt(st->text, &st->next);
	st->text[TAI64N_FMT] = ' ';
}

static void
take_time(struct stamp *st)
{
	tain now;

	tai64n_now(&now);
	/* lines that came closely together have used up a few nanoseconds of the
	   future; a clock that was really set back is followed */
	if (!tain_less(&st->next, &now) && st->next.sec.x - now.sec.x <= 1)
		return;
	st->next = now;
	lay_out(st);
}

/* A nanosecond later: usually one hexadecimal digit changes. */
static void
tick(struct stamp *st)
{
	char *p = st->text + TAI64N_FMT - 1;

	if (++st->next.nano == 1000000000) {
		st->next.nano = 0;
		st->next.sec.x++;
		lay_out(st);
		return;
	}
	for (; *p == 'f'; p--)
		*p = '0';
	*p = *p == '9' ? 'a' : (char)(*p + 1);
}

static void
put(struct outbuf *out, char const *s, size_t n)
{
	if (outbuf_put(out, s, n) < 0)
		strerr_diefusys(111, "write to stdout");
}

int
main(int argc, char const *const *argv)
{
	static struct linein in;
	static struct outbuf out;
	static struct stamp stamp;
	struct linein_piece piece;

	PROG = "s6-tai64n";
	cli_noopt(argc, argv, USAGE);
	linein_init(&in, 0);
	out.fd = 1;
	do {
		linein_read(&in);
		take_time(&stamp);
		while (linein_next(&in, &piece)) {
			if (piece.first) {
				put(&out, stamp.text, STAMP);
				tick(&stamp);
			}
			put(&out, piece.s, piece.len + (piece.end == LINEIN_NEWLINE));
			if (piece.end == LINEIN_EOF)
				put(&out, "\n", 1);
		}
		if (outbuf_flush(&out) < 0)
			strerr_diefusys(111, "write to stdout");
	} while (!in.eof);
	if (in.error) {
		errno = in.error;
		strerr_diefusys(111, "read from stdin");
	}
	return 0;
}
