/* upgrade-svscan.c - what s6-svscan hands over: golden, and read back */

#include <errno.h>
#include <fcntl.h>

#include <sextet/clock.h>
#include <sextet/control.h>
#include <sextet/handover.h>

#include "scan/s6-svscan.h"
#include "tap.h"
#include "upgraded.h"

#define FILE_NAME SEXTET_BINDIR "/s6-svscan"

/* what the code under test never comes to here */
void svscan_rewatch(struct svscan *s) { (void)s; }
static int deaf, unlistening, written;

int
svscan_write(struct supervisor *v, char const *fifo, char const *c)
{
	(void)v;
	(void)c;
	written++;
	return unlistening || (deaf && !strcmp(fifo, CONTROL_OWN_FIFO)) ? -1 : 0;
}
void svscan_crash(struct svscan *s, char const *what) { (void)s; (void)what; exit(112); }
int
svscan_prey_table(struct svscan *s)
{
	static struct svscan_prey prey[SVSCAN_PREY];

	s->prey = prey;
	return 0;
}

static struct svscan const defaults = {
	.dir = -1, .lock = -1, .control = -1, .own = -1, .low = -1, .console = -1, .watched = -1,
	.code = -1, .rescan = CLOCK_NEVER, .look = CLOCK_NEVER, .stop_due = CLOCK_NEVER,
};

static char const golden[] =
	"services-max=4\0name-max=20\0timeout=1\0stop-timeout=2\0hand-over=1\0essential=21\0console=-1\0dir=-1\0lock=-1\0"
	"control=-1\0control-x=-1\0low=-1\0adopting=1\0hidden=1\0second=1\0scan=3\0scan-wanted=1\0scan-delay=4\0"
	"scan-error=5\0rescan=6\0look=9223372036854775807\0starved=1\0prune=term\0stop=quit\0"
	"stop-due=7\0stop-step=8\0code=9\0upgrade=85\0supervisors=3\0bad=1\0prey=1\0"
	"\0live=1\0name=w\n=b\0dev=10\0ino=11\0pid=12\0due=0\0other=3\0started=13\0seen=3\0watch=-1\0"
	"pipe-out=-1\0pipe-in=-1\0error=0\0delay=0\0quick=2\0active=1\0logger=0\0shared=0\0checked=1\0revived=3\0drained=1\0foreign=0\0"
	"\0live=0\0"
	"\0live=1\0name=w\n=b/log\0dev=10\0ino=14\0pid=0\0due=15\0other=1\0started=0\0seen=2\0watch=-1\0"
	"pipe-out=-1\0pipe-in=-1\0error=24\0delay=2\0quick=0\0active=0\0logger=1\0shared=1\0checked=0\0revived=0\0drained=0\0foreign=1\0"
	"\0name=x\0due=16\0seen=3\0error=40\0delay=1\0"
	"\0pid=17\0start=18\0";

static void
fill(struct svscan *s)
{
	struct supervisor *v, *l, *gap;

	*s = defaults;
	s->max = 4;
	s->namemax = 20;
	s->period = 1;
	s->stop_timeout = 2;
	s->hand_over = 1;
	s->essential = 21;
	s->hidden = s->second = s->adopting = s->scan_wanted = s->starved = 1;
	s->scan = 3;
	s->scan_delay = 4;
	s->scan_error = 5;
	s->rescan = 6;
	s->prune = SVSCAN_TERM;
	s->stop = SVSCAN_QUIT;
	s->stop_due = 7;
	s->stop_step = 8;
	s->code = 9;
	s->upgrade = 'U';
	if (svscan_table(s) < 0)
		exit(111);
	v = svscan_new(s, "w\n=b", 10, 11);
	gap = svscan_new(s, "gone", 10, 20);
	l = svscan_new(s, "w\n=b/log", 10, 14);
	svscan_free(s, gap);
	svscan_set_pid(s, v, 12);
	v->other = l;
	l->other = v;
	v->started = 13;
	v->seen = 3;
	v->quick = 2;
	v->active = v->checked = v->drained = 1;
	v->revived = 3;
	svscan_wait(s, l, 15);
	l->seen = 2;
	l->error = EMFILE;
	l->delay = 2;
	l->logger = l->shared = l->foreign = 1;
	s->nbad = 1;
	s->bad[0].name = s->badnames;
	strcpy(s->badnames, "x");
	s->bad[0].due = 16;
	s->bad[0].seen = 3;
	s->bad[0].error = ELOOP;
	s->bad[0].delay = 1;
	svscan_prey_table(s);
	s->nprey = 1;
	s->prey[0].pid = 17;
	s->prey[0].start = 18;
}

