#!/bin/sh
# Each system call of s6-svscan fails once, with each error that it may answer.
# Either it refuses to start, before anything runs, or it goes on: one instance of
# each service, true statuses, no line lost, it stops on command, nothing is left.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/sweep.sh"

fails() {
	name=$1 e=$2
	shift 2
	sweep "s6-svscan, $e $name" 2 sweep-svscan "$@" x errno="$(errno_of "$e")"
}
for e in EMFILE ENOMEM ENOSPC EIO EACCES EAGAIN EINTR; do fails 'in a whole life' $e; done
[ -n "$LONG" ] || every 15
fails 'while it takes over' ENOMEM -a
fails 'while it takes over' EMFILE -a
fails 'while it is upgraded in place' ENOMEM -u
fails 'while it is upgraded in place' EMFILE -u
fails 'while it is upgraded after taking over' ENOMEM -a -u
if [ -n "$LONG" ]; then
	for e in ENFILE EROFS EDQUOT ENOSYS EPERM; do fails 'in a whole life' $e; done
	for e in EIO EACCES EAGAIN EINTR ENFILE ENOSYS EPERM; do
		fails 'while it takes over' $e -a
	done
	for e in EMFILE ENOMEM EIO EACCES EAGAIN EINTR ENFILE ENOSYS EPERM; do
		fails 'after some supervisors died' $e -s
	done
	for e in ENOSPC EIO EACCES EAGAIN EINTR ENFILE ENOSYS EPERM; do
		fails 'while it is upgraded in place' $e -u
	done
	for e in EMFILE ENOSPC EIO EACCES EINTR EPERM; do
		fails 'while it is upgraded after taking over' $e -a -u
	done
fi
done_testing
