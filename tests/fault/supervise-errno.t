#!/bin/sh
# Each system call of s6-supervise fails once, with each error that it may answer.
# Either s6-supervise refuses to start, before anything runs, or it goes on: one
# instance, a true status, it stops on command, nothing is left.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/sweep.sh"

fails() {
	name=$1 e=$2
	shift 2
	sweep "s6-supervise, $e $name" 3 sweep-supervise "$@" x errno="$(errno_of "$e")"
}
for e in EMFILE ENOMEM ENOSPC EIO EACCES EAGAIN EINTR; do fails 'in a whole life' $e; done
fails 'while it adopts' EIO -a
fails 'while it takes over from upstream' EIO -o
if [ -n "$LONG" ]; then
	for e in EMFILE ENOMEM EIO EAGAIN EINTR; do fails 'when run and finish have to be killed in time' $e -k; done
	for e in ENFILE EROFS EDQUOT ENOSYS EPERM; do fails 'in a whole life' $e; done
	for e in EMFILE ENOMEM ENOSPC EIO EACCES EAGAIN EINTR ENFILE EROFS EDQUOT ENOSYS EPERM; do
		fails 'in a whole life with more settings' $e -m
		fails 'while it adopts' $e -a
		fails 'after a death in the gap' $e -g
		fails 'while the service gets ready' $e -l
		fails 'while it takes over from upstream' $e -o
	done
fi
done_testing
