/* scan/children.c - the table against a plain model of it, at random */

#include <stdint.h>

#include "scan/s6-svscan.h"

#include "tap.h"

#define MAX 100
#define STEPS 200000

static struct svscan s = { .max = MAX, .namemax = 20 };
static struct supervisor *known[MAX];
static unsigned int nknown, seed = 1;

static unsigned int
dice(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* Is every child of the heap due no earlier than its parent, and does each know
   its place? */
static int
heap_is_right(void)
{
	for (uint32_t i = 0; i < s.nwaiting; i++)
		if (s.waiting[i]->place != i + 1
			|| (i && s.waiting[(i - 1) / 2]->due > s.waiting[i]->due))
			return 0;
	return 1;
}

/* Does the table find everything that it should, and count it? */
static int
table_is_right(void)
{
	uint32_t running = 0, waiting = 0;

	for (unsigned int i = 0; i < nknown; i++) {
		struct supervisor *v = known[i];

		if (!v->live || svscan_of_inode(&s, v->dev, v->ino) != v
			|| (v->pid && svscan_of_pid(&s, v->pid) != v))
			return 0;
		running += v->pid != 0;
		waiting += v->place != 0;
		if (v->place && s.waiting[v->place - 1] != v)
			return 0;
	}
	return s.count == nknown && s.running == running && s.nwaiting == waiting;
}

static int
step(void)
{
	static unsigned int serial, pids;
	struct supervisor *v = nknown ? known[dice(nknown)] : 0;
	char name[20];

	switch (dice(6)) {
	case 0:
	case 1:
		/* few devices and low bits, so that chains form */
		snprintf(name, sizeof name, "s%u", ++serial);
		v = svscan_new(&s, name, dice(3), (ino_t)serial * 64);
		if (!v)
			return nknown == MAX;
		if (nknown == MAX || strcmp(v->name, name) || v->pid || v->place
			|| v->watch != -1 || v->pipe[0] != -1)
			return 0;
		known[nknown++] = v;
		return 1;
	case 2:
		if (v)
			svscan_set_pid(&s, v, v->pid ? 0 : (pid_t)(++pids * 32));
		break;
	case 3:
	case 4:
		if (v)
			svscan_wait(&s, v, dice(50));
		break;
	case 5:
		if (!v)
			break;
		svscan_unwait(&s, v);
		if (v->place)
			return 0;
		if (dice(2))
			break;
		for (unsigned int i = 0; i < nknown; i++)
			if (known[i] == v)
				known[i] = known[nknown - 1];
		nknown--;
		svscan_free(&s, v);
		break;
	}
	return 1;
}

int
main(void)
{
	int good = 1, right = 1, full = 0;
	int64_t last = 0;
	int sorted = 1;

	ok(svscan_table(&s) == 0, "a table");
	ok(!svscan_of_pid(&s, 1) && !svscan_of_inode(&s, 1, 1), "empty: nothing is found");
	for (int i = 0; i < STEPS && good && right; i++) {
		good = step();
		right = heap_is_right() && (i % 16 || table_is_right());
		full += nknown == MAX;
	}
	ok(good, "each call does what it says");
	ok(right, "the table is right after each");
	ok(full > 0, "it was full for %d steps", full);
	while (s.nwaiting) {
		sorted &= s.waiting[0]->due >= last;
		last = s.waiting[0]->due;
		svscan_unwait(&s, s.waiting[0]);
	}
	ok(sorted, "who waits comes in the order of what is due");
	ok(s.top <= MAX, "no slot beyond the end was touched");
	return done_testing();
}
