/* svstat-print.c - the forms in which s6-svstat prints a service */

#include <string.h>
#include <sys/wait.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/child.h>
#include <sextet/json.h>
#include <sextet/tai64n.h>

#include "svstat.h"

/* What a value needs at most: a TAI64N label, a number, SIG and a name. */
#define VALUE_SIZE 32

struct svstat_name const svstat_fields[FIELDS] = {
	[UP] = { "up", 'u', 0 },
	[WANTEDUP] = { "wantedup", 'w', 0 },
	[NORMALLYUP] = { "normallyup", 'N', 0 },
	[READY] = { "ready", 'r', 0 },
	[PAUSED] = { "paused", 0, 0 },
	[PID] = { "pid", 'p', 0 },
	[PGID] = { "pgid", 'g', 0 },
	[EXITCODE] = { "exitcode", 'e', 0 },
	[SIGNAL] = { "signal", 's', 1 },
	[SIGNUM] = { "signum", 0, 0 },
	[UPDOWNSINCE] = { "updownsince", 0, 1 },
	[READYSINCE] = { "readysince", 0, 1 },
	[UPDOWNFOR] = { "updownfor", 't', 0 },
	[READYFOR] = { "readyfor", 0, 0 },
};

static struct {
	size_t n;
	char text[8192];
} out;

void
svstat_flush(void)
{
	if (allwrite(1, out.text, out.n) < out.n)
		strerr_diefusys(111, "write to stdout");
	out.n = 0;
}

void
svstat_put(char const *s)
{
	size_t n = strlen(s);

	while (n) {
		size_t part = sizeof out.text - out.n;

		if (part > n)
			part = n;
		memcpy(out.text + out.n, s, part);
		out.n += part;
		s += part;
		n -= part;
		if (out.n == sizeof out.text)
			svstat_flush();
	}
}

static void
put_string(char const *s)
{
	size_t n = strlen(s), used;

	svstat_put("\"");
	for (; n; s += used, n -= used) {
		char c[JSON_CHAR_MAX + 1];

		c[json_char(c, s, n, &used)] = 0;
		svstat_put(c);
	}
	svstat_put("\"");
}

static char const *
truth(int b)
{
	return b ? "true" : "false";
}

static char const *
number(char *to, uint64_t u)
{
	to[uint64_fmt(to, u)] = 0;
	return to;
}

static char const *
label(char *to, tain const *t)
{
	to[tai64n_fmt(to, t)] = 0;
	return to;
}

static char const *
signal_name(char *to, int sig)
{
	char const *name = sig_name(sig);

	if (strlen(name) + 4 > VALUE_SIZE)
		return number(to, (uint64_t)sig);
	memcpy(to, "SIG", 3);
	strcpy(to + 3, name);
	return to;
}

/* Is there a last run, and no present one? */
static int
dead(struct status const *st)
{
	return !status_up(st) && !status_never(st);
}

/* The value of field F as text: TO[VALUE_SIZE], or a constant. */
static char const *
value(char *to, enum svstat_field f, struct svstat_service const *s, tain const *now)
{
	struct status const *st = &s->st;
	int up = status_up(st), exited = dead(st) && WIFEXITED(st->wstat);
	int killed = dead(st) && WIFSIGNALED(st->wstat);

	switch (f) {
	case UP: return truth(up);
	case WANTEDUP: return truth(st->wantup);
	case NORMALLYUP: return truth(s->normallyup);
	case READY: return truth(up && st->ready);
	case PAUSED: return truth(up && st->paused);
	case PID: return up ? number(to, (uint64_t)st->pid) : "-1";
	case PGID: return up ? number(to, (uint64_t)st->pgid) : "-1";
	case EXITCODE: return exited ? number(to, (uint64_t)WEXITSTATUS(st->wstat)) : "-1";
	case SIGNAL: return killed ? signal_name(to, WTERMSIG(st->wstat)) : "NA";
	case SIGNUM: return killed ? number(to, (uint64_t)WTERMSIG(st->wstat)) : "-1";
	case UPDOWNSINCE: return label(to, &st->stamp);
	case READYSINCE: return label(to, &st->readystamp);
	case UPDOWNFOR: return number(to, tai64n_age(&st->stamp, now));
	case READYFOR: return number(to, tai64n_age(&st->readystamp, now));
	default: return "";
	}
}

