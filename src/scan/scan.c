/* scan.c - what the scan directory holds, and what is wrong with it */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/strerr.h>

#include <sextet/clock.h>
#include <sextet/listdir.h>
#include <sextet/path.h>

#include "s6-svscan.h"

#define DELAY_MAX 60	/* seconds */

/* Errors that only a change of the directory can mend: no use to look again
   before the next scan. The entry surely is no service. */
static int
is_final(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

static unsigned char
longer(unsigned char delay)
{
	return !delay ? 1 : delay >= DELAY_MAX / 2 ? DELAY_MAX : delay * 2;
}

/* A name too long to be kept is not found: it is complained of at each scan. */
static struct bad *
bad_of(struct svscan *s, char const *name)
{
	for (uint32_t i = 0; i < s->nbad; i++)
		if (!strcmp(s->bad[i].name, name))
			return &s->bad[i];
	return 0;
}

static void
bad_remove(struct svscan *s, struct bad *b)
{
	struct bad *last = &s->bad[--s->nbad];
	char *name = b->name;

	if (b == last)
		return;
	strcpy(name, last->name);
	*b = *last;
	b->name = name;
}

static void
forgive(struct svscan *s, char const *name)
{
	struct bad *b = bad_of(s, name);

	if (b)
		bad_remove(s, b);
}

static void
say(char const *name, char const *object, int error)
{
	errno = error;
	if (error == BAD_FULL)
		strerr_warnwu("start supervisor for ", name, ": too many services");
	else if (object)
		strerr_warnwusys("stat ", object);
	else
		strerr_warnw("name too long - not spawning service: ", name);
}

/* The entry NAME cannot be served now: OBJECT (null: its name) has ERROR. Says
   so once until that changes. */
static void
complain(struct svscan *s, char const *name, char const *object, int error)
{
	struct bad *b = bad_of(s, name);

	if (!b || b->error != error)
		say(name, object, error);
	if (!b) {
		if (s->nbad == s->max || strlen(name) >= SVSCAN_PATHMAX)
			return;
		b = &s->bad[s->nbad];
		b->name = s->badnames + s->nbad++ * SVSCAN_PATHMAX;
		strcpy(b->name, name);
		b->delay = 0;
	} else if (b->error != error) {
		b->delay = 0;
	}
	b->error = error;
	b->seen = s->scan;
	b->due = CLOCK_NEVER;
	if (error == BAD_FULL || is_final(error))
		return;
	b->delay = longer(b->delay);
	b->due = clock_now() + b->delay * CLOCK_S;
	if (b->due < s->look)
		s->look = b->due;
}

/* The entry could not be looked at: whatever runs under that name goes on. */
static void
keep(struct svscan *s, char const *name)
{
	size_t n = strlen(name);

	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (v->live && !strncmp(v->name, name, n)
			&& (!v->name[n] || (v->logger && !strcmp(v->name + n, "/log"))))
			v->seen = s->scan;
	}
}

static void
found(struct svscan *s, struct supervisor *v, char const *name)
{
	/* a directory of several names keeps the first that a scan finds */
	if (v->seen != s->scan && strlen(name) < s->stride)
		strcpy(v->name, name);
	v->seen = s->scan;
	v->active = 1;
}

static void
pair(struct supervisor *v, struct supervisor *l)
{
	struct supervisor *old = v->other;

	if (old == l)
		return;
	if (old && old->other == v) {
		if (old->active)
			strerr_warnw("logger for service ", v->name, " has been moved");
		old->other = 0;
	}
	v->other = l;
	l->logger = 1;
	if (!l->other)
		l->other = v;
	else if (l->other != v)
		l->shared = 1;
}

/* A new one, to be started now: in the order of these calls. */
static struct supervisor *
make(struct svscan *s, char const *name, struct stat const *st)
{
	struct supervisor *v = svscan_new(s, name, st->st_dev, st->st_ino);

	svscan_wait(s, v, clock_now());
	return v;
}

static void
serve(struct svscan *s, char const *name, struct stat const *st,
	char const *logname, struct stat const *lst)
{
	struct supervisor *v = svscan_of_inode(s, st->st_dev, st->st_ino), *l = 0;

	/* no logger: log is the service itself, or the service is a logger */
	if (lst && ((lst->st_dev == st->st_dev && lst->st_ino == st->st_ino) || (v && v->logger)))
		lst = 0;
	if (lst)
		l = svscan_of_inode(s, lst->st_dev, lst->st_ino);
	if (v)
		found(s, v, name);
	if (l)
		found(s, l, logname);
	if (s->max - s->count < (uint32_t)!v + (lst && !l)) {
		complain(s, name, 0, BAD_FULL);
		return;
	}
	forgive(s, name);
	/* the logger first: somebody reads from the first line on */
	if (lst && !l) {
		l = make(s, logname, lst);
		found(s, l, logname);
	}
	if (!v) {
		v = make(s, name, st);
		found(s, v, name);
	}
	if (l)
		pair(v, l);
}

