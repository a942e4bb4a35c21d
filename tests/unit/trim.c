/* trim.c - stack pages are given back */

#include <stdint.h>
#include <sys/mman.h>

#include <sextet/trim.h>

#include "tap.h"

static uintptr_t deep;

/* Uses 64 KiB of stack. */
static void __attribute__((noinline))
dig(void)
{
	volatile char hole[65536];

	for (size_t i = 0; i < sizeof hole; i += 256)
		hole[i] = 1;
	deep = (uintptr_t)hole;
}

static int
resident(uintptr_t at)
{
	unsigned char there = 0;

	return mincore((void *)(at & ~(uintptr_t)4095), 4096, &there) == 0 && (there & 1);
}

int
main(void)
{
	char const kept[] = "what callers have on the stack";

	if (getpagesize() != 4096) {
		printf("1..0 # SKIP pages of another size\n");
		return 0;
	}
	dig();
	ok(resident(deep), "a deep call uses pages");
	trim_stack();
	ok(!resident(deep), "they are given back");
	ok(!strcmp(kept, "what callers have on the stack"), "and no others");
	dig();
	ok(resident(deep), "the next deep call gets new ones");
	return done_testing();
}
