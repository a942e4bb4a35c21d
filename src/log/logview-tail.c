/* logview-tail.c - the last lines of all: see logview.h */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "logview.h"

/* Makes the ring larger; its lines move to the beginning. */
static int
grow(struct logview_tail *t)
{
	size_t cap = t->cap ? 2 * t->cap : 64;
	char **lines;
	size_t *lens;

	if (cap > t->max)
		cap = (size_t)t->max;
	lines = calloc(cap, sizeof *lines);
	lens = calloc(cap, sizeof *lens);
	if (!lines || !lens) {
		free(lines);
		free(lens);
		return -1;
	}
	for (size_t i = 0; i < t->count; i++) {
		lines[i] = t->lines[(t->first + i) % t->cap];
		lens[i] = t->lens[(t->first + i) % t->cap];
	}
	free(t->lines);
	free(t->lens);
	t->lines = lines;
	t->lens = lens;
	t->first = 0;
	t->cap = cap;
	return 0;
}

int
logview_tail_begin(struct logview_tail *t)
{
	if (!t->max)
		return 0;
	if (t->count == t->max) {
		free(t->lines[t->first]);
		t->lines[t->first] = 0;
		t->lens[t->first] = 0;
		t->first = (t->first + 1) % t->cap;
		return 0;
	}
	if (t->count == t->cap && grow(t) < 0)
		return -1;
	t->count++;
	return 0;
}

int
logview_tail_add(struct logview_tail *t, char const *s, size_t n)
{
	size_t i;
	char *line;

	if (!t->max)
		return 0;
	i = (t->first + t->count - 1) % t->cap;
	line = realloc(t->lines[i], t->lens[i] + n);
	if (!line && t->lens[i] + n)
		return -1;
	if (n)
		memcpy(line + t->lens[i], s, n);
	t->lines[i] = line;
	t->lens[i] += n;
	return 0;
}

int
logview_tail_print(struct logview_tail *t, struct outbuf *out)
{
	int r = 0;

	for (size_t i = 0; i < t->count; i++) {
		size_t at = (t->first + i) % t->cap;

		if (!r)
			r = outbuf_put(out, t->lines[at], t->lens[at]);
		free(t->lines[at]);
	}
	free(t->lines);
	free(t->lens);
	*t = (struct logview_tail){ .max = t->max };
	return r;
}
