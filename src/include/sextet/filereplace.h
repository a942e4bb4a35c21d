/*
 * filereplace.h - replacing a whole file, so that readers see the old content
 * or the new and never a part (plumbing).
 */

#ifndef SEXTET_FILEREPLACE_H
#define SEXTET_FILEREPLACE_H

#include <stddef.h>
#include <sys/types.h>

/* Replaces NAME in the directory DIRFD by a file holding DATA[0..N), mode MODE
   less the umask: writes NAME.new and renames it. NAME is a plain name of at
   most 250 bytes. Returns 0, or -1 with errno; then NAME is as before and
   NAME.new is gone. */
extern int filereplace_rename(int dirfd, char const *name, void const *data, size_t n, mode_t mode);

/* As filereplace_rename, but keeps NAME.new as a spare and exchanges the
   names (plain rename where the kernel or file system cannot): after the
   second call no new block or inode is needed, so it works on a full disk, at
   a tenth of the cost on a journalled one. For small files of constant size,
   read with file_read_exchanged. A directory that has either name makes room; one
   with something in it becomes NAME.old. */
extern int filereplace_exchange(int dirfd, char const *name, void const *data, size_t n, mode_t mode);

/* Is FD, opened for writing, a regular file of one name? Through another name
   somebody else's file would be written. 0, -1 with errno (EMLINK). */
extern int file_single(int fd);

/* As file_read, but only what nobody else can have written: a regular file of one
   name that is ours, and no link. EPERM, EMLINK, ELOOP. */
extern ssize_t file_read_own(int dirfd, char const *name, void *to, size_t size);

/* Reads at most SIZE bytes of NAME in DIRFD (AT_FDCWD: any path), never
   blocking on a FIFO. Returns the number of bytes, or -1 with errno. */
extern ssize_t file_read(int dirfd, char const *name, void *to, size_t size);

/* The same, but at most FILE_EXCHANGED_MAX bytes of a regular file: until two
   readings agree. A reader that slept between its open and its read while the
   file was exchanged twice could else meet the writer in the middle. */
#define FILE_EXCHANGED_MAX 64
extern ssize_t file_read_exchanged(int dirfd, char const *name, void *to, size_t size);

#endif
