/* outbuf.c - output in large pieces */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include <sextet/outbuf.h>

#include "tap.h"

static char text[4 * OUTBUF_SIZE], got[sizeof text];

static size_t
arrived(char const *file)
{
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, got, sizeof got);

	close(fd);
	return n < 0 ? 0 : (size_t)n;
}

int
main(void)
{
	static struct outbuf out;
	size_t n = 0;
	int p[2];

	tap_tmpdir();
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 23);
	out.fd = open("file", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ok(!outbuf_put(&out, text, 10) && !outbuf_put(&out, 0, 0), "put");
	ok(!arrived("file"), "nothing is written yet");
	ok(!outbuf_flush(&out) && arrived("file") == 10, "flush writes");
	ok(!outbuf_flush(&out) && arrived("file") == 10, "and forgets");
	for (n = 10; n + 777 < 2 * OUTBUF_SIZE; n += 777)
		if (outbuf_put(&out, text + n, 777) < 0)
			break;
	ok(arrived("file") > OUTBUF_SIZE - 777, "a full buffer is written");
	ok(!outbuf_put(&out, text + n, sizeof text - n), "a piece larger than the buffer");
	ok(!outbuf_flush(&out) && arrived("file") == sizeof text, "all is there");
	is_bytes(got, text, sizeof text, "and in order");
	close(out.fd);

	if (pipe(p) < 0)
		return 111;
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	if (!tap_fork()) {
		usleep(50000);
		for (n = 0; n < sizeof text; ) {
			ssize_t r = read(p[0], got, sizeof got);

			if (r <= 0)
				break;
			n += (size_t)r;
		}
		_exit(0);
	}
	close(p[0]);
	out.fd = p[1];
	ok(!outbuf_put(&out, text, sizeof text), "waits for a non-blocking pipe");
	close(p[1]);
	out.fd = open("/dev/full", O_WRONLY);
	ok(!outbuf_put(&out, text, 5) && outbuf_flush(&out) < 0 && errno == ENOSPC,
		"an error of write is told");
	ok(!outbuf_flush(&out), "once");
	return done_testing();
}
