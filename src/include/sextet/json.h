/*
 * json.h - text in JSON (format).
 */

#ifndef SEXTET_JSON_H
#define SEXTET_JSON_H

#include <stddef.h>

#define JSON_CHAR_MAX 6

/* Writes the first character of S[0..N), N at least 1, as it stands between
   the quotes of a JSON string: at most JSON_CHAR_MAX bytes, no NUL. A byte XX
   that is no part of valid UTF-8 becomes \udcXX (so no name is lost: Python
   reads it back with errors=surrogateescape). *USED is how many bytes of S
   these are. Returns the length written. */
extern size_t json_char(char *to, char const *s, size_t n, size_t *used);

#endif
