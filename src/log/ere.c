/* ere.c - an extended regular expression into a program: see dfa.h */

#include <string.h>

#include "dfa.h"

#define REPEAT_MAX 255		/* RE_DUP_MAX of POSIX */
#define DEPTH_MAX 50

struct parser {
	struct ere_program *p;
	char const *s;
	int depth;
	int anchors;		/* seen so far */
};

/* What a quantifier may repeat: the steps from BEGIN to the end. */
struct atom {
	int begin;
	int fixed;		/* an anchor, or something with one: never repeated */
};

static int alternatives(struct parser *r);

static void
add(uint8_t *set, unsigned int c)
{
	set[c / 8] = (uint8_t)(set[c / 8] | 1U << c % 8);
}

static struct ere_step *
emit(struct parser *r, enum ere_op op)
{
	struct ere_step *s = &r->p->step[r->p->n];

	if (r->p->n == ERE_STEPS)
		return 0;
	r->p->n++;
	memset(s, 0, sizeof *s);
	s->op = op;
	return s;
}

/* Puts a split before the steps from AT on, whose jumps are relative and stay
   within: it goes on there or behind them, EXTRA steps further. */
static int
split_before(struct parser *r, int at, int extra)
{
	struct ere_step *s = r->p->step + at;
	int n = r->p->n - at;

	if (!emit(r, ERE_SPLIT))
		return -1;
	memmove(s + 1, s, (size_t)n * sizeof *s);
	memset(s, 0, sizeof *s);
	s->op = ERE_SPLIT;
	s->x = 1;
	s->y = n + 1 + extra;
	return 0;
}

/* Copies the N steps from AT on to the end. */
static int
copy(struct parser *r, int at, int n)
{
	if (r->p->n + n > ERE_STEPS)
		return -1;
	memcpy(r->p->step + r->p->n, r->p->step + at, (size_t)n * sizeof *r->p->step);
	r->p->n += n;
	return 0;
}

/* The steps from AT on, any number of times, but at least once. */
static int
again(struct parser *r, int at)
{
	int n = r->p->n - at;
	struct ere_step *s = emit(r, ERE_SPLIT);

	if (!s)
		return -1;
	s->x = -n;
	s->y = 1;
	return 0;
}

/* ... LEAST to MOST times; MOST is -1 without a limit. */
static int
repeat(struct parser *r, int at, int least, int most)
{
	int n = r->p->n - at, last = at;

	if (least > REPEAT_MAX || most > REPEAT_MAX || !most || (most > 0 && most < least))
		return -1;
	for (int i = 1; i < least; i++) {
		last = r->p->n;
		if (copy(r, at, n) < 0)
			return -1;
	}
	if (most < 0)
		return again(r, last) < 0 || (!least && split_before(r, at, 0) < 0) ? -1 : 0;
	for (int i = least ? least : 1; i < most; i++) {
		last = r->p->n;
		if (copy(r, at, n) < 0 || split_before(r, last, 0) < 0)
			return -1;
	}
	return least || split_before(r, at, 0) == 0 ? 0 : -1;
}

static int
number(struct parser *r)
{
	int n = -1;

	while (*r->s >= '0' && *r->s <= '9' && n <= REPEAT_MAX)
		n = (n < 0 ? 0 : n * 10) + (*r->s++ - '0');
	return n;
}

static int
is_quantifier(char c)
{
	return c && strchr("*+?{", c);
}

/* At most one quantifier; libraries differ in what two of them mean. */
static int
quantified(struct parser *r, struct atom const *a)
{
	int least = 0, most = -1;
	char c = *r->s;

	if (!is_quantifier(c))
		return 0;
	r->s++;
	if (c == '+') {
		least = 1;
	} else if (c == '?') {
		most = 1;
	} else if (c == '{') {
		most = least = number(r);
		if (least >= 0 && *r->s == ',') {
			r->s++;
			most = *r->s == '}' ? -1 : number(r);
			if (most < 0 && *r->s != '}')
				return -1;
		}
		if (least < 0 || *r->s++ != '}')
			return -1;
	}
	if (a->fixed || is_quantifier(*r->s))
		return -1;
	return repeat(r, a->begin, least, most);
}

