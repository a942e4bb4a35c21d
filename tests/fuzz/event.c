/* A fifodir in which somebody made a file of a hostile name. */

#include "fuzz.h"

#include <signal.h>
#include <sextet/event.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static int dir = -1;
	char name[256] = "ftrig1:";
	size_t len = n < 2 ? 0 : n - 2 > 200 ? 200 : n - 2;
	size_t at = n && data[0] & 1 ? strlen(name) : 0;
	int fifo = n > 1 && data[1] & 1;
	struct event_listener l;
	struct stat st;
	char got[4] = "";

	if (dir < 0) {
		signal(SIGPIPE, SIG_IGN);
		fuzz_dir();
		mkdir("event", 01733);
		dir = event_open(AT_FDCWD, "event");
		claim(dir >= 0, "the fifodir opens");
	}
	for (size_t i = 0; i < len; i++)
		name[at + i] = data[2 + i] && data[2 + i] != '/' ? (char)data[2 + i] : '_';
	name[at + len] = 0;
	if (!strcmp(name, ".") || !strcmp(name, "..") || !name[0])
		return 0;
	claim((fifo ? mkfifoat(dir, name, 0600) : mknodat(dir, name, S_IFREG | 0644, 0)) == 0, name);
	claim(event_listen(&l, AT_FDCWD, "event") == 0, "one can listen");
	event_notify(dir, "u", 1);
	event_clean(dir);
	claim(read(l.fd, got, sizeof got) == 1 && got[0] == 'u', "the listener heard it, once");
	if (!fifo)
		claim(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size == 0,
			"no other file was written to or removed");
	event_unlisten(&l);
	unlinkat(dir, name, 0);
	return 0;
}
