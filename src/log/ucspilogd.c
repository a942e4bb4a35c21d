/*
 * ucspilogd - makes syslog messages from a stream connection readable.
 * The values of some variables (say, who the client is) are put before each
 * line, and its <N> becomes a facility and a severity.
 * Exits 0 at the end of the input, 111 on error.
 */

#include <errno.h>
#include <stdlib.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/linein.h>
#include <sextet/outbuf.h>
#include <sextet/priority.h>
#include <sextet/tai64n.h>

#define USAGE "ucspilogd [ -D default ] [ var... ]"

static void
put(struct outbuf *out, char const *s, size_t n)
{
	if (outbuf_put(out, s, n) < 0)
		strerr_diefusys(111, "write to stdout");
}

static size_t
stamp_len(struct linein_piece const *piece)
{
	tain t;

	return piece->len > TAI64N_FMT && tai64n_scan(piece->s, &t)
		&& piece->s[TAI64N_FMT] == ' ' ? TAI64N_FMT + 1 : 0;
}

/* The beginning of a line: its stamp first, then PREFIX, then the priority in
   words. Returns how much of the line that was. */
static size_t
put_head(struct outbuf *out, stralloc const *prefix, struct linein_piece const *piece)
{
	size_t stamp = stamp_len(piece), len, fmt;
	char text[PRIORITY_FMT];

	put(out, piece->s, stamp);
	put(out, prefix->s, prefix->len);
	len = priority_scan(piece->s + stamp, piece->len - stamp, text, &fmt);
	if (len)
		put(out, text, fmt);
	return stamp + len;
}

static void
add_value(stralloc *prefix, char const *name, char const *undefined)
{
	char const *value = getenv(name);

	if (!stralloc_cats(prefix, value ? value : undefined) || !stralloc_cats(prefix, ": "))
		strerr_diefusys(111, "build the prefix");
}

int
main(int argc, char const *const *argv)
{
	static struct linein in;
	static struct outbuf out;
	stralloc prefix = STRALLOC_ZERO;
	char const *undefined = "<undefined>";
	struct linein_piece piece;
	subgetopt l = SUBGETOPT_ZERO;

	PROG = "ucspilogd";
	while (cli_getopt(argc, argv, "D:", 0, USAGE, &l) >= 0)
		undefined = l.arg;
	for (int i = l.ind; i < argc; i++)
		add_value(&prefix, argv[i], undefined);
	linein_init(&in, 0);
	out.fd = 1;
	in.nul = 1;
	do {
		linein_read(&in);
		while (linein_next(&in, &piece)) {
			size_t n = piece.first ? put_head(&out, &prefix, &piece) : 0;

			put(&out, piece.s + n, piece.len - n);
			if (piece.end != LINEIN_MORE)
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
