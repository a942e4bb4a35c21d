/* passwd.c - see sextet/passwd.h */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sextet/passwd.h>

/* A file read byte by byte through a buffer; what fields and lines are made of
   is seen through last: the byte that ended the last field. */
struct reader {
	int fd;
	int last;		/* ':' ',' '\n', or END */
	int error;		/* errno of a failed read, 0 */
	size_t pos, len;
	char buf[1024];
};

#define END (-1)

static int
next(struct reader *r)
{
	ssize_t n;

	if (r->pos < r->len)
		return (unsigned char)r->buf[r->pos++];
	do
		n = read(r->fd, r->buf, sizeof r->buf);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		if (n < 0)
			r->error = errno;
		return END;
	}
	r->len = (size_t)n;
	r->pos = 1;
	return (unsigned char)r->buf[0];
}

static int
is_end(int c, int separator)
{
	return c == separator || c == '\n' || c == END;
}

static void
skip_field(struct reader *r)
{
	while (!is_end(r->last = next(r), ':'))
		;
}

static void
skip_line(struct reader *r)
{
	while (r->last != '\n' && r->last != END)
		skip_field(r);
}

/* Reads a field up to SEPARATOR: is it WANT? */
static int
field_is(struct reader *r, char const *want, int separator)
{
	int same = 1;

	while (!is_end(r->last = next(r), separator)) {
		if (same && (unsigned char)*want == r->last && *want)
			want++;
		else
			same = 0;
	}
	return same && !*want;
}

/* Reads a field into NAME[ACCOUNT_NAMESIZE]: 1 if it fits. */
static int
field_copy(struct reader *r, char *name)
{
	size_t n = 0;

	while (!is_end(r->last = next(r), ':')) {
		if (n < ACCOUNT_NAMESIZE)
			name[n] = (char)r->last;
		n++;
	}
	if (!n || n >= ACCOUNT_NAMESIZE)
		return 0;
	name[n] = 0;
	return 1;
}

/* Reads a field that another one follows: 1 if it is an id. 2^32-1 is none: to
   the kernel it means "leave as it is". */
static int
field_id(struct reader *r, id_t *id)
{
	uint64_t u = 0;
	int digits = 0, good = 1;

	while (!is_end(r->last = next(r), ':')) {
		if (r->last < '0' || r->last > '9' || u > UINT32_MAX) {
			good = 0;
			continue;
		}
		u = u * 10 + (uint64_t)(r->last - '0');
		digits++;
	}
	if (!good || !digits || u >= UINT32_MAX || r->last != ':')
		return 0;
	*id = (id_t)u;
	return 1;
}

/* At the start of a line: goes to the next one that may be an entry, and there
   to its first byte that is no blank. */
static int
next_line(struct reader *r)
{
	for (;;) {
		int c;

		do
			c = next(r);
		while (c == ' ' || c == '\t');
		if (c == END)
			return 0;
		r->last = c;
		if (c != '#' && c != '+' && c != '-' && c != ':' && c != '\n') {
			r->pos--;
			return 1;
		}
		skip_line(r);
	}
}

/* 1 ready to read, 0 there is no such file, -1 error */
static int
start(struct reader *r, char const *file)
{
	r->last = '\n';
	r->error = 0;
	r->pos = r->len = 0;
	r->fd = open(file, O_RDONLY | O_CLOEXEC);
	if (r->fd >= 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

static enum account_result
finish(struct reader *r, int found)
{
	close(r->fd);
	if (found)
		return ACCOUNT_FOUND;
	if (!r->error)
		return ACCOUNT_UNKNOWN;
	errno = r->error;
	return ACCOUNT_ERROR;
}

/* Looks for the line NAME; reads COUNT ids of it, from the third field on. */
static enum account_result
by_name(char const *file, char const *name, id_t *ids, int count)
{
	struct reader r;
	int ready = start(&r, file), found = 0;

	if (ready <= 0)
		return ready ? ACCOUNT_ERROR : ACCOUNT_UNKNOWN;
	while (!found && next_line(&r)) {
		if (field_is(&r, name, ':') && r.last == ':') {
			skip_field(&r);
			found = r.last == ':';
			for (int i = 0; found && i < count; i++)
				found = field_id(&r, ids + i);
		}
		skip_line(&r);
	}
	return finish(&r, found);
}

enum account_result
passwd_user(char const *file, char const *name, uid_t *uid, gid_t *gid)
{
	id_t ids[2];
	enum account_result result = by_name(file, name, ids, 2);

	if (result == ACCOUNT_FOUND) {
		*uid = (uid_t)ids[0];
		*gid = (gid_t)ids[1];
	}
	return result;
}

enum account_result
passwd_group(char const *file, char const *name, gid_t *gid)
{
	id_t id;
	enum account_result result = by_name(file, name, &id, 1);

	if (result == ACCOUNT_FOUND)
		*gid = (gid_t)id;
	return result;
}

enum account_result
passwd_name(char const *file, id_t id, char *name)
{
	struct reader r;
	char text[ACCOUNT_NAMESIZE];
	id_t i = 0;
	int ready = start(&r, file), found = 0;

	if (ready <= 0)
		return ready ? ACCOUNT_ERROR : ACCOUNT_UNKNOWN;
	while (!found && next_line(&r)) {
		if (field_copy(&r, text) && r.last == ':') {
			skip_field(&r);
			found = r.last == ':' && field_id(&r, &i) && i == id;
		}
		skip_line(&r);
	}
	if (found)
		memcpy(name, text, strlen(text) + 1);
	return finish(&r, found);
}

/* Reads the rest of a group's line: does it list USER? */
static int
lists(struct reader *r, char const *user)
{
	int found = 0;

	do
		found |= field_is(r, user, ',');
	while (r->last == ',');
	return found;
}

static enum account_result
read_groups(struct reader *r, char const *user, gid_t *list, size_t max, size_t *n)
{
	id_t g = 0;
	size_t count = 0;

	while (next_line(r)) {
		skip_field(r);
		if (r->last == ':')
			skip_field(r);
		if (r->last == ':' && field_id(r, &g) && lists(r, user)) {
			if (count == max) {
				errno = ERANGE;
				return ACCOUNT_ERROR;
			}
			list[count++] = (gid_t)g;
		}
		skip_line(r);
	}
	if (r->error) {
		errno = r->error;
		return ACCOUNT_ERROR;
	}
	*n = count;
	return ACCOUNT_FOUND;
}

enum account_result
passwd_groups(char const *file, char const *user, gid_t *list, size_t max, size_t *n)
{
	struct reader r;
	enum account_result result;
	int ready = start(&r, file), e;

	if (ready < 0)
		return ACCOUNT_ERROR;
	if (!ready || !*user) {
		if (ready)
			close(r.fd);
		*n = 0;
		return ACCOUNT_FOUND;
	}
	result = read_groups(&r, user, list, max, n);
	e = errno;
	close(r.fd);
	errno = e;
	return result;
}
