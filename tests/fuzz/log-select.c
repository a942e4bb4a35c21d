/* A pattern, a newline, lines: each line matches as regexec says. */

#include "fuzz.h"
#include "pattern.h"

#include "log/log.h"

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	uint8_t const *newline = memchr(data, '\n', n);
	struct log_pattern p;
	char *text, *lines, *end;
	regex_t re;

	if (!newline || newline - data > 24 || n > 600 || memchr(data, 0, n))
		return 0;
	text = fuzz_string(data, (size_t)(newline - data));
	if (!fuzz_pattern_is_cheap(text)) {
		free(text);
		return 0;
	}
	lines = fuzz_string(newline + 1, n - (size_t)(newline + 1 - data));
	end = lines + strlen(lines);
	if (log_pattern_compile(&p, text) != 0) {
		claim(regcomp(&re, text, REG_EXTENDED | REG_NOSUB) != 0, "regcomp takes it");
		goto out;
	}
	claim(regcomp(&re, text, REG_EXTENDED | REG_NOSUB) == 0, "regcomp refuses it");
	log_pattern_forget(&p);
	for (char *line = lines; line < end;) {
		char *to = memchr(line, '\n', (size_t)(end - line));
		int got, want;

		if (!to)
			break;
		got = log_pattern_match(&p, line, (size_t)(to - line), end);
		claim(*to == '\n', "the byte after the line is preserved");
		*to = 0;
		want = regexec(&re, line, 0, 0, 0) == 0;
		*to = '\n';
		claim(!!got == want, "matches as regexec does");
		line = to + 1;
	}
	log_pattern_free(&p);
	regfree(&re);
out:
	free(text);
	free(lines);
	return 0;
}
