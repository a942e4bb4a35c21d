/* nsswitch.c - see sextet/nsswitch.h */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sextet/nsswitch.h>

#define BLANKS " \t\r"

int
nsswitch_read(char const *file, char *text)
{
	size_t len = 0;
	ssize_t n = 1;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	while (n && len < NSSWITCH_SIZE) {
		n = read(fd, text + len, NSSWITCH_SIZE - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno != EINTR)
			break;
	}
	close(fd);
	if (n < 0 || len == NSSWITCH_SIZE)
		return 0;
	text[len] = 0;
	return 1;
}

static int
copy_words(char const *s, char *to, size_t size)
{
	size_t len = 0;

	for (;;) {
		size_t n;

		s += strspn(s, BLANKS);
		n = strcspn(s, BLANKS "\n#");
		if (!n)
			break;
		if (len + n + 2 > size)
			return 0;
		to[len++] = ' ';
		memcpy(to + len, s, n);
		len += n;
		s += n;
	}
	to[len] = 0;
	return 1;
}

int
nsswitch_services(char const *text, char const *database, char *services, size_t size)
{
	size_t n = strlen(database);

	for (;;) {
		text += strspn(text, BLANKS);
		if (!strncmp(text, database, n) && text[n + strspn(text + n, BLANKS)] == ':')
			return copy_words(strchr(text, ':') + 1, services, size);
		text = strchr(text, '\n');
		if (!text)
			return 0;
		text++;
	}
}
