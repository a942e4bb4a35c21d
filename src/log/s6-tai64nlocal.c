/*
 * s6-tai64nlocal - turns the TAI64N label that begins a line into a date and
 * time that people can read; everything else is copied.
 * Exits 0 at the end of the input, 111 on error.
 */

#include <errno.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/isotime.h>
#include <sextet/linein.h>
#include <sextet/outbuf.h>
#include <sextet/tai64n.h>

#define USAGE "s6-tai64nlocal [ -g ]"

static void
put(struct outbuf *out, char const *s, size_t n)
{
	if (outbuf_put(out, s, n) < 0)
		strerr_diefusys(111, "write to stdout");
}

/* Writes the time that the label of a line stands for; returns the label's
   length, 0 when it is none. A label that is all of an unfinished line may be
   the beginning of something else. */
static size_t
put_time(struct outbuf *out, struct isotime *iso, struct linein_piece const *piece)
{
	size_t len;
	tain t;

	if (!piece->first || piece->len + (piece->end == LINEIN_NEWLINE) <= TAI64N_FMT
			|| !tai64n_scan(piece->s, &t))
		return 0;
	len = isotime_fmt(iso, &t);
	put(out, iso->text, len);
	return len ? TAI64N_FMT : 0;
}

int
main(int argc, char const *const *argv)
{
	static struct linein in;
	static struct outbuf out;
	struct isotime iso = { 0 };
	struct linein_piece piece;
	subgetopt l = SUBGETOPT_ZERO;

	PROG = "s6-tai64nlocal";
	while (cli_getopt(argc, argv, "g", 0, USAGE, &l) >= 0)
		iso.utc = 1;
	linein_init(&in, 0);
	out.fd = 1;
	do {
		linein_read(&in);
		while (linein_next(&in, &piece)) {
			size_t n = put_time(&out, &iso, &piece);

			put(&out, piece.s + n, piece.len - n + (piece.end == LINEIN_NEWLINE));
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
