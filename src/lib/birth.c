/* birth.c - see sextet/birth.h */

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sextet/birth.h>

/* struct statx of the kernel; some C libraries do not have it */
#define STATX_SIZE 256
#define WANT_BIRTH 0x800U
#define AT_MASK 0
#define AT_SECONDS 80
#define AT_NANOSECONDS 88

uint64_t
birth_of(int dirfd, char const *name)
{
	unsigned char st[STATX_SIZE];
	uint32_t mask, nsec;
	int64_t sec;

	if (syscall(SYS_statx, dirfd, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, WANT_BIRTH, st) < 0)
		return 0;
	memcpy(&mask, st + AT_MASK, sizeof mask);
	memcpy(&sec, st + AT_SECONDS, sizeof sec);
	memcpy(&nsec, st + AT_NANOSECONDS, sizeof nsec);
	return mask & WANT_BIRTH ? (uint64_t)sec * 1000000000U + nsec : 0;
}
