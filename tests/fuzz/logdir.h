/* logdir.h - what the targets of log directories share: one at ./d, emptied for
   each input, and read back as one text. */

#ifndef LOGDIR_FUZZ_H
#define LOGDIR_FUZZ_H

#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <skalibs/strerr.h>

#include "log/log.h"

/* The disk is not what is tested. */
int
fsync(int fd)
{
	(void)fd;
	return 0;
}

static struct log_conf const fuzz_conf = { .mode = 0644, .backlog = 1 << 20 };

/* Goes through the names in ./d, sorted; WHAT gets each with DATA. */
static inline void
logdir_each(void (*what)(char const *name, void *data), void *data)
{
	struct dirent **list;
	int n = scandir("d", &list, 0, alphasort);

	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			what(list[i]->d_name, data);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static inline void
logdir_remove(char const *name, void *data)
{
	char path[512];

	(void)data;
	snprintf(path, sizeof path, "d/%s", name);
	if (unlink(path) < 0)
		claim(rmdir(path) == 0, "what is there can be removed");
}

static inline void
logdir_empty(void)
{
	fuzz_dir();
	PROG = "fuzz";
	if (mkdir("d", 0700) < 0)
		logdir_each(logdir_remove, 0);
}

struct text {
	char *s;
	size_t n;
};

static inline void
logdir_append(char const *name, void *data)
{
	struct text *t = data;
	char path[512];
	ssize_t r;
	int fd;

	if (name[0] != '@' && strcmp(name, "current"))
		return;
	snprintf(path, sizeof path, "d/%s", name);
	fd = open(path, O_RDONLY);
	claim(fd >= 0, "a file can be opened");
	t->s = realloc(t->s, t->n + 100000);
	while ((r = read(fd, t->s + t->n, 100000)) > 0) {
		t->n += (size_t)r;
		t->s = realloc(t->s, t->n + 100000);
	}
	close(fd);
}

/* All archives and current, in order. */
static inline struct text
logdir_text(void)
{
	struct text t = { 0 };

	logdir_each(logdir_append, &t);
	return t;
}

static inline void
logdir_leave(struct log_dir *d)
{
	log_dir_close(d);
	if (d->fd >= 0)
		close(d->fd);
	if (d->oldfd >= 0)
		close(d->oldfd);
	close(d->lockfd);
	close(d->dirfd);
	free(d->out.buf);
}

#endif
