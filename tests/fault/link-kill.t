#!/bin/sh
# s6-svlink and s6-svunlink are killed just before each of their system calls, and each
# call fails: what they say is true, what was not done is undone, and the same command
# does it then.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/sweep.sh"

sweep 's6-svlink killed, alone' 30 sweep-link x kill
sweep 's6-svlink killed, with -d' 30 sweep-link -d x kill
sweep 's6-svunlink killed, alone' 20 sweep-link -u x kill
for e in EMFILE ENOMEM ENOSPC EIO EACCES; do
	sweep "s6-svlink, $e once" 2 sweep-link x errno="$(errno_of $e)"
done
if [ -n "$LONG" ]; then
	for e in ENFILE EROFS EDQUOT EINTR ENOSYS EPERM; do
		sweep "s6-svlink, $e once" 1 sweep-link -d x errno="$(errno_of $e)"
	done
	for e in EMFILE ENFILE ENOMEM EIO EACCES EINTR ENOSYS EPERM; do
		sweep "s6-svunlink, $e once" 1 sweep-link -u x errno="$(errno_of $e)"
	done
fi
done_testing
