/* json.c - see sextet/json.h */

#include <string.h>

#include <sextet/json.h>

/* The length of the UTF-8 character at S, 0 when it is none (RFC 3629: no
   overlong forms, no surrogates, nothing above 10FFFF). */
static size_t
utf8_length(unsigned char const *s, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	switch (s[0]) {
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	}
	if (n < len || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static size_t
escape(char *to, char const *prefix, unsigned char c)
{
	static char const hex[16] = "0123456789abcdef";

	memcpy(to, prefix, 4);
	to[4] = hex[c >> 4];
	to[5] = hex[c & 15];
	return 6;
}

size_t
json_char(char *to, char const *s, size_t n, size_t *used)
{
	unsigned char c = (unsigned char)*s;
	size_t len = utf8_length((unsigned char const *)s, n);

	*used = len ? len : 1;
	if (!len)
		return escape(to, "\\udc", c);
	if (c < 0x20 || c == 0x7f)
		return escape(to, "\\u00", c);
	if (c == '"' || c == '\\') {
		to[0] = '\\';
		to[1] = *s;
		return 2;
	}
	memcpy(to, s, len);
	return len;
}
