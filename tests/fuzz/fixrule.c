/* A line of a file in fix-attrs.d, and an account in it. */

#include "fuzz.h"

#include <sextet/accountspec.h>
#include <sextet/fixrule.h>

static void
is_word(char const *word, char const *line, size_t n)
{
	claim(word >= line && word < line + n, "a word of the line");
	claim(*word && !strpbrk(word, " \t\r"), "not empty, and without blanks");
}

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *line = fuzz_string(data, n), who[ACCOUNT_NAMESIZE];
	struct fixrule rule;
	char const *what = 0;
	int r = fixrule_parse(line, &rule, &what);
	uid_t uid;
	gid_t gid;

	claim((r < 0) == !!what, "what is no rule has a reason");
	if (r > 0) {
		is_word(rule.path, line, n);
		is_word(rule.account, line, n);
		claim(rule.path[0] != '#', "a comment is no rule");
		claim(rule.fmode == FIXRULE_SAME || rule.fmode <= 07777, "the mode of files is one");
		claim(rule.dmode == FIXRULE_SAME || rule.dmode <= 07777, "that of directories, too");
		if (accountspec_find(rule.account, &uid, &gid, who) == ACCOUNTSPEC_UNKNOWN)
			claim(strstr(rule.account, who) != 0, "the unknown name is the account's");
	}
	free(line);
	return 0;
}
