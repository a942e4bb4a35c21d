/* trim.c - see sextet/trim.h */

#include <stdint.h>
#include <sys/mman.h>

#include <sextet/trim.h>

#define PAGE 4096U		/* larger ones: madvise refuses, and nothing happens */
#define DEEPEST (96U << 10)	/* how deep calls go; as much is always mapped */
#define OURS 512U		/* what this call and the one that it makes need */

void
trim_stack(void)
{
	uintptr_t top = ((uintptr_t)__builtin_frame_address(0) - OURS) & ~(uintptr_t)(PAGE - 1);

	madvise((void *)(top - DEEPEST), DEEPEST, MADV_DONTNEED);
}