static void
put_seconds(tain const *since, tain const *now)
{
	char n[VALUE_SIZE];

	svstat_put(number(n, tai64n_age(since, now)));
	svstat_put(" seconds");
}

/* "up (pid 12 pgid 12) 5 seconds" and its like. */
static void
put_summary(struct svstat_service const *s, struct svstat_request const *r)
{
	struct status const *st = &s->st;
	char v[VALUE_SIZE];

	if (status_up(st)) {
		svstat_put("up (pid ");
		svstat_put(number(v, (uint64_t)st->pid));
		svstat_put(" pgid ");
		svstat_put(number(v, (uint64_t)st->pgid));
	} else if (status_never(st)) {
		svstat_put("down (not started yet) ");
		return;
	} else if (WIFSIGNALED(st->wstat)) {
		svstat_put("down (signal ");
		svstat_put(value(v, r->numeric ? SIGNUM : SIGNAL, s, &r->now));
	} else {
		svstat_put("down (exitcode ");
		svstat_put(value(v, EXITCODE, s, &r->now));
	}
	svstat_put(") ");
	put_seconds(&st->stamp, &r->now);
}

void
svstat_line(struct svstat_service const *s, struct svstat_request const *r)
{
	struct status const *st = &s->st;
	int up = status_up(st);

	put_summary(s, r);
	if (up != s->normallyup)
		svstat_put(up ? ", normally down" : ", normally up");
	if (up && st->paused)
		svstat_put(", paused");
	if (up != (int)st->wantup)
		svstat_put(up ? ", want down" : ", want up");
	if (st->ready && !status_never(st)) {
		svstat_put(", ready ");
		put_seconds(&st->readystamp, &r->now);
	}
	if (s->failing[0]) {
		svstat_put(", failing: ");
		svstat_put(s->failing);
	}
}

void
svstat_values(struct svstat_service const *s, struct svstat_request const *r)
{
	char v[VALUE_SIZE];

	for (size_t i = 0; i < r->n; i++) {
		if (i)
			svstat_put(" ");
		svstat_put(value(v, r->field[i], s, &r->now));
	}
}

/* An end that nobody saw is shown as exit code 255, and the record says so to
   those who may read it. */
static int
known(struct svstat_service const *s)
{
	struct child c;

	if (!dead(&s->st) || s->guess)
		return 0;
	return !WIFEXITED(s->st.wstat) || WEXITSTATUS(s->st.wstat) != 255
		|| child_peek(s->dir, &c, 0) < 0 || !c.unknown;
}

void
svstat_json(struct svstat_service const *s, struct svstat_request const *r, int supervised)
{
	svstat_put("{\"dir\":");
	put_string(s->name);
	svstat_put(",\"supervised\":");
	svstat_put(truth(supervised));
	for (enum svstat_field f = 0; f < FIELDS; f++) {
		char v[VALUE_SIZE];
		char const *text = supervised ? value(v, f, s, &r->now) : "NA";

		svstat_put(",\"");
		svstat_put(svstat_fields[f].name);
		svstat_put("\":");
		if (!strcmp(text, "-1") || !strcmp(text, "NA"))
			svstat_put("null");
		else if (svstat_fields[f].text)
			put_string(text);
		else
			svstat_put(text);
	}
	svstat_put(",\"exitcode_known\":");
	svstat_put(supervised ? truth(known(s)) : "null");
	svstat_put(",\"failing\":");
	if (supervised && s->failing[0])
		put_string(s->failing);
	else
		svstat_put("null");
	svstat_put("}");
}
