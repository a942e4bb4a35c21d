/* script.c - directives into a struct log_script: see log.h and s6-log(1). */

#include <stdlib.h>
#include <string.h>
#include <skalibs/types.h>

#include "log.h"

#define SIZE_LEAST 4096U
#define SIZE_MOST 268435455U

/* the settings that hold from one directive to the next */
struct now {
	struct log_limits lim;
	char const *prefix;
	uint32_t alert, status;
	int tai, iso;		/* for the next action only */
};

static enum log_error
number(char const *s, uint32_t *n)
{
	return uint320_scan(s, n) ? LOG_FINE : LOG_UNRECOGNIZED;
}

static enum log_error
select_op(struct log_script *s, enum log_opcode code, char const *pattern)
{
	struct log_op *op = s->ops + s->nops;
	int e = 0;

	op->code = code;
	if (pattern)
		e = log_pattern_compile(&op->pattern, pattern);
	if (!e)
		s->nops++;
	return !e ? LOG_FINE : e == REG_ESPACE ? LOG_NO_MEMORY : LOG_UNRECOGNIZED;
}

static enum log_error
action(struct log_script *s, struct now *now, enum log_act kind, char const *name)
{
	struct log_action *a = s->acts + s->nacts++;
	struct log_op *op = s->ops + s->nops++;

	*op = (struct log_op){ .code = LOG_OP_ACT, .act = a };
	*a = (struct log_action){ .kind = kind, .tai = now->tai, .iso = now->iso,
		.prefix = now->prefix, .prefixlen = now->prefix ? strlen(now->prefix) : 0 };
	if (kind == LOG_ACT_ALERT)
		a->number = now->alert;
	if (kind == LOG_ACT_STATUS) {
		a->number = now->status;
		a->file = name;
		a->spare = malloc(strlen(name) + sizeof ".new");
		if (!a->spare)
			return LOG_NO_MEMORY;
		strcpy(stpcpy(a->spare, name), ".new");
	}
	if (kind == LOG_ACT_DIR) {
		a->dir = s->ndirs++;
		s->dirs[a->dir] = (struct log_target){ .name = name, .lim = now->lim };
	}
	now->tai = now->iso = 0;
	return LOG_FINE;
}

static enum log_error
selection(struct log_script *s, char const *w)
{
	if (*w == 'f')
		return w[1] ? LOG_SYNTAX : select_op(s, LOG_OP_FRESH, 0);
	return select_op(s, *w == '+' ? LOG_OP_PLUS : LOG_OP_MINUS, w + 1);
}

static enum log_error
control(struct now *now, char const *w)
{
	struct log_limits *lim = &now->lim;
	enum log_error e;

	switch (*w++) {
	case 'n':
		return number(w, &lim->archives);
	case 's':
		e = number(w, &lim->size);
		if (lim->size < SIZE_LEAST)
			lim->size = SIZE_LEAST;
		if (lim->size > SIZE_MOST)
			lim->size = SIZE_MOST;
		return e;
	case 'l':
		e = number(w, &lim->slack);
		return !e && lim->slack > lim->size / 2 ? LOG_CONFLICT : e;
	case 'S':
		return uint640_scan(w, &lim->total) ? LOG_FINE : LOG_UNRECOGNIZED;
	case 'r':
		return number(w, &lim->retry);
	case 'R':
		return number(w, &lim->period);
	case 'E':
		return number(w, &now->alert);
	case '^':
		return number(w, &now->status);
	case 'p':
		now->prefix = *w ? w : 0;
		return LOG_FINE;
	case '!':
	case '?':
		lim->shell = w[-1] == '?';
		lim->processor = *w ? w : 0;
		return LOG_FINE;
	case 't':
		now->tai = 1;
		return *w ? LOG_SYNTAX : LOG_FINE;
	case 'T':
		now->iso = 1;
		return *w ? LOG_SYNTAX : LOG_FINE;
	}
	return LOG_UNRECOGNIZED;
}

