/* handover.c - see sextet/handover.h */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/handover.h>

#define VERSION 1
#define TRIES 20		/* to have memory, each ... */
#define PAUSE (100 * CLOCK_MS)	/* after the other */
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

static void
fail(struct handover *h, int error)
{
	if (!h->error)
		h->error = error;
}

/* Writing. */

static void
flush(struct handover *h)
{
	for (size_t done = 0; done < h->n && !h->error;) {
		ssize_t w = write(h->fd, h->buf + done, h->n - done);

		if (w > 0)
			done += (size_t)w;
		else if (w == 0 || errno != EINTR)
			fail(h, w ? errno : ENOSPC);
	}
	h->n = 0;
}

static void
put(struct handover *h, char const *s, size_t n)
{
	while (n && !h->error) {
		size_t part = sizeof h->buf - h->n;

		if (part > n)
			part = n;
		memcpy(h->buf + h->n, s, part);
		h->n += part;
		s += part;
		n -= part;
		if (h->n == sizeof h->buf)
			flush(h);
	}
}

static void
put_item(struct handover *h, char const *key, char const *value)
{
	put(h, key, strlen(key));
	put(h, "=", 1);
	put(h, value, strlen(value) + 1);
}

int
handover_begin(struct handover *h, char const *program)
{
	int64_t version = VERSION, pid = getpid();

	memset(h, 0, offsetof(struct handover, buf));
	h->mode = HANDOVER_WRITE;
	h->fd = memfd_create("handover", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	/* before Linux 6.3 */
	if (h->fd < 0 && errno == EINVAL)
		h->fd = memfd_create("handover", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (h->fd < 0)
		return -1;
	handover_number(h, "sextet-handover", &version);
	put_item(h, "program", program);
	handover_number(h, "pid", &pid);
	return 0;
}

int
handover_end(struct handover *h)
{
	put(h, "", 1);
	flush(h);
	if (!h->error && fcntl(h->fd, F_ADD_SEALS, SEALS) < 0)
		fail(h, errno);
	if (!h->error)
		return h->fd;
	close(h->fd);
	errno = h->error;
	return -1;
}

/* Reading. */

/* Finds the end of the record that begins at AT: the empty item, which follows
   the NUL of another one. 0, -1 when there is no whole record. */
static int
enter(struct handover *h, size_t at)
{
	size_t i = at;

	while (i < h->size && h->map[i])
		i += strlen(h->map + i) + 1;	/* the last byte of all is a NUL */
	if (i >= h->size)
		return -1;
	h->record = at;
	h->end = i;
	return 0;
}

/* The value of KEY in the present record, or null. */
static char const *
find(struct handover const *h, char const *key)
{
	size_t n = strlen(key);

	for (size_t i = h->record; i < h->end; i += strlen(h->map + i) + 1)
		if (!strncmp(h->map + i, key, n) && h->map[i + n] == '=')
			return h->map + i + n + 1;
	return 0;
}

static int
map(struct handover *h, int fd)
{
	struct timespec const pause = { .tv_nsec = PAUSE };
	void *p = MAP_FAILED;
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size < 2)
		return -1;
	/* who has executed us is no more: there is no way back */
	for (int i = 0; i < TRIES; i++) {
		p = mmap(0, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p != MAP_FAILED || errno != ENOMEM)
			break;
		nanosleep(&pause, 0);
	}
	if (p == MAP_FAILED)
		return -1;
	h->map = p;
	h->size = (size_t)st.st_size;
	return h->map[h->size - 1] || enter(h, 0) < 0 ? -1 : 0;
}

enum handover_role
handover_receive(struct handover *h, char const *program)
{
	char const *word = getenv(HANDOVER_VARIABLE), *whose;
	int64_t version = 0, pid = 0;
	unsigned int fd;
	int seals;

	if (!word)
		return HANDOVER_NONE;
	unsetenv(HANDOVER_VARIABLE);
	if (!uint0_scan(word, &fd) || fd < 3 || fd > INT32_MAX)
		return HANDOVER_NONE;
	seals = fcntl((int)fd, F_GET_SEALS);
	if (seals < 0 || (seals & SEALS) != SEALS)
		return HANDOVER_NONE;
	memset(h, 0, offsetof(struct handover, buf));
	h->mode = HANDOVER_TRY;
	h->fd = (int)fd;
	fcntl(h->fd, F_SETFD, FD_CLOEXEC);
	if (map(h, h->fd) < 0)
		return HANDOVER_STRANGE;
	whose = find(h, "program");
	handover_number(h, "sextet-handover", &version);
	handover_number(h, "pid", &pid);
	if (h->error || version != VERSION || !whose || strcmp(whose, program))
		return HANDOVER_STRANGE;
	if (pid != getpid())
		return HANDOVER_PROBE;
	h->mode = HANDOVER_READ;
	return HANDOVER_OURS;
}

int
handover_done(struct handover *h)
{
	munmap((void *)h->map, h->size);
	close(h->fd);
	errno = h->error;
	return h->error ? -1 : 0;
}

/* Both. */

void
handover_number(struct handover *h, char const *key, int64_t *value)
{
	char text[1 + UINT64_FMT];
	char const *v;
	uint64_t u;
	int minus;

	if (h->mode == HANDOVER_WRITE) {
		minus = *value < 0;
		text[0] = '-';
		u = minus ? -(uint64_t)*value : (uint64_t)*value;
		text[minus + (int)uint64_fmt(text + minus, u)] = 0;
		put_item(h, key, text);
		return;
	}
	v = handover_reads(h) ? find(h, key) : 0;
	if (!v)
		return;
	minus = *v == '-';
	if (!uint640_scan(v + minus, &u) || u > (uint64_t)INT64_MAX + (uint64_t)minus)
		fail(h, EPROTO);
	else
		*value = (int64_t)(minus ? -u : u);
}

void
handover_word(struct handover *h, char const *key, char const *const *words,
	unsigned int nwords, unsigned int *value)
{
	char const *v;

	if (h->mode == HANDOVER_WRITE) {
		put_item(h, key, words[*value]);
		return;
	}
	v = handover_reads(h) ? find(h, key) : 0;
	if (!v)
		return;
	for (unsigned int i = 0; i < nwords; i++)
		if (!strcmp(words[i], v)) {
			*value = i;
			return;
		}
	fail(h, EPROTO);
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
handover_bytes(struct handover *h, char const *key, void *value, size_t n)
{
	static char const digits[] = "0123456789abcdef";
	unsigned char *b = value;
	char const *v;

	if (h->mode == HANDOVER_WRITE) {
		put(h, key, strlen(key));
		put(h, "=", 1);
		for (size_t i = 0; i < n; i++) {
			put(h, digits + (b[i] >> 4), 1);
			put(h, digits + (b[i] & 15), 1);
		}
		put(h, "", 1);
		return;
	}
	v = handover_reads(h) ? find(h, key) : 0;
	if (!v)
		return;
	if (strlen(v) != 2 * n || strspn(v, digits) != 2 * n) {
		fail(h, EPROTO);
		return;
	}
	for (size_t i = 0; i < n; i++)
		b[i] = (unsigned char)(digit(v[2 * i]) << 4 | digit(v[2 * i + 1]));
}

void
handover_text(struct handover *h, char const *key, char *value, size_t size)
{
	char const *v;

	if (h->mode == HANDOVER_WRITE) {
		put_item(h, key, value);
		return;
	}
	v = handover_reads(h) ? find(h, key) : 0;
	if (!v)
		return;
	if (strlen(v) < size)
		strcpy(value, v);
	else
		fail(h, EPROTO);
}

void
handover_fd(struct handover *h, char const *key, int *fd)
{
	int64_t n = *fd;

	handover_number(h, key, &n);
	if (handover_reads(h)) {
		if (n < -1 || n > INT32_MAX)
			fail(h, EPROTO);
		else
			*fd = (int)n;
	}
	if (*fd < 0 || h->mode == HANDOVER_WRITE || h->mode == HANDOVER_TRY)
		return;
	if (fcntl(*fd, F_SETFD, h->mode == HANDOVER_OPEN ? 0 : FD_CLOEXEC) < 0)
		fail(h, errno);
}

int
handover_next(struct handover *h)
{
	if (h->mode == HANDOVER_WRITE)
		put(h, "", 1);
	else if (handover_reads(h) && enter(h, h->end + 1) < 0)
		fail(h, EPROTO);
	return !h->error;
}
