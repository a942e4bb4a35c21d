/*
 * dfa.h - matching lines against an extended regular expression, one table
 * look-up a byte.
 *
 *   ere.c  an expression into a program: what may follow what
 *   dfa.c  that program into a table; a line through the table
 *
 * We take what the C library and we are sure to understand alike: literals, ".",
 * brackets with characters, ranges and classes, groups, "|", "^", "$", and one
 * quantifier at a time. Everything else, and what would become large, is left
 * to regexec. Bytes are characters, as in the C locale.
 */

#ifndef LOG_DFA_H
#define LOG_DFA_H

#include <stdint.h>

#define ERE_STEPS 512

enum ere_op {
	ERE_BYTE,	/* a byte of the set */
	ERE_SPLIT,	/* go on at both x and y */
	ERE_JUMP,	/* go on at x */
	ERE_BEGIN,	/* only at the beginning of the line */
	ERE_END,	/* only at its end */
	ERE_MATCH	/* done */
};

struct ere_step {
	enum ere_op op;
	int x, y;		/* relative to this step */
	uint8_t set[32];	/* a bit for each byte; never of NUL */
};

struct ere_program {
	int n;
	struct ere_step step[ERE_STEPS];
};

/* TEXT, which regcomp takes as a REG_EXTENDED expression, as a program whose last
   step is the only ERE_MATCH. 0, or -1 when it is none of ours. */
extern int log_ere_compile(struct ere_program *p, char const *text);

struct dfa {
	uint16_t *next;		/* [state + class]: a state, which is a multiple of classes */
	uint16_t classes;
	uint16_t start, home;	/* at the beginning; where nothing has begun to match */
	uint8_t class[256];
	uint8_t leaves[256];	/* bytes that lead away from home */
};

/* Makes D from TEXT as above. 0, or -1 when it is none of ours or there is no
   memory: then there is nothing to free. */
extern int log_dfa_compile(struct dfa *d, char const *text);
extern void log_dfa_free(struct dfa *d);

/* Does something in the string LINE match? */
extern int log_dfa_match(struct dfa const *d, char const *line);

#endif
