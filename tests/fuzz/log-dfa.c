/*
 * The first bytes choose a regular expression, the rest are lines: where the table
 * is made at all, each line matches as the C library's regexec says. The
 * expressions are made from a grammar, so that all are valid, most are ours, and
 * none takes regexec for ever.
 */

#include "fuzz.h"

#include <regex.h>

#include "log/dfa.h"

#define TEXT 256
#define MOST 60		/* of the expression: beyond, regexec may take for ever */

struct source {
	uint8_t const *p, *end;
	char text[TEXT];
	size_t n;
	int intervals, loops;	/* few of each: regcomp copies, and follows all ways */
};

static unsigned int
choose(struct source *s, unsigned int n)
{
	return s->p < s->end ? *s->p++ % n : 0;
}

static void
put(struct source *s, char const *text)
{
	size_t n = strlen(text);

	if (s->n + n < TEXT) {
		memcpy(s->text + s->n, text, n + 1);
		s->n += n;
	}
}

static void alternatives(struct source *s, int depth);

static void
atom(struct source *s, int depth)
{
	static char const *const atoms[] = {
		"a", "b", "ab", ".", "[ab]", "[^a]", "[a-c]", "[^b-y]", "[[:digit:]]", "[^[:alpha:]]",
		"\\.", "^", "$", "0", "[]a]", "[^]-]", "[a-]", "[-a]", "\\\\", "\\$", " ", "\200", "[[:space:][:punct:]]",
		"c", "[.]", "[\\]", "[$^*]", "]", "}", "\\}",
	};
	unsigned int i = choose(s, sizeof atoms / sizeof *atoms + 6);

	if (i < sizeof atoms / sizeof *atoms || depth > 3) {
		put(s, atoms[i % (sizeof atoms / sizeof *atoms)]);
		return;
	}
	put(s, "(");
	alternatives(s, depth + 1);
	put(s, ")");
}

static void
branch(struct source *s, int depth)
{
	static char const *const quantifiers[] = {
		"", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{1,}", "{0,}", "{3}",
	};
	unsigned int n = 1 + choose(s, 3);

	while (n--) {
		unsigned int q;
		char last;

		atom(s, depth);
		last = s->text[s->n - 1];
		q = choose(s, s->loops > 2 ? 3 : s->intervals ? 6 : 12);
		if (last == '^' || last == '$')
			continue;	/* a repeated anchor is an error for some */
		s->loops += q > 2;
		s->intervals += q > 5;
		put(s, quantifiers[q]);
	}
}

static void
alternatives(struct source *s, int depth)
{
	unsigned int n = 1 + choose(s, 2);

	branch(s, depth);
	while (--n) {
		put(s, "|");
		branch(s, depth);
	}
}

/* LINE, less its newline, by the table and by the library. */
static void
same(struct dfa const *d, regex_t const *re, char const *line, char const *text)
{
	int ours = log_dfa_match(d, line), theirs = regexec(re, line, 0, 0, 0) == 0;

	if (ours != theirs)
		fprintf(stderr, "'%s' on '%s': %d, regexec %d\n", text, line, ours, theirs);
	claim(ours == theirs, "the table matches as regexec does");
}

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct source s = { .p = data, .end = data + n };
	char *lines, *line;
	struct dfa d;
	regex_t re;

	if (n > 400)
		return 0;
	alternatives(&s, 0);
	if (s.n > MOST || log_dfa_compile(&d, s.text) < 0)
		return 0;
	claim(regcomp(&re, s.text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) == 0, "regcomp takes it");
	lines = fuzz_string(s.p, (size_t)(s.end - s.p));
	line = lines;
	for (char *to; (to = strchr(line, '\n')); line = to + 1) {
		*to = 0;
		same(&d, &re, line, s.text);
	}
	same(&d, &re, line, s.text);
	free(lines);
	log_dfa_free(&d);
	regfree(&re);
	return 0;
}
