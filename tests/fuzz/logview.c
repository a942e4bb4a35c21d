/* A log directory's files as one stream: nothing is lost, nothing comes twice, and
   the last N lines are N. */

#include "fuzz.h"

#include <skalibs/strerr.h>

#include <log/logview.h>

static struct logview_dir dir;

/* Reads all pieces; returns the lines, and the bytes less newlines in *BYTES. */
static uint64_t
read_all(uint64_t last, size_t *bytes)
{
	struct logview_clock clock = { 0 };
	uint64_t lines = 0;
	int trouble = 0;

	dir = (struct logview_dir){ 0 };
	claim(logview_open(&dir, ".", 0) == 0, "the directory can be opened");
	if (last)
		logview_seek_last(&dir, last);
	*bytes = 0;
	while (logview_fill(&dir, &clock, &trouble)) {
		claim(dir.time.nano < 1000000000, "a time is a time");
		lines += dir.piece.end != LINEIN_MORE;
		*bytes += dir.piece.len;
		dir.have = 0;
	}
	claim(!trouble, "no trouble");
	close(dir.fd);
	free(dir.files);
	return lines;
}

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static char const *const names[] = { "@400000006b02591a0f1e2d3c.s",
		"@400000006b02591a0f1e2d3d.u", "previous", "current" };
	uint64_t lines = 0, got;
	size_t text = n, bytes, some;

	fuzz_dir();
	PROG = "fuzz";
	for (size_t i = 0; i < 4; i++) {
		uint8_t const *cut = i < 3 ? memchr(data, 0xff, n) : 0;
		size_t len = cut ? (size_t)(cut - data) : n;

		fuzz_file(names[i], data, len);
		for (size_t j = 0; j < len; j++)
			lines += data[j] == '\n';
		lines += len && data[len - 1] != '\n';
		text -= cut != 0;
		data += len + (cut != 0);
		n -= len + (cut != 0);
	}
	got = read_all(0, &bytes);
	claim(got == lines, "every line once");
	claim(bytes <= text, "no more than there is");
	for (uint64_t last = 1; last < 4; last++)
		claim(read_all(last, &some) == (last < lines ? last : lines), "the last lines");
	return 0;
}
