/* shebang.c - see sextet/shebang.h */

#include <fcntl.h>
#include <string.h>

#include <sextet/filereplace.h>
#include <sextet/shebang.h>

#define BLANKS " \t"

int
shebang_read(char const *path, struct shebang *s)
{
	ssize_t r = file_read(AT_FDCWD, path, s->line, sizeof s->line - 1);
	char *word, *end;

	if (r < 0)
		return -1;
	s->line[r] = 0;
	s->argc = 0;
	s->argv[0] = 0;
	if (s->line[0] != '#' || s->line[1] != '!')
		return 0;
	s->line[strcspn(s->line, "\n")] = 0;
	word = s->line + 2;
	word += strspn(word, BLANKS);
	end = word + strlen(word);
	while (end > word && strchr(BLANKS, end[-1]))
		*--end = 0;
	if (!*word)
		return 0;
	s->argv[s->argc++] = word;
	word += strcspn(word, BLANKS);
	if (*word) {
		*word++ = 0;
		word += strspn(word, BLANKS);
		s->argv[s->argc++] = word;
	}
	s->argv[s->argc] = 0;
	return 1;
}
