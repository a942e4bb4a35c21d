/* The directives of s6-log, one a line; what is accepted is a script that acts. */

#include "fuzz.h"
#include "pattern.h"

#include "log/log.h"

#define WORDS 64

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_string(data, n);
	char const *words[WORDS], *bad = 0;
	struct log_script script;
	size_t count = 0;
	enum log_error e;

	for (char *p = strtok(s, "\n"); p && count < WORDS; p = strtok(0, "\n")) {
		if ((*p == '+' || *p == '-') && !fuzz_pattern_is_cheap(p + 1))
			continue;
		words[count++] = p;
	}
	e = log_script_parse(&script, words, count, &bad);
	if (e == LOG_FINE) {
		claim(script.nacts > 0, "it acts");
		for (size_t i = 0; i < script.nops; i++)
			if (script.ops[i].code == LOG_OP_ACT)
				claim(script.ops[i].act >= script.acts
					&& script.ops[i].act < script.acts + script.nacts,
					"an operation's action is the script's");
		for (size_t i = 0; i < script.nacts; i++)
			claim(script.acts[i].kind != LOG_ACT_DIR || script.acts[i].dir < script.ndirs,
				"a directory's number is one");
		log_script_plan(&script);
		log_script_free(&script);
	} else if (e == LOG_UNRECOGNIZED || e == LOG_SYNTAX || e == LOG_CONFLICT) {
		size_t i = 0;

		while (i < count && words[i] != bad)
			i++;
		claim(i < count, "the bad word is one of ours");
	}
	free(s);
	return 0;
}