static void
check(struct svscan *r)
{
	struct supervisor *v = svscan_of_pid(r, 12), *l = svscan_of_inode(r, 10, 14), *n;

	ok(r->max == 4 && r->namemax == 20 && r->period == 1 && r->stop_timeout == 2
		&& r->hand_over && r->essential == 21, "settings");
	ok(r->adopting && r->hidden && r->second && r->scan == 3 && r->scan_wanted && r->scan_delay == 4 && r->scan_error == 5
		&& r->rescan == 6 && r->look == CLOCK_NEVER && r->starved && r->prune == SVSCAN_TERM
		&& r->stop == SVSCAN_QUIT && r->stop_due == 7 && r->stop_step == 8 && r->code == 9
		&& r->upgrade == 'U', "state");
	ok(r->count == 2 && r->running == 1 && r->top == 3, "as many");
	ok(v && l && v == svscan_of_inode(r, 10, 11) && v->other == l && l->other == v, "known to each other");
	if (!v || !l)
		return;
	ok(!strcmp(v->name, "w\n=b") && !strcmp(l->name, "w\n=b/log"), "names");
	ok(v->live && v->started == 13 && v->seen == 3 && v->quick == 2 && v->active && v->checked && v->drained && v->revived == 3
		&& !v->logger && v->watch == -1 && v->pipe[0] == -1, "the service");
	ok(l->live && r->nwaiting == 1 && r->waiting[0] == l && l->due == 15 && l->error == EMFILE
		&& l->delay == 2 && l->logger && l->shared && l->foreign && !l->active, "the logger waits");
	n = svscan_new(r, "new", 10, 30);
	ok(n == r->all + 1 && svscan_new(r, "newer", 10, 31) && !svscan_new(r, "full", 10, 32),
		"the free place is free");
	ok(r->nbad == 1 && !strcmp(r->bad[0].name, "x") && r->bad[0].due == 16 && r->bad[0].error == ELOOP
		&& r->bad[0].delay == 1 && r->bad[0].seen == 3, "bad entries");
	ok(r->nprey == 1 && r->prey[0].pid == 17 && r->prey[0].start == 18, "prey");
}

static struct change const changes[] = {
	{ "", "", HANDOVER_UNDERSTOOD, 0 },
	{ "services-max=4", "services-max=2", 111, 112 },
	{ "services-max=4", "services-max=4000000", 111, 112 },
	{ "name-max=20", "name-max=2000", 111, 112 },
	{ "name-max=20", "name-max=2", HANDOVER_UNDERSTOOD, 0 },
	{ "name=w\n=b/log", "name=much/longer/than/a/name/may/ever/be/here", 111, 112 },
	{ "supervisors=3", "supervisors=5", 111, 112 },
	{ "supervisors=3", "supervisors=4", 111, 112 },
	{ "bad=1", "bad=9", 111, 112 },
	{ "bad=1", "bad=4", 111, 112 },
	{ "prey=1", "prey=8193", 111, 112 },
	{ "prey=1", "prey=2", 111, 112 },
	{ "prey=1", "prey=0", HANDOVER_UNDERSTOOD, 0 },
	{ "other=3", "other=0", HANDOVER_UNDERSTOOD, 0 },
	{ "other=3", "other=2", 111, 112 },
	{ "other=3", "other=9", HANDOVER_UNDERSTOOD, 0 },
	{ "prune=term", "prune=now", 111, 112 },
	{ "console=-1", "console=9999", HANDOVER_UNDERSTOOD, 112 },
	{ "stop=quit", "stop=", 111, 112 },
};

