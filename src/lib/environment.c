/* environment.c - see sextet/environment.h */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sextet/environment.h>

/* The changes by name: open addressing, a power of two of cells, at most half
   of them in use. */
struct table {
	char const **cell;
	size_t mask;
};

/* The cell where S, a change or an entry, has its name, or would have it. */
static char const **
find(struct table const *t, char const *s)
{
	uint32_t h = 2166136261U;
	size_t len = 0, i;

	for (; s[len] && s[len] != '='; len++)
		h = (h ^ (unsigned char)s[len]) * 16777619U;
	for (i = (h ^ h >> 15) & t->mask; t->cell[i]; i = (i + 1) & t->mask) {
		char const *other = t->cell[i];

		if (!strncmp(other, s, len) && (!other[len] || other[len] == '='))
			break;
	}
	return t->cell + i;
}

char const **
environment_change(char const *const *envp, char const *changes, size_t n)
{
	struct table t = { 0, 1 };
	char const **out;
	size_t size = 0, len = 0;

	while (envp[size])
		size++;
	while (t.mask < 2 * n)
		t.mask = 2 * t.mask + 1;
	if (n > SIZE_MAX / 32 / sizeof *out)
		return 0;
	out = calloc(size + n + 1 + t.mask + 1, sizeof *out);
	if (!out)
		return 0;
	t.cell = out + size + n + 1;
	for (size_t i = 0; i < n; i++) {
		*find(&t, changes) = changes;
		changes += strlen(changes) + 1;
	}
	for (size_t i = 0; i < size; i++)
		if (!*find(&t, envp[i]))
			out[len++] = envp[i];
	for (size_t i = 0; i <= t.mask; i++)
		if (t.cell[i] && strchr(t.cell[i], '='))
			out[len++] = t.cell[i];
	out[len] = 0;
	return out;
}

void
environment_remove(char const **envp, char const *name)
{
	size_t n = strlen(name);
	char const **to = envp;

	for (; *envp; envp++)
		if (strncmp(*envp, name, n) || ((*envp)[n] && (*envp)[n] != '='))
			*to++ = *envp;
	*to = 0;
}
