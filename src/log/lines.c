/* lines.c - the script at work: see log.h */

#include <string.h>

#include "log.h"

/* a line: S[0..LEN); WHOLE when its newline follows, not when it was cut */
struct line {
	char *s;
	size_t len;
	int whole;
};

/* Finds the next line. Returns 0 when it is not complete yet. */
static int
next_line(struct log_input const *in, struct line *line)
{
	size_t left = in->len - in->pos;
	size_t most = in->limit && in->limit < left ? in->limit + 1 : left;
	char *nl;

	line->s = in->buf + in->pos;
	nl = memchr(line->s, '\n', most);
	line->whole = nl != 0;
	line->len = nl ? (size_t)(nl - line->s) : in->limit;
	return nl || (in->limit && left > in->limit);
}

/* Finds as many lines as can be had without looking at each: for a bulk of
   them the newline of the last one is not part of LEN either. */
static int
next_bulk(struct log_input const *in, struct line *line)
{
	size_t left = in->len - in->pos, n = 0;

	line->s = in->buf + in->pos;
	while (n < left) {
		size_t most = in->limit && in->limit < left - n ? in->limit + 1 : left - n;
		char *nl = memrchr(line->s + n, '\n', most);

		if (!nl)
			break;
		n = (size_t)(nl + 1 - line->s);
	}
	line->whole = n != 0;
	line->len = n ? n - 1 : in->limit;
	return n || (in->limit && left > in->limit);
}

static char *
add(char *to, char const *s, size_t n)
{
	memcpy(to, s, n);
	return to + n;
}

static int
emit(struct log_action *a, struct log_stamp const *st, struct line const *line)
{
	struct log_out *o = a->out;
	size_t head = (a->tai ? TAI64N_FMT + 1 : 0) + (a->iso ? LOG_ISO_FMT : 0)
		+ (a->prefix ? a->prefixlen + 1 : 0);
	char *p;

	if (line->whole && !head && !a->console)
		return log_out_run(o, line->s, line->len + 1);
	if (!log_out_settle(o) || !log_out_room(o, head + line->len + 1))
		return 0;
	p = o->buf + o->tail;
	if (a->tai)
		p = add(p, st->tai_text, TAI64N_FMT + 1);
	if (a->iso)
		p = add(p, st->iso_text, LOG_ISO_FMT);
	if (a->prefix) {
		p = add(p, a->prefix, a->prefixlen);
		*p++ = ' ';
	}
	memcpy(p, line->s, line->len);
	p[line->len] = '\n';
	o->tail += head + line->len + 1;
	return 1;
}

/* The console takes what it can; what it cannot take is counted. */
static void
emit_or_drop(struct log_action *a, struct log_stamp const *st, struct line const *line)
{
	if ((a->dropped && !log_stdout_confess(a)) || !emit(a, st, line))
		a->dropped++;
}

static int
act(struct log_lines *l, struct log_action *a, struct line const *line)
{
	switch (a->kind) {
	case LOG_ACT_STDOUT:
		if (a->lossy) {
			emit_or_drop(a, &l->stamp, line);
			return 1;
		}
		return emit(a, &l->stamp, line);
	case LOG_ACT_DIR:
		return emit(a, &l->stamp, line);
	case LOG_ACT_ALERT:
		log_alert(a, &l->stamp, line->s, line->len);
		return 1;
	case LOG_ACT_STATUS:
		a->last = line->s;
		a->lastlen = line->len;
		if (a->tai || a->iso)
			a->stamp = l->stamp;
		return 1;
	}
	return 1;
}

/* Applies the script to a line, from the operation where it stopped when an
   output was full. */
static int
apply(struct log_lines *l, struct line const *line)
{
	char const *end = l->in->buf + l->in->len;
	int selected = l->op ? l->selected : 1, acted = l->op ? l->acted : 0;

	for (size_t i = l->op; i < l->script.nops; i++) {
		struct log_op *op = l->script.ops + i;

		switch (op->code) {
		case LOG_OP_PLUS:
			if (!selected)
				selected = log_pattern_match(&op->pattern, line->s, line->len, end);
			break;
		case LOG_OP_MINUS:
			if (selected)
				selected = !log_pattern_match(&op->pattern, line->s, line->len, end);
			break;
		case LOG_OP_FRESH:
			selected = !acted;
			break;
		case LOG_OP_ACT:
			if (selected && !act(l, op->act, line)) {
				l->op = i;
				l->selected = selected;
				l->acted = acted;
				return 0;
			}
			acted |= selected;
			break;
		}
	}
	l->op = 0;
	return 1;
}

static int
work(struct log_lines *l)
{
	int (*find)(struct log_input const *, struct line *) =
		l->script.perline ? next_line : next_bulk;
	int stamped = l->stamp.tai || l->stamp.iso;
	struct line line;

	while (l->in->pos < l->in->len && find(l->in, &line)) {
		if (!apply(l, &line))
			return 0;
		l->in->pos += line.len + (size_t)line.whole;
		if (stamped)
			log_stamp_next(&l->stamp);
	}
	return 1;
}

int
log_lines(struct log_lines *l)
{
	int done;

	if (l->in->pos == l->in->len)
		return 1;
	/* a line that was stopped halfway keeps its stamp */
	if (!l->op && (l->stamp.tai || l->stamp.iso))
		log_stamp_read(&l->stamp);
	for (size_t i = 0; i < l->script.nops; i++)
		log_pattern_forget(&l->script.ops[i].pattern);
	done = work(l);
	for (size_t i = 0; i < l->script.nacts; i++)
		if (l->script.acts[i].last)
			log_status_write(l->script.acts + i, l->conf);
	return done;
}
