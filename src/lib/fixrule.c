/* fixrule.c - see sextet/fixrule.h */

#include <stddef.h>
#include <string.h>

#include <sextet/fixrule.h>

#define BLANKS " \t\r"
#define WORDS 5

/* The words of LINE up to a comment, at most one more than a rule has. */
static size_t
split(char *line, char const **word)
{
	size_t n = 0;

	while (n <= WORDS) {
		line += strspn(line, BLANKS);
		if (!*line || *line == '#')
			break;
		word[n++] = line;
		line += strcspn(line, BLANKS);
		if (*line)
			*line++ = 0;
	}
	return n;
}

static int
parse_mode(char const *s, mode_t *mode)
{
	mode_t m = 0;

	if (!strcmp(s, "-")) {
		*mode = FIXRULE_SAME;
		return 1;
	}
	if (!*s)
		return 0;
	for (; *s; s++) {
		if (*s < '0' || *s > '7' || m > 0777)
			return 0;
		m = m << 3 | (mode_t)(*s - '0');
	}
	*mode = m;
	return 1;
}

int
fixrule_parse(char *line, struct fixrule *rule, char const **what)
{
	char const *word[WORDS + 1];
	size_t n = split(line, word);

	if (!n)
		return 0;
	if (n != WORDS)
		*what = n < WORDS ? "too few words" : "too many words";
	else if (strcmp(word[1], "true") && strcmp(word[1], "false"))
		*what = "recurse is neither true nor false";
	else if (!parse_mode(word[3], &rule->fmode))
		*what = "invalid mode of files";
	else if (!parse_mode(word[4], &rule->dmode))
		*what = "invalid mode of directories";
	else
		*what = 0;
	if (*what)
		return -1;
	rule->path = word[0];
	rule->recurse = word[1][0] == 't';
	rule->account = word[2];
	return 1;
}
