/* log-select.c - patterns: every way of matching against regexec itself */

#include "log/log.h"

#include "tap.h"

static char const *const patterns[] = {
	"", "foo", "^foo", "foo$", "^foo$", "^$", "^", "$", ".*", "^.*$", ".*foo", "foo.*", "^foo.*",
	"^.*foo$", "foo.*$", "f.o", "fo+", "fo*", "(foo|bar)", "foo|bar", "[fb]o", "f[^o]o", "a\\.b",
	"\\^x", "x\\$", "\\[x\\]", "x]", "x}", "fo{2}", "fo{1,2}b", "o+b", "(o)+bar", "bar[0-9]+baz",
	"[]x]foo", "[^]x]foo", "[[:digit:]]foo", "x\\w", "foo\\b", "a}b[0-9]", "(a|b)c", "a?foo[0-9]",
	"^a|b$", "(^a)b[c]", "x\\/y", "foo[0-9]bar", "ab+c[d]", "((x)[)](y))zz[0-9]*", "a\\\\b", "..", "o$.*",
	"a{2}foo1", "fo*bar1?", "-", "a b",
};

static char const *const lines[] = {
	"", "foo", "foobar", "xfoo", "barfoo", "fo", "fooo", "f.o", "fxo", "a.b", "axb", "^x", "x$", "[x]",
	"x]", "x}", "]foo", "xfoo1", "1foo", "bar12baz", "barbaz", "x_", "x-", "foo bar", "a}b1", "ab1",
	"bc", "ac", "afoo1", "foo1bar", "abbbcd", "abcd", "x)yzz", "a\\b", "aafoo1", "fbar1", "fooooobar",
	"a", "b", "a\nb", "x/y", "aab", "ab", "-", "a b", "\200\377foo",
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Does the pattern say the same as regexec for every line, alone and in a
   buffer with all of them? */
static void
same(char const *text)
{
	static char buf[4096];
	struct log_pattern p;
	regex_t re;
	size_t n = 0, wrong = 0;
	char *line = buf;

	regcomp(&re, text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	if (!ok(log_pattern_compile(&p, text) == 0, "'%s' compiles", text))
		return;
	for (size_t i = 0; i < COUNT(lines); i++)
		if (!strchr(lines[i], '\n'))
			n += (size_t)sprintf(buf + n, "%s\n", lines[i]);
	for (size_t i = 0; i < COUNT(lines); i++) {
		size_t len = strlen(lines[i]);
		char copy[64];
		int want = !regexec(&re, lines[i], 0, 0, 0);

		if (strchr(lines[i], '\n'))
			continue;
		sprintf(copy, "%s\n", lines[i]);
		log_pattern_forget(&p);
		wrong += log_pattern_match(&p, copy, len, copy + len + 1) != want;
	}
	log_pattern_forget(&p);
	for (size_t i = 0; i < COUNT(lines); i++) {
		size_t len = strlen(lines[i]);

		if (strchr(lines[i], '\n'))
			continue;
		wrong += log_pattern_match(&p, line, len, buf + n) != !regexec(&re, lines[i], 0, 0, 0);
		wrong += line[len] != '\n';
		line += len + 1;
	}
	ok(!wrong, "'%s' matches what regexec matches", text);
	log_pattern_free(&p);
	regfree(&re);
}

static void
kinds(void)
{
	static struct { char const *text; enum log_match kind; char const *lit; } const want[] = {
		{ "", LOG_MATCH_ALL, "" }, { ".*", LOG_MATCH_ALL, "" }, { "^", LOG_MATCH_ALL, "" },
		{ "a b", LOG_MATCH_HAS, "a b" }, { ".*x.*", LOG_MATCH_HAS, "x" },
		{ "^a\\.", LOG_MATCH_BEGINS, "a." }, { "a$", LOG_MATCH_ENDS, "a" },
		{ "^a$", LOG_MATCH_IS, "a" }, { "^$", LOG_MATCH_IS, "" },
		{ "abc[0-9]de", LOG_MATCH_REGEX, "abc" }, { "a+bcd", LOG_MATCH_REGEX, "bcd" },
		{ "ba+?c", LOG_MATCH_REGEX, "b" }, { "a+*", LOG_MATCH_REGEX, "" },
		{ "a|b", LOG_MATCH_REGEX, "" }, { "(abc)?x", LOG_MATCH_REGEX, "x" },
		{ "abc?", LOG_MATCH_REGEX, "ab" }, { "\\<a", LOG_MATCH_REGEX, "" },
	};

	for (size_t i = 0; i < COUNT(want); i++) {
		struct log_pattern p;

		log_pattern_compile(&p, want[i].text);
		ok(p.kind == want[i].kind && p.len == strlen(want[i].lit)
			&& !memcmp(p.text, want[i].lit, p.len), "'%s' is seen through", want[i].text);
		log_pattern_free(&p);
	}
}

int
main(void)
{
	struct log_pattern p;
	char cut[] = "xxabxx\nab\n";

	for (size_t i = 0; i < COUNT(patterns); i++)
		same(patterns[i]);
	kinds();
	ok(log_pattern_compile(&p, "a(") != 0, "a bad expression is refused");
	log_pattern_compile(&p, "ab");
	ok(!log_pattern_match(&p, cut, 3, cut + 10), "no match across a cut");
	ok(!log_pattern_match(&p, cut + 3, 3, cut + 10), "nor behind it");
	ok(log_pattern_match(&p, cut + 7, 2, cut + 10), "but in the next line");
	log_pattern_free(&p);
	return done_testing();
}