/* Deals with one entry of the scan directory. */
static void
look(struct svscan *s, char const *name)
{
	char logname[SVSCAN_PATHMAX];
	struct stat st, lst, link;
	char const *object = name;
	int r, error;

	if (strlen(name) > s->namemax) {
		complain(s, name, 0, ENAMETOOLONG);
		return;
	}
	r = stat(name, &st);
	if (r == 0 && !S_ISDIR(st.st_mode)) {
		forgive(s, name);
		return;
	}
	if (r == 0) {
		path_join(logname, sizeof logname, name, "log");
		r = stat(logname, &lst);
		if (r == 0 || errno == ENOENT || errno == ENOTDIR) {
			serve(s, name, &st, logname, r == 0 && S_ISDIR(lst.st_mode) ? &lst : 0);
			return;
		}
		object = logname;
	}
	error = errno;
	if (error == ENOENT && lstat(name, &link) < 0) {
		forgive(s, name);	/* it vanished just now */
		return;
	}
	complain(s, name, object, error);
	if (!is_final(error) || object == logname)
		keep(s, name);
}

/* What the last scan did not see is no longer active. */
static void
settle(struct svscan *s)
{
	for (uint32_t i = 0; i < s->nbad;) {
		if (s->bad[i].seen == s->scan)
			i++;
		else
			bad_remove(s, &s->bad[i]);
	}
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (!v->live || v->seen == s->scan)
			continue;
		if (v->active && v->logger && v->other && v->other->seen == s->scan)
			strerr_warnw("logger for service ", v->other->name, " has been moved");
		v->active = 0;
		if (!v->pid)
			svscan_drop(s, v);
	}
}

/* The directory could not be read: nothing is known to be gone. */
static void
scan_failed(struct svscan *s)
{
	if (s->scan_error != errno) {
		s->scan_error = errno;
		s->scan_delay = 0;
		strerr_warnwusys("read the scan directory");
	}
	s->scan_delay = longer(s->scan_delay);
	s->rescan = clock_now() + s->scan_delay * CLOCK_S;
	if (s->prune)
		svscan_prune(s, s->prune);	/* and again after a scan that works */
}

void
svscan_scan(struct svscan *s)
{
	struct listdir l;
	char const *name;
	unsigned char type;

	s->scan_wanted = 0;
	s->scan++;
	if (listdir_start(&l, s->dir) < 0) {
		scan_failed(s);
		return;
	}
	while ((name = listdir_next(&l, &type)))
		if (name[0] != '.' && (type == DT_DIR || type == DT_LNK || type == DT_UNKNOWN))
			look(s, name);
	if (errno) {
		scan_failed(s);
		return;
	}
	s->scan_error = 0;
	s->scan_delay = 0;
	s->rescan = clock_deadline(s->period);
	settle(s);
	if (s->prune)
		svscan_prune(s, s->prune);
	s->prune = SVSCAN_RUNNING;
}

void
svscan_look_again(struct svscan *s, int64_t now)
{
	char name[SVSCAN_PATHMAX];

	s->look = CLOCK_NEVER;
	for (uint32_t i = 0; i < s->nbad;) {
		struct bad *b = &s->bad[i];

		if (b->due <= now && (b->error != BAD_FULL || s->count < s->max)) {
			strcpy(name, b->name);
			b->due = CLOCK_NEVER;
			look(s, name);
			if (i < s->nbad && !strcmp(b->name, name))
				i++;
			continue;
		}
		if (b->error != BAD_FULL && b->due < s->look)
			s->look = b->due;
		i++;
	}
}

void
svscan_look_soon(struct svscan *s)
{
	for (uint32_t i = 0; i < s->nbad; i++)
		if (s->bad[i].error == BAD_FULL)
			s->look = s->bad[i].due = 0;
}

void
svscan_prune(struct svscan *s, enum svscan_stop how)
{
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (!v->live || v->active)
			continue;
		svscan_tell(v, how);
		svscan_close_pipe(v);
	}
	svscan_retry(s, 0);
}
