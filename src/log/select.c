/*
 * select.c - does a line match a pattern? See log.h.
 *
 * Most patterns are literals, perhaps anchored. Of a true regular expression we
 * know some text that every match holds. Such text is looked for in all of the
 * buffer at once; a line that ends before the next occurrence costs one
 * comparison. What is left is done by a table of our own, where dfa.h understands
 * the expression, else by regexec.
 */

#include <stdlib.h>
#include <string.h>

#include "log.h"

#define FAIR 16		/* looks at a byte before we judge how rare it is */
#define SELDOM 24	/* bytes between two that are worth it */

static int
is_special(char c)
{
	return c && strchr(".[()*+?{|^$\\", c) != 0;
}

/* One literal character at S: returns the bytes it takes, 0 when it is none. */
static size_t
literal(char const *s, char *c)
{
	if (!*s)
		return 0;
	if (!is_special(*s)) {
		*c = *s;
		return 1;
	}
	/* "\w" and the like are GNU operators: only punctuation is safe */
	if (s[0] == '\\' && (is_special(s[1]) || s[1] == '/' || s[1] == ']' || s[1] == '}')) {
		*c = s[1];
		return 2;
	}
	return 0;
}

static int
is_quantifier(char c)
{
	return c == '*' || c == '+' || c == '?' || c == '{';
}

/* Is TEXT a literal, perhaps anchored, perhaps with ".*" at its ends? Fills P. */
static int
plain(struct log_pattern *p, char const *text)
{
	int begins = 0, ends = 0;

	if (*text == '^')
		begins = 1, text++;
	if (text[0] == '.' && text[1] == '*' && !is_quantifier(text[2]))
		begins = 0, text += 2;
	for (;;) {
		char c;
		size_t n = literal(text, &c);

		if (!n)
			break;
		if (is_quantifier(text[n]))
			return 0;
		p->text[p->len++] = c;
		text += n;
	}
	if (text[0] == '.' && text[1] == '*' && (!text[2] || (text[2] == '$' && !text[3])))
		text += 2 + (text[2] == '$');
	else if (*text == '$')
		ends = 1, text++;
	if (*text)
		return 0;
	p->kind = begins ? ends ? LOG_MATCH_IS : LOG_MATCH_BEGINS
		: ends ? LOG_MATCH_ENDS : LOG_MATCH_HAS;
	if (!p->len && p->kind != LOG_MATCH_IS)
		p->kind = LOG_MATCH_ALL;
	return 1;
}

/* Skips what S is at: a bracket expression, a group, one operator. Returns what
   follows, or null when that is not clear. */
static char const *
skip(char const *s)
{
	int depth = 0;

	if (*s == '|' || *s == ')' || *s == '\\')
		return 0;
	do {
		if (*s == '[') {
			s++;
			if (*s == '^')
				s++;
			if (*s == ']')
				s++;
			for (; *s && *s != ']'; s++)
				if (*s == '[')
					return 0;	/* [:alpha:] and the like */
		} else if (*s == '\\') {
			s++;
		} else if (*s == '(') {
			depth++;
		} else if (*s == ')') {
			depth--;
		}
		if (!*s)
			return 0;
		s++;
	} while (depth > 0);
	return s;
}

static char const *
skip_quantifiers(char const *s)
{
	while (is_quantifier(*s)) {
		if (*s == '{')
			while (s[1] && *s != '}')
				s++;
		s++;
	}
	return s;
}

/* Leaves in P the longest text that is in every match of the expression, as
   far as that is seen at its top level; an empty one where it is not. Needs
   P->text of 2 * strlen + 2 bytes. */
static void
required(struct log_pattern *p, char const *s)
{
	char *run = p->text + strlen(s) + 1;
	size_t n = 0;

	p->len = 0;
	for (;;) {
		char c;
		size_t w = literal(s, &c);

		if (w && !is_quantifier(s[w])) {
			run[n++] = c;
			s += w;
			continue;
		}
		if (w && s[w] == '+' && !is_quantifier(s[w + 1]))	/* "a+?" may be nothing */
			run[n++] = c;
		if (n > p->len)
			memcpy(p->text, run, p->len = n);
		n = 0;
		if (!*s)
			return;
		s = w ? s + w : skip(s);
		if (!s) {
			p->len = 0;
			return;
		}
		s = skip_quantifiers(s);
	}
}

