/*
 * nsswitch.h - nsswitch.conf(5): which services answer for a database (plumbing).
 *
 *   # comment
 *   passwd:  files systemd
 */

#ifndef SEXTET_NSSWITCH_H
#define SEXTET_NSSWITCH_H

#include <stddef.h>

#define NSSWITCH_SIZE 4096

/* Reads all of FILE into TEXT[NSSWITCH_SIZE] as a string. Returns 0 if it does
   not fit or cannot be read. */
extern int nsswitch_read(char const *file, char *text);

/* Copies what TEXT says of DATABASE to SERVICES[size] as a string: words, each
   after exactly one space (" files systemd"). Returns 0 if there is no such
   line or it does not fit. */
extern int nsswitch_services(char const *text, char const *database, char *services, size_t size);

#endif