static int
read_back(void)
{
	struct svscan s = defaults;

	return svscan_upgraded(&s) != 1 || s.count > s.max;
}

static int
read_in_need(void *arg)
{
	struct rlimit least = { 1 << 20, 1 << 20 };
	struct svscan s = defaults;

	(void)arg;
	forge("s6-svscan", getppid(), golden, sizeof golden, "services-max=4", "services-max=100000");
	if (setrlimit(RLIMIT_AS, &least) < 0)
		return 98;
	svscan_upgraded(&s);
	return 98;
}

static void
upgrade(void)
{
	static char const *const argv[] = { "s6-svscan", "here", 0 };
	static struct svscan s;

	fill(&s);
	s.argv = argv;
	svscan_upgrade(&s);
	if (s.upgrade)
		exit(97);
}

static void
refusals(void)
{
	char said[256];

	snprintf(said, sizeof said, "unable to upgrade to " FILE_NAME ": %s", strerror(EMFILE));
	refused(0, 0, upgrade, said);
	refused(FILE_NAME, "exit 3", upgrade, "it does not take over (exit code 3)");
	refused(FILE_NAME, "exit 0", upgrade, "it does not take over (exit code 0)");
	refused(FILE_NAME, "kill -9 $$", upgrade, "it does not take over (signal 9)");
	refused(FILE_NAME, "echo \"$# $*\" >&2; exit 3", upgrade, "1 here");
}

/* Afterwards. */
static void
resumed(void)
{
	struct svscan r;

	fill(&r);
	deaf = unlistening = written = 0;
	r.upgrade = CONTROL_UPGRADE_SELF;
	svscan_resume(&r);
	ok(!r.upgrade && !written && !r.sweep, "its own upgrade is no matter of its supervisors");
	r.upgrade = CONTROL_UPGRADE;
	svscan_resume(&r);
	ok(written == 1, "they are asked for theirs");
	written = 0;
	deaf = 1;
	r.upgrade = CONTROL_UPGRADE;
	svscan_resume(&r);
	ok(written == 2, "one that does not understand is told of");
	unlistening = 1;
	r.upgrade = CONTROL_UPGRADE;
	svscan_resume(&r);
	ok(written == 4, "one that does not listen is not");
}

int
main(void)
{
	static struct svscan s, r;
	static char got[16384];
	char number[16];
	struct handover h;
	char const *p = got;
	ssize_t n;
	int fd;

	fill(&s);
	handover_begin(&h, "s6-svscan");
	svscan_carry(&h, &s);
	fd = handover_end(&h);
	n = pread(fd, got, sizeof got, 0);
	for (int i = 0; i < 3; i++)
		p += strlen(p) + 1;
	ok(n - (p - got) == (ssize_t)sizeof golden, "length");
	if (!is_bytes(p, golden, sizeof golden, "golden bytes"))
		for (char const *q = p; q < got + n; q += strlen(q) + 1)
			printf("# %s\n", q);
	sprintf(number, "%d", fd);
	setenv(HANDOVER_VARIABLE, number, 1);
	if (!ok(handover_receive(&h, "s6-svscan") == HANDOVER_OURS, "received"))
		return 1;
	r = defaults;
	svscan_carry(&h, &r);
	if (ok(handover_done(&h) == 0, "read"))
		check(&r);
	tap_tmpdir();
	roles((struct reading){ .program = "s6-svscan", .body = golden, .n = sizeof golden, .read = read_back },
		changes, sizeof changes / sizeof *changes, 1);
	ok(in_child(read_in_need, 0) == 111, "no memory: a probe that does not understand");
	refusals();
	resumed();
	return done_testing();
}
