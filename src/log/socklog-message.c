/* socklog-message.c - turns a message into a line: see socklog.h */

#include <string.h>

#include <sextet/priority.h>

#include "socklog.h"

size_t
socklog_line(char *to, char const *s, size_t n, size_t limit, int raw)
{
	char *p = to, *text;
	size_t head, fmt;
	int cut = n > limit;

	if (cut)
		n = limit;
	while (n && (!s[n - 1] || s[n - 1] == '\n'))
		n--;
	head = raw ? 0 : priority_scan(s, n, p, &fmt);
	if (head)
		p += fmt;
	text = p;
	memcpy(p, s + head, n - head);
	p += n - head;
	for (char *c = text; (c = memchr(c, '\n', (size_t)(p - c))); )
		*c++ = '~';
	for (char *c = text; (c = memchr(c, 0, (size_t)(p - c))); )
		*c++ = '~';
	if (cut) {
		memcpy(p, "...", 3);
		p += 3;
	}
	*p++ = '\n';
	return (size_t)(p - to);
}
