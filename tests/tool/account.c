/*
 * account COUNT DIR [FILE] - are the numbered lines 0..COUNT-1 (see lines.c) in the
 * log directory DIR, each once and in order? What stands before the number in
 * a line is passed over. Prints
 *
 *   LINES lines, LOST lost in GAPS gaps, the largest BYTES bytes, TORN torn
 *
 * and, with a FILE, behind it ", MOST at one kill";
 * where a torn line is the beginning of one at the end of a file *.u, or the end
 * of one at the beginning of a file: one logger has read or written a part
 * of it and was killed. They are counted as lost, too. Exits 1, saying why, when
 * a line is there twice, out of order, or damaged otherwise. FILE tells of each kill
 * which line was still to be read then (see storm.c): a line that is lost was
 * so at the first kill behind it, and MOST is the greatest distance in bytes from
 * such a line to that point. One that is lost behind the last kill is an error.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "numbered.h"

struct account {
	unsigned long next, lines, lost, gaps, torn;
	size_t largest, most;
	FILE *kills;
	unsigned long kill;	/* lines before it had been read at that kill */
	int bad;
};

static void
complain(struct account *a, char const *file, char const *what, char const *line)
{
	a->bad = 1;
	printf("%s: %s: %.60s\n", file, what, line);
}

/* The bytes of lines FROM to TO - 1. */
static size_t
length(unsigned long from, unsigned long to)
{
	char line[NUMBERED_MAX + 1];
	size_t bytes = 0;

	while (from < to)
		bytes += numbered(line, from++);
	return bytes;
}

/* Which kills have lost the lines FROM to TO - 1? */
static void
blame(struct account *a, unsigned long from, unsigned long to)
{
	while (a->kills && from < to) {
		size_t bytes;

		while (a->kill <= from)
			if (fscanf(a->kills, "%lu", &a->kill) != 1) {
				complain(a, "lost", "by no kill", "");
				return;
			}
		bytes = length(from, a->kill);
		if (bytes > a->most)
			a->most = bytes;
		from = a->kill;
	}
}

/* Lines up to I are missing. */
static void
gap(struct account *a, unsigned long i)
{
	size_t bytes = length(a->next, i);

	if (i == a->next)
		return;
	a->gaps++;
	a->lost += i - a->next;
	blame(a, a->next, i);
	a->next = i;
	if (bytes > a->largest)
		a->largest = bytes;
}

/* Can TEXT be the end of a line? */
static int
is_tail(char const *text)
{
	char const *blank = strrchr(text, ' ');

	if (blank)
		text = blank + 1;	/* behind the stamp */
	text += strspn(text, "0123456789");
	text += *text == ':';
	return strspn(text, "abcdefghijklmnopqrstuvwxyz") == strcspn(text, "\n");
}

static void
line(struct account *a, char const *file, char const *text, int first, int last)
{
	char want[NUMBERED_MAX + 1];
	char const *s = strchr(text, 'L');
	unsigned long i;
	size_t len;

	if (!s || sscanf(s, "L%10lu:", &i) != 1 || strlen(s) < 12) {
		if (first ? is_tail(text) : last && strstr(file, ".u"))
			a->torn++;
		else
			complain(a, file, "damaged", text);
		return;
	}
	len = numbered(want, i);
	if (i < a->next)
		complain(a, file, "a second time, or late", text);
	else if (!strcmp(s, want)) {
		gap(a, i);
		a->lines++;
		a->next = i + 1;
	} else if (last && strstr(file, ".u") && strlen(s) < len && !memcmp(s, want, strlen(s) - 1))
		a->torn++;
	else
		complain(a, file, "damaged", text);
}

static void
read_file(struct account *a, char const *file)
{
	FILE *f = fopen(file, "r");
	char *now = 0, *next = 0;
	size_t cap1 = 0, cap2 = 0;
	int more, first = 1;

	if (!f)
		return;
	more = getline(&now, &cap1, f) > 0;
	while (more) {
		char *t = now;
		size_t c = cap1;

		more = getline(&next, &cap2, f) > 0;
		line(a, file, now, first, !more);
		first = 0;
		now = next, cap1 = cap2;
		next = t, cap2 = c;
	}
	free(now);
	free(next);
	fclose(f);
}

static int
archive(struct dirent const *e)
{
	return e->d_name[0] == '@';
}

int
main(int argc, char **argv)
{
	struct account a = { 0 };
	struct dirent **list;
	int n;

	if (argc == 4)
		a.kills = fopen(argv[3], "re");
	if (argc < 3 || argc > 4 || (argc == 4 && !a.kills) || chdir(argv[2]) < 0) {
		fprintf(stderr, "account: cannot go to the directory\n");
		return 111;
	}
	n = scandir(".", &list, archive, alphasort);
	for (int i = 0; i < n; i++)
		read_file(&a, list[i]->d_name);
	read_file(&a, "current");
	gap(&a, strtoul(argv[1], 0, 10));
	printf("%lu lines, %lu lost in %lu gaps, the largest %zu bytes, %lu torn",
		a.lines, a.lost, a.gaps, a.largest, a.torn);
	if (a.kills)
		printf(", %zu at one kill", a.most);
	putchar('\n');
	return a.bad;
}
