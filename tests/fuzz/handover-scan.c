/* what a scanner hands over in an upgrade: any bytes are read or refused, the tables
   agree with each other, and what was read can be handed over again. */

#include "fuzz.h"

#include "scan/s6-svscan.h"

#define PROGRAM "s6-svscan"
#include "handover.h"

/* what the code under test never comes to here */
void svscan_rewatch(struct svscan *s) { (void)s; }
int svscan_write(struct supervisor *v, char const *f, char const *c) { (void)v; (void)f; (void)c; return 0; }
void svscan_crash(struct svscan *s, char const *what) { (void)s; (void)what; abort(); }

/* All room there may be, made once. */
static void
make_room(struct svscan *s)
{
	static struct svscan room;

	if (!room.all) {
		room.max = SVSCAN_MOST;
		room.namemax = SVSCAN_NAMEMAX;
		claim(svscan_table(&room) == 0, "memory");
		room.prey = mmap(0, SVSCAN_PREY * sizeof *room.prey, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		claim(room.prey != MAP_FAILED, "memory");
	}
	*s = room;
	s->max = 1000;
	s->namemax = 251;
}

static void
clear(void *p, size_t size)
{
	claim(madvise(p, size, MADV_DONTNEED) == 0, "pages can be given back");
}

static void
clear_room(struct svscan *s)
{
	size_t heads = (size_t)s->mask + 1;

	clear(s->all, SVSCAN_MOST * sizeof *s->all);
	clear(s->by_pid, heads * sizeof *s->by_pid);
	clear(s->by_inode, heads * sizeof *s->by_inode);
	clear(s->waiting, SVSCAN_MOST * sizeof *s->waiting);
	clear(s->bad, SVSCAN_MOST * sizeof *s->bad);
}

int svscan_prey_table(struct svscan *s) { return s->prey ? 0 : -1; }

static void
check(struct svscan *s)
{
	uint32_t live = 0, running = 0, waiting = 0;

	claim(s->max <= SVSCAN_MOST && s->top <= s->max && s->nbad <= s->max && s->nprey <= SVSCAN_PREY,
		"within bounds");
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		live += v->live;
		if (!v->live)
			continue;
		running += !!v->pid;
		waiting += !!v->place;
		claim(strlen(v->name) < s->stride, "a name has its room");
		claim(!v->other || (v->other >= s->all && v->other < s->all + s->top && v->other->live),
			"the other one is there");
		claim(!v->place || s->waiting[v->place - 1] == v, "its place in the heap");
	}
	claim(live == s->count && running == s->running && waiting == s->nwaiting, "as many");
}

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct svscan s;
	struct handover h;

	if (!receive(&h, data, n))
		return 0;
	make_room(&s);
	svscan_carry(&h, &s);
	if (handover_done(&h) == 0) {
		check(&s);
		hand_over(&h, svscan_carry, &s);
	}
	clear_room(&s);
	return 0;
}
