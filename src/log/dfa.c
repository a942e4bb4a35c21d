/* dfa.c - a program of ere.c as a table, and a line through it: see dfa.h */

#include <stdlib.h>
#include <string.h>

#include "dfa.h"

#define STATES 256		/* times 256 classes: fits in 16 bits */
#define WORDS (ERE_STEPS / 64)

/* The first two rows are never read: whoever gets there knows the answer. */
enum { NO, YES, FIRST };

/* Where in the program one may be: at ERE_BYTE, ERE_END and ERE_MATCH. */
struct places {
	uint64_t at[WORDS];
};

struct maker {
	struct ere_program program;
	struct dfa *d;
	int nstates, begin;	/* BEGIN: the state of the line's beginning */
	struct places state[STATES];
	uint8_t sample[256];	/* of each class, one byte */
};

static int
is_in(struct places const *s, int i)
{
	return s->at[i / 64] >> i % 64 & 1;
}

/* Adds the place I and all that can be reached from there without a byte. */
static void
reach(struct ere_program const *p, int i, int begin, int end, struct places *seen, struct places *to)
{
	struct ere_step const *s = p->step + i;

	if (is_in(seen, i))
		return;
	seen->at[i / 64] |= UINT64_C(1) << i % 64;
	switch (s->op) {
	case ERE_SPLIT:
		reach(p, i + s->y, begin, end, seen, to);
		reach(p, i + s->x, begin, end, seen, to);
		return;
	case ERE_JUMP:
		reach(p, i + s->x, begin, end, seen, to);
		return;
	case ERE_BEGIN:
		if (begin)
			reach(p, i + 1, begin, end, seen, to);
		return;
	case ERE_END:
		if (end)
			reach(p, i + 1, begin, end, seen, to);
		break;
	case ERE_BYTE:
	case ERE_MATCH:
		break;
	}
	to->at[i / 64] |= UINT64_C(1) << i % 64;
}

static int
matched(struct maker const *m, struct places const *s)
{
	return is_in(s, m->program.n - 1);
}

/* The state of S, a new one if need be; -1: too many. */
static int
state_of(struct maker *m, struct places const *s)
{
	static struct places const nowhere;

	if (matched(m, s))
		return YES;
	if (!memcmp(s, &nowhere, sizeof *s))
		return NO;
	for (int i = FIRST; i < m->nstates; i++)
		if (i != m->begin && !memcmp(&m->state[i], s, sizeof *s))
			return i;
	if (m->nstates == STATES)
		return -1;
	m->state[m->nstates] = *s;
	return m->nstates++;
}

/* Where the byte C leads from the state I. Bytes before the match do not matter:
   one may always begin anew. */
static int
after(struct maker *m, int i, unsigned int c)
{
	struct places seen = { { 0 } }, to = { { 0 } };

	for (int k = 0; k < m->program.n; k++) {
		struct ere_step const *s = m->program.step + k;

		if (is_in(&m->state[i], k) && s->op == ERE_BYTE && s->set[c / 8] >> c % 8 & 1)
			reach(&m->program, k + 1, 0, 0, &seen, &to);
	}
	reach(&m->program, 0, 0, 0, &seen, &to);
	return state_of(m, &to);
}

/* The line ends in the state I. */
static int
at_end(struct maker *m, int i)
{
	struct places seen = { { 0 } }, to = { { 0 } };

	for (int k = 0; k < m->program.n; k++)
		if (is_in(&m->state[i], k))
			reach(&m->program, k, i == m->begin, 1, &seen, &to);
	return matched(m, &to) ? YES : NO;
}

/* Bytes that no set tells apart are of one class. That of NUL is its own. */
static void
classify(struct maker *m)
{
	struct dfa *d = m->d;

	d->classes = 1;
	for (unsigned int c = 1; c < 256; c++) {
		unsigned int k = 1;

		for (; k < d->classes; k++) {
			unsigned int b = m->sample[k];
			int i = 0;

			while (i < m->program.n && (m->program.step[i].set[c / 8] >> c % 8 & 1)
				== (m->program.step[i].set[b / 8] >> b % 8 & 1))
				i++;
			if (i == m->program.n)
				break;
		}
		if (k == d->classes)
			m->sample[d->classes++] = (uint8_t)c;
		d->class[c] = (uint8_t)k;
	}
}

/* Fills the table. The states are known by then as far as they were met; each
   row may add some. */
static int
fill(struct maker *m)
{
	struct dfa *d = m->d;
	uint16_t *row = d->next + FIRST * d->classes;

	for (int i = FIRST; i < m->nstates; i++) {
		*row++ = (uint16_t)(at_end(m, i) * d->classes);
		for (unsigned int k = 1; k < d->classes; k++) {
			int to = after(m, i, m->sample[k]);

			if (to < 0)
				return -1;
			*row++ = (uint16_t)(to * d->classes);
		}
	}
	return 0;
}

static int
make(struct maker *m)
{
	struct dfa *d = m->d;
	struct places seen = { { 0 } }, to = { { 0 } };
	int home;

	classify(m);
	d->next = malloc((size_t)STATES * d->classes * sizeof *d->next);
	if (!d->next)
		return -1;
	/* the only state that differs from others by more than its places */
	reach(&m->program, 0, 1, 0, &seen, &to);
	m->nstates = FIRST;
	d->start = (uint16_t)(state_of(m, &to) * d->classes);
	m->begin = FIRST;
	seen = to = (struct places){ { 0 } };
	reach(&m->program, 0, 0, 0, &seen, &to);
	home = state_of(m, &to);
	d->home = (uint16_t)(home * d->classes);
	if (fill(m) < 0)
		return -1;
	for (unsigned int c = 0; c < 256; c++)
		d->leaves[c] = home >= FIRST && d->next[d->home + d->class[c]] != d->home;
	return 0;
}

void
log_dfa_free(struct dfa *d)
{
	free(d->next);
	d->next = 0;
}

int
log_dfa_compile(struct dfa *d, char const *text)
{
	struct maker *m = calloc(1, sizeof *m);
	int r;

	if (!m)
		return -1;
	memset(d, 0, sizeof *d);
	m->d = d;
	r = log_ere_compile(&m->program, text);
	if (r == 0)
		r = make(m);
	if (r < 0) {
		log_dfa_free(d);
	} else {
		size_t size = (size_t)m->nstates * d->classes * sizeof *d->next;
		uint16_t *less = realloc(d->next, size);

		if (less)
			d->next = less;
	}
	free(m);
	return r;
}

int
log_dfa_match(struct dfa const *d, char const *line)
{
	unsigned char const *p = (unsigned char const *)line;
	unsigned int const yes = YES * d->classes;
	unsigned int state = d->start;

	/* the NUL leads to an answer, and away from home */
	while (state > yes) {
		if (state == d->home)
			while (!d->leaves[*p])
				p++;
		state = d->next[state + d->class[*p++]];
	}
	return state == yes;
}
