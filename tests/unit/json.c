/* json.c - strings of any bytes */

#include <sextet/json.h>

#include "tap.h"

/* The whole of S[0..N) escaped, in a static buffer. */
static char const *
whole(char const *s, size_t n)
{
	static char to[256];
	size_t len = 0, used;

	while (n) {
		len += json_char(to + len, s, n, &used);
		s += used;
		n -= used;
	}
	to[len] = 0;
	return to;
}

#define IS(in, want) ok(!strcmp(whole(in, sizeof in - 1), want), "%s", want)

int
main(void)
{
	IS("plain /path", "plain /path");
	IS("a\"b\\c", "a\\\"b\\\\c");
	IS("\n\t\0\x7f", "\\u000a\\u0009\\u0000\\u007f");
	IS("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	IS("\xff" "a", "\\udcffa");
	IS("\xc3", "\\udcc3");
	IS("\xc3(", "\\udcc3(");
	IS("\x80\xbf", "\\udc80\\udcbf");
	IS("\xc0\xaf", "\\udcc0\\udcaf");
	IS("\xe0\x9f\x80", "\\udce0\\udc9f\\udc80");
	IS("\xed\xa0\x80", "\\udced\\udca0\\udc80");
	IS("\xed\x9f\xbf", "\xed\x9f\xbf");
	IS("\xf0\x8f\xbf\xbf", "\\udcf0\\udc8f\\udcbf\\udcbf");
	IS("\xf4\x90\x80\x80", "\\udcf4\\udc90\\udc80\\udc80");
	IS("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
	IS("\xf5\x80\x80\x80", "\\udcf5\\udc80\\udc80\\udc80");
	IS("\xe2\x82", "\\udce2\\udc82");
	return done_testing();
}