static enum log_error
directive(struct log_script *s, struct now *now, char const *w)
{
	switch (*w) {
	case '+':
	case '-':
	case 'f':
		return selection(s, w);
	case '1':
		return w[1] ? LOG_SYNTAX : action(s, now, LOG_ACT_STDOUT, 0);
	case '2':
		return w[1] ? LOG_SYNTAX : action(s, now, LOG_ACT_ALERT, 0);
	case '=':
		return w[1] ? action(s, now, LOG_ACT_STATUS, w + 1) : LOG_SYNTAX;
	case '.':
	case '/':
		return action(s, now, LOG_ACT_DIR, w);
	}
	return control(now, w);
}

/* Drops the selections after the last action. */
static void
drop_extraneous(struct log_script *s)
{
	while (s->nops && s->ops[s->nops - 1].code != LOG_OP_ACT) {
		s->extraneous = 1;
		log_pattern_free(&s->ops[--s->nops].pattern);
	}
}

enum log_error
log_script_parse(struct log_script *s, char const *const *words, size_t n, char const **bad)
{
	struct now now = {
		.lim = { .archives = 10, .size = 99999, .slack = 2000, .retry = 2000 },
		.alert = 200, .status = 1001
	};
	enum log_error e = LOG_FINE;

	*bad = 0;
	*s = (struct log_script){ 0 };
	s->ops = calloc(n + 2, sizeof *s->ops);	/* and the console */
	s->acts = calloc(n + 1, sizeof *s->acts);
	s->dirs = calloc(n + 1, sizeof *s->dirs);
	if (!s->ops || !s->acts || !s->dirs)
		e = LOG_NO_MEMORY;
	for (size_t i = 0; !e && i < n; i++) {
		*bad = words[i];
		e = directive(s, &now, words[i]);
	}
	if (!e) {
		drop_extraneous(s);
		if (!s->nacts)
			e = LOG_NO_ACTION;
	}
	if (e)
		log_script_free(s);
	return e;
}

struct log_action *
log_script_console(struct log_script *s, char const *prefix)
{
	struct log_action *a = s->acts + s->nacts++;

	*a = (struct log_action){ .kind = LOG_ACT_STDOUT, .console = 1, .prefix = prefix,
		.prefixlen = prefix ? strlen(prefix) : 0 };
	s->ops[s->nops++] = (struct log_op){ .code = LOG_OP_PLUS };	/* all of them */
	s->ops[s->nops++] = (struct log_op){ .code = LOG_OP_ACT, .act = a };
	return a;
}

void
log_script_free(struct log_script *s)
{
	while (s->nops)
		log_pattern_free(&s->ops[--s->nops].pattern);
	while (s->nacts)
		free(s->acts[--s->nacts].spare);
	free(s->ops);
	free(s->acts);
	free(s->dirs);
	*s = (struct log_script){ 0 };
}

/* Is this output the target of one action only? */
static int
alone(struct log_script const *s, struct log_action const *a)
{
	for (size_t i = 0; i < s->nacts; i++)
		if (s->acts + i != a && s->acts[i].out == a->out)
			return 0;
	return 1;
}

/* What is known of a line's state, whatever the line? */
enum known { NO, YES, OPEN };

void
log_script_plan(struct log_script *s)
{
	enum known selected = YES, acted = NO;

	s->perline = 0;
	for (size_t i = 0; i < s->nops; i++) {
		struct log_op *op = s->ops + i;
		struct log_action *a = op->act;
		int all = op->pattern.kind == LOG_MATCH_ALL;

		switch (op->code) {
		case LOG_OP_PLUS:
			if (selected != YES)
				selected = all ? YES : OPEN;
			break;
		case LOG_OP_MINUS:
			if (selected != NO)
				selected = all ? NO : OPEN;
			break;
		case LOG_OP_FRESH:
			selected = acted == OPEN ? OPEN : acted == NO ? YES : NO;
			break;
		case LOG_OP_ACT:
			a->bulk = selected == YES && a->out && !a->tai && !a->iso && !a->prefix
				&& !a->console && alone(s, a);
			s->perline |= !a->bulk;
			if (selected != NO && acted != YES)
				acted = selected;
			break;
		}
	}
}
