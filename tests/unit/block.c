/* block.c - the words that execlineb makes of { } */

#include <stdlib.h>

#include <sextet/block.h>

#include "tap.h"

#define WORDS(...) ((char const *const[]){ __VA_ARGS__, 0 })

int
main(void)
{
	int bare = -7;
	char const *const *v;

	ok(block_length(WORDS(" a", " b", "", "prog"), &bare) == 2 && bare == 2, "two words");
	ok(block_length(WORDS("", "prog"), &bare) == 0 && bare == 0, "an empty block");
	ok(block_length(WORDS(""), &bare) == 0, "an empty block and nothing after it");
	v = WORDS(" a", "  b", " ", "", "prog");
	ok(block_length(v, &bare) == 3 && bare == 3, "an inner block belongs to it");
	v = WORDS(block_word(v[1]), block_word(v[2]), "more");
	ok(block_length(v, &bare) == 1 && !strcmp(block_word(v[0]), "b"), "and then stands as its own");
	ok(block_length(WORDS("a", " b", "c", ""), &bare) == 3 && bare == 0, "words without blanks");
	ok(block_length(WORDS(" a", "b", ""), &bare) == 2 && bare == 1, "the first of them is told");
	bare = -7;
	ok(block_length(WORDS(" a", " b"), &bare) == -1 && bare == -7, "no end");
	ok(block_length(WORDS(" "), &bare) == -1, "an inner end is no end");
	ok(block_length((char const *const[]){ 0 }, &bare) == -1, "no word at all");
	ok(!strcmp(block_word(" a b"), "a b") && !strcmp(block_word("a"), "a")
		&& !strcmp(block_word("  a"), " a") && !strcmp(block_word(""), ""), "one blank goes");
	return done_testing();
}
