/* log-dfa.c - the table of regular expressions: what is ours, and how it matches */

#include <regex.h>
#include <string.h>

#include "log/dfa.h"

#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static char const *const ours[] = {
	"a[bc]d", "a(b|c)*d", "^a+b?$", "x{2,3}y", "(ab){2}", "(a|b){1,2}c", "a{0,2}b", "a{2,}", "[[:digit:]]+",
	"[^[:space:]]x", "[]a]b", "[a-]c", "(a|bc|d)e", "((a))b*", "^(a|b)", "(a|b)$", "^$|x+y", "a^b+", "a$b+",
	"(^a|b)c", "a\\.b+", "[.]", "z[a-f]+bra", "(quokka|wombat)s?", "xy.*lem", "(a*)*b", "(a*)+", "(a|b*)*c",
	"[^ab]", "\200+", "(a*|b)*", "^(a*)$", "[$^]", "a|b|c|d", "a.{3}b", "[\\]", "(a?b?c?)d",
	"([01]?[0-9]|2[0-3]):[0-5][0-9]", "(GET|POST) /[a-z]* HTTP/1[.][01]\" (4|5)[0-9]{2} ",
};

static char const *const theirs[] = {
	"a++", "a+?", "(a)\\1", "a\\w", "\\<a", "a||b", "(|a)", "()", "a{0}", "(^a)*", "^*a", "[[.a.]]",
	"[[=a=]]", "[a-c-e]", "[\200]", "a{256}", "(((a{9}){9}){9}){9}", "", "|a", "a|", "a\\nb",
};

static char const *const lines[] = {
	"", "a", "b", "ab", "abd", "acd", "ad", "abcbcd", "aab", "xxy", "xy", "xxxxy", "abab", "aba", "bac", "c",
	"aa", "1", "x1x", " x", "xx", "]b", "ac", "-c", "bce", "de", "abbb", "a.b", "a.bbb", "zabra", "zbra",
	"zgbra", "wombat", "two quokkas", "xylem", "xy and lem", "\200\200", "x\377y", "$", "^", "aXXXb", "a12b",
	"\\", "d", "23:59", "24:00", "GET /index HTTP/1.1\" 404 ", "GET /index HTTP/1.1\" 200 ", "b c", "bbbbc",
};

static void
same(char const *text)
{
	struct dfa d;
	regex_t re;
	int wrong = 0;

	if (!ok(log_dfa_compile(&d, text) == 0, "'%s' is ours", text))
		return;
	regcomp(&re, text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	for (size_t i = 0; i < COUNT(lines); i++)
		wrong += log_dfa_match(&d, lines[i]) != !regexec(&re, lines[i], 0, 0, 0);
	ok(!wrong, "'%s' matches what regexec matches", text);
	regfree(&re);
	log_dfa_free(&d);
}

int
main(void)
{
	struct dfa d;

	for (size_t i = 0; i < COUNT(ours); i++)
		same(ours[i]);
	for (size_t i = 0; i < COUNT(theirs); i++)
		ok(log_dfa_compile(&d, theirs[i]) < 0, "'%s' is left to the library", theirs[i]);
	ok(log_dfa_compile(&d, "(a|b)*a(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)") < 0,
		"and what has too many states");
	return done_testing();
}
