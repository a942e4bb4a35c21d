/* children.c - the table of supervisors: by pid, by directory, by deadline */

#include <string.h>
#include <sys/mman.h>

#include <sextet/clock.h>

#include "s6-svscan.h"

/* N zeroed things of SIZE bytes, unless we HAVE them already. */
static void *
space(void *have, size_t n, size_t size)
{
	void *p = have ? have : mmap(0, n * size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? 0 : p;
}

int
svscan_table(struct svscan *s)
{
	size_t heads = 64;

	while (heads < s->max)
		heads *= 2;
	s->mask = (uint32_t)heads - 1;
	/* multiples of 16 bytes; the name of a logger is longer */
	s->stride = (s->namemax + sizeof "/log" + 15) & ~(size_t)15;
	s->all = space(s->all, s->max, sizeof *s->all);
	s->by_pid = space(s->by_pid, heads, sizeof *s->by_pid);
	s->by_inode = space(s->by_inode, heads, sizeof *s->by_inode);
	s->waiting = space(s->waiting, s->max, sizeof *s->waiting);
	s->names = space(s->names, s->max, s->stride);
	s->bad = space(s->bad, s->max, sizeof *s->bad);
	s->badnames = space(s->badnames, s->max, SVSCAN_PATHMAX);
	return s->all && s->by_pid && s->by_inode && s->waiting && s->names
		&& s->bad && s->badnames ? 0 : -1;
}

static struct supervisor **
head_of_inode(struct svscan *s, dev_t dev, ino_t ino)
{
	return &s->by_inode[(uint32_t)(ino ^ dev * 31) & s->mask];
}

struct supervisor *
svscan_new(struct svscan *s, char const *name, dev_t dev, ino_t ino)
{
	struct supervisor *v = s->free, **head = head_of_inode(s, dev, ino);

	if (s->count == s->max)
		return 0;
	if (v)
		s->free = v->next_pid;
	else
		v = &s->all[s->top++];
	memset(v, 0, sizeof *v);
	v->name = s->names + (size_t)(v - s->all) * s->stride;
	strcpy(v->name, name);
	v->dev = dev;
	v->ino = ino;
	v->watch = v->pipe[0] = v->pipe[1] = -1;
	v->live = 1;
	v->next_inode = *head;
	*head = v;
	s->count++;
	return v;
}

void
svscan_free(struct svscan *s, struct supervisor *v)
{
	struct supervisor **p = head_of_inode(s, v->dev, v->ino);

	svscan_set_pid(s, v, 0);
	svscan_unwait(s, v);
	while (*p != v)
		p = &(*p)->next_inode;
	*p = v->next_inode;
	v->live = 0;
	v->next_pid = s->free;
	s->free = v;
	s->count--;
}

struct supervisor *
svscan_of_inode(struct svscan *s, dev_t dev, ino_t ino)
{
	struct supervisor *v = *head_of_inode(s, dev, ino);

	while (v && (v->ino != ino || v->dev != dev))
		v = v->next_inode;
	return v;
}

struct supervisor *
svscan_of_pid(struct svscan *s, pid_t pid)
{
	struct supervisor *v = s->by_pid[(uint32_t)pid & s->mask];

	while (v && v->pid != pid)
		v = v->next_pid;
	return v;
}

void
svscan_set_pid(struct svscan *s, struct supervisor *v, pid_t pid)
{
	if (v->pid) {
		struct supervisor **p = &s->by_pid[(uint32_t)v->pid & s->mask];

		while (*p != v)
			p = &(*p)->next_pid;
		*p = v->next_pid;
		s->running--;
	}
	v->pid = pid;
	if (pid) {
		struct supervisor **head = &s->by_pid[(uint32_t)pid & s->mask];

		v->next_pid = *head;
		*head = v;
		s->running++;
	}
}

/* The heap: waiting[0] is due first; the children of waiting[i] are
   waiting[2i + 1] and waiting[2i + 2]. */

static void
put(struct svscan *s, uint32_t i, struct supervisor *v)
{
	s->waiting[i] = v;
	v->place = i + 1;
}

static void
rise(struct svscan *s, uint32_t i, struct supervisor *v)
{
	while (i) {
		uint32_t up = (i - 1) / 2;

		if (s->waiting[up]->due <= v->due)
			break;
		put(s, i, s->waiting[up]);
		i = up;
	}
	put(s, i, v);
}

static void
sink(struct svscan *s, uint32_t i, struct supervisor *v)
{
	for (;;) {
		uint32_t down = 2 * i + 1;

		if (down >= s->nwaiting)
			break;
		if (down + 1 < s->nwaiting
			&& s->waiting[down + 1]->due < s->waiting[down]->due)
			down++;
		if (s->waiting[down]->due >= v->due)
			break;
		put(s, i, s->waiting[down]);
		i = down;
	}
	put(s, i, v);
}

void
svscan_wait(struct svscan *s, struct supervisor *v, int64_t due)
{
	svscan_unwait(s, v);
	v->due = due;
	rise(s, s->nwaiting++, v);
}

void
svscan_unwait(struct svscan *s, struct supervisor *v)
{
	uint32_t i = v->place;
	struct supervisor *last;

	if (!i--)
		return;
	v->place = 0;
	last = s->waiting[--s->nwaiting];
	if (last == v)
		return;
	if (i && s->waiting[(i - 1) / 2]->due > last->due)
		rise(s, i, last);
	else
		sink(s, i, last);
}
