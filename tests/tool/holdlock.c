/*
 * holdlock - hold the lock of each FILE, as a supervisor holds supervise/lock,
 * until standard input ends; says "held" when it has them all.
 */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	char c;

	for (int i = 1; i < argc; i++) {
		struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		int fd = open(argv[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0 || fcntl(fd, F_SETLK, &fl) < 0) {
			perror(argv[i]);
			return 111;
		}
	}
	puts("held");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