/* [:NAME:], of ASCII. S is behind the first colon; returns what follows the end. */
static char const *
class(uint8_t *set, char const *s)
{
	static struct {
		char const *name;
		char const *ranges;	/* pairs */
	} const classes[] = {
		{ "alpha:]", "AZaz" }, { "digit:]", "09" }, { "alnum:]", "AZaz09" },
		{ "upper:]", "AZ" }, { "lower:]", "az" }, { "xdigit:]", "09AFaf" },
		{ "space:]", "\t\r  " }, { "blank:]", "\t\t  " }, { "punct:]", "!/:@[`{~" },
		{ "print:]", " ~" }, { "graph:]", "!~" }, { "cntrl:]", "\1\37\177\177" },
	};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		char const *r = classes[i].ranges;

		if (strncmp(s, classes[i].name, strlen(classes[i].name)))
			continue;
		for (; *r; r += 2)
			for (char c = r[0]; c <= r[1]; c++) {
				add(set, (unsigned char)c);
				if (c == r[1])
					break;	/* 127 + 1 */
			}
		return s + strlen(classes[i].name);
	}
	return 0;
}

/* Of ASCII characters; "-" only where it can mean one thing. */
static int
bracket(struct parser *r, uint8_t *set)
{
	char const *s = r->s + 1, *first;
	int negated = *s == '^';

	s += negated;
	for (first = s; *s != ']' || s == first;) {
		unsigned char from = (unsigned char)*s, to;

		if (from == '[' && strchr(".=", s[1]))
			return -1;
		if (from == '[' && s[1] == ':') {
			s = class(set, s + 2);
			if (!s || *s == '-')
				return -1;
			continue;
		}
		if (!from || from >= 0x80 || (from == '-' && s != first && s[1] != ']'))
			return -1;
		to = from;
		if (s[1] == '-' && s[2] != ']') {
			to = (unsigned char)s[2];
			if (to >= 0x80 || to < from || to == '[' || to == '-' || from == '-')
				return -1;
			s += 2;
			if (s[1] == '-' && s[2] != ']')
				return -1;
		}
		for (unsigned int c = from; c <= to; c++)
			add(set, c);
		s++;
	}
	r->s = s + 1;
	for (int i = 0; negated && i < 32; i++)
		set[i] = (uint8_t)~set[i];
	set[0] &= 0xfe;		/* NUL is the end of the line */
	return 0;
}

/* One character: "." or a bracket or itself. -1: it is something else. */
static int
byte(struct parser *r)
{
	struct ere_step *s;
	char c = *r->s;

	if (!c || strchr("|()*+?{^$", c) || !(s = emit(r, ERE_BYTE)))
		return -1;
	if (c == '[')
		return bracket(r, s->set);
	r->s++;
	if (c == '.') {
		memset(s->set, 0xff, sizeof s->set);
		s->set[0] = 0xfe;
		return 0;
	}
	if (c == '\\') {
		c = *r->s++;
		/* letters and digits are operators of the GNU library */
		if (!c || !strchr(".[()*+?{|^$\\/]}", c))
			return -1;
	}
	add(s->set, (unsigned char)c);
	return 0;
}

static int
group(struct parser *r)
{
	int anchors = r->anchors;

	if (++r->depth > DEPTH_MAX)
		return -1;
	r->s++;
	if (alternatives(r) < 0 || *r->s != ')')
		return -1;
	r->s++;
	r->depth--;
	return r->anchors - anchors;
}

static int
atom(struct parser *r, struct atom *a)
{
	a->begin = r->p->n;
	a->fixed = 0;
	switch (*r->s) {
	case '^':
	case '$':
		if (!emit(r, *r->s++ == '^' ? ERE_BEGIN : ERE_END))
			return -1;
		r->anchors++;
		a->fixed = 1;
		return 0;
	case '(':
		a->fixed = group(r);
		return a->fixed < 0 ? -1 : 0;
	default:
		return byte(r);
	}
}

/* What stands between bars; never nothing. */
static int
branch(struct parser *r)
{
	do {
		struct atom a;

		if (atom(r, &a) < 0 || quantified(r, &a) < 0)
			return -1;
	} while (*r->s && *r->s != '|' && *r->s != ')');
	return 0;
}

static int
alternatives(struct parser *r)
{
	int begin = r->p->n, jump;

	if (branch(r) < 0)
		return -1;
	while (*r->s == '|') {
		r->s++;
		if (split_before(r, begin, 1) < 0 || !emit(r, ERE_JUMP))
			return -1;
		jump = r->p->n - 1;
		if (branch(r) < 0)
			return -1;
		r->p->step[jump].x = r->p->n - jump;
	}
	return 0;
}

int
log_ere_compile(struct ere_program *p, char const *text)
{
	struct parser r = { .p = p, .s = text };

	p->n = 0;
	return alternatives(&r) == 0 && !*r.s && emit(&r, ERE_MATCH) ? 0 : -1;
}