/* Finds the byte of the text that one meets least: what is not in this list, or
   else comes late in it. */
static void
choose_rare(struct log_pattern *p)
{
	static char const common[] = "e taoinsr0123456789lhdcu:.-/mfpgwyb,=\"_[]()vkjxqz";
	char const *best = common;

	p->rare = 0;
	for (size_t i = 0; i < p->len; i++) {
		char const *at = memchr(common, p->text[i], sizeof common - 1);

		if (!at)
			at = common + sizeof common;
		if (at > best) {
			best = at;
			p->rare = i;
		}
	}
}

int
log_pattern_compile(struct log_pattern *p, char const *text)
{
	int e;

	*p = (struct log_pattern){ .kind = LOG_MATCH_REGEX };
	p->text = malloc(2 * strlen(text) + 2);
	if (!p->text)
		return REG_ESPACE;
	if (plain(p, text)) {
		choose_rare(p);
		return 0;
	}
	e = log_dfa_compile(&p->dfa, text) == 0 ? 0
		: regcomp(&p->re, text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	if (e) {
		free(p->text);
		p->text = 0;
		return e;
	}
	p->kind = LOG_MATCH_REGEX;
	required(p, text);
	choose_rare(p);
	return 0;
}

void
log_pattern_free(struct log_pattern *p)
{
	if (p->kind == LOG_MATCH_REGEX && p->text) {
		if (p->dfa.next)
			log_dfa_free(&p->dfa);
		else
			regfree(&p->re);
	}
	free(p->text);
	p->text = 0;
}

void
log_pattern_forget(struct log_pattern *p)
{
	p->hit = p->end = 0;
}

/* The first occurrence of the text between S and END, or null. memchr goes through
   many bytes at once, so it looks for the rare byte; where that is not rare at all
   memmem is better. */
static char const *
find(struct log_pattern const *p, char const *s, char const *end)
{
	char const *from = s, *last;
	size_t misses = 0;

	if ((size_t)(end - s) < p->len)
		return 0;
	last = end - p->len + p->rare;
	for (s += p->rare; s <= last; s++) {
		s = memchr(s, p->text[p->rare], (size_t)(last - s) + 1);
		if (!s)
			return 0;
		if (!memcmp(s - p->rare, p->text, p->len))
			return s - p->rare;
		if (++misses > FAIR && (size_t)(s - from) < misses * SELDOM) {
			s -= p->rare;
			return memmem(s, (size_t)(end - s), p->text, p->len);
		}
	}
	return 0;
}

/* Does the line hold the text? Looks as far as END and remembers. The text
   holds no newline, or never matches: an occurrence may cross a line's end
   only where the line was cut for its length. */
static int
has(struct log_pattern *p, char const *line, size_t len, char const *end)
{
	if (p->end != end || p->hit < line) {
		char const *hit = find(p, line, end);

		p->hit = hit ? hit : end;
		p->end = end;
	}
	return p->hit < end && p->hit + p->len <= line + len;
}

static int
regex(struct log_pattern *p, char *line, size_t len)
{
	char c = line[len];
	int r;

	line[len] = 0;
	r = p->dfa.next ? log_dfa_match(&p->dfa, line) : !regexec(&p->re, line, 0, 0, 0);
	line[len] = c;
	return r;
}

int
log_pattern_match(struct log_pattern *p, char *line, size_t len, char const *end)
{
	switch (p->kind) {
	case LOG_MATCH_ALL:
		return 1;
	case LOG_MATCH_HAS:
		return has(p, line, len, end);
	case LOG_MATCH_BEGINS:
		return len >= p->len && !memcmp(line, p->text, p->len);
	case LOG_MATCH_ENDS:
		return len >= p->len && !memcmp(line + len - p->len, p->text, p->len);
	case LOG_MATCH_IS:
		return len == p->len && !memcmp(line, p->text, p->len);
	case LOG_MATCH_REGEX:
		return (!p->len || has(p, line, len, end)) && regex(p, line, len);
	}
	return 0;
}
