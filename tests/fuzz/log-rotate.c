/* Lines go into a log directory in pieces of all sizes: they come out in the same
   order, no file is too large, none is empty, and no line is cut. */

#include "logdir.h"

static size_t limit, biggest;

static void
check_file(char const *name, void *data)
{
	struct text t = { 0 };
	size_t lines = 0;

	(void)data;
	if (name[0] != '@')
		return;
	logdir_append(name, &t);
	for (size_t i = 0; i < t.n; i++)
		lines += t.s[i] == '\n';
	claim(t.n > 0 && t.s[t.n - 1] == '\n', "an archive holds whole lines");
	claim(t.n <= limit || lines == 1, "and is not too large");
	free(t.s);
}

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct log_target target = { .name = "./d", .lim = { .archives = UINT32_MAX, .retry = 1 } };
	struct log_journal j = { 0 };
	struct log_dir d;
	char *text;
	size_t at = 0, len, steps = 0;
	struct text got;

	if (n < 4)
		return 0;
	limit = target.lim.size = 16 + data[0] % 64;
	target.lim.slack = data[1] % (limit / 2);
	biggest = data[2];
	text = fuzz_string(data + 3, n - 3);
	len = n - 3;
	for (size_t i = 0; i < len; i++)	/* a newline is what is rare */
		if (text[i] % 8 == 7)
			text[i] = '\n';
	text[len - 1] = '\n';
	logdir_empty();
	log_dir_open(&d, &target, &fuzz_conf, &j);
	while (at < len) {
		size_t to = at + 1 + (uint8_t)text[at] % (biggest + 1);
		char *end = to >= len ? text + len : (char *)memchr(text + to, '\n', len - to) + 1;
		size_t piece = (size_t)(end - text) - at;

		/* the run points into the text, as it would into the input buffer */
		claim(steps++ % 2 ? log_out_put(&d.out, text + at, piece)
			: log_out_run(&d.out, text + at, piece), "there is room");
		at += piece;
		if (data[at % n] % 4 == 0) {
			log_out_flush(&d.out);
			log_dir_settle(&d);
			claim(log_out_pending(&d.out) == 0, "everything is written");
		}
		if (data[at % n] == 255)
			log_dir_rotate(&d);
	}
	log_dir_work(&d);
	log_dir_settle(&d);
	log_dir_work(&d);
	claim(log_dir_idle(&d), "nothing is left to do");
	logdir_leave(&d);
	got = logdir_text();
	claim(got.n == len && !memcmp(got.s, text, len), "what went in comes out");
	logdir_each(check_file, 0);
	free(got.s);
	free(text);
	return 0;
}
