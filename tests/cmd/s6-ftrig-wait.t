#!/bin/sh
# s6-ftrig-wait: what is heard, matched and printed
. "${0%/*}/../lib.sh"

usage_ok s6-ftrig-wait
usage="s6-ftrig-wait: usage: s6-ftrig-wait [ -t timeout ] fifodir regexp"
for args in '' d '-t' '-t 10x d u' '-t -1 d u' '--timeout d u' '--timeout= d u'; do
	# shellcheck disable=SC2086
	run s6-ftrig-wait $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done
run s6-ftrig-wait -z d u
is "unknown option" "$rc:$err" "100:s6-ftrig-wait: fatal: unrecognized short option: z"

s6-mkfifodir d
listens() { test "$(ls d | wc -l)" = "$1"; }
# waits REGEX MESSAGE...: in the background, told the messages one by one
waits() {
	rm -f got
	s6-ftrig-wait d "$1" >got 2>&1 &
	waiter=$!
	wait_until listens 1
	shift
	for message; do s6-ftrig-notify d "$message"; done
	rc=0
	wait "$waiter" || rc=$?
}
waits u u
is "a match: printed with a newline" "$rc:$(od -An -c got)" '0:   u  \n'
notok "the FIFO is removed" listens 1
waits 'a.*b' xaxx yyb
is "over several messages" "$rc:$(cat got)" 0:xaxxyyb
waits '^[[:digit:]]+(x|y)$' 12 3y
is "extended, anchored" "$rc:$(cat got)" 0:123y
waits '' z
is "an empty expression matches the first event" "$rc:$(cat got)" 0:z
waits 'line.two' 'line
two'
is "a newline is a character" "$rc:$(cat got)" '0:line
two'

run s6-ftrig-wait -t 20 d u
is "timeout: 99" "$rc:$out:$err" "99::s6-ftrig-wait: fatal: unable to match regexp on u: Connection timed out"
run s6-ftrig-wait --timeout=20 d ''
is "--timeout" "$rc:$err" "99:s6-ftrig-wait: fatal: unable to match regexp on : Connection timed out"
notok "no FIFO is left" listens 1
run s6-ftrig-wait d '('
is "a bad expression" "$rc:$err" "111:s6-ftrig-wait: fatal: unable to subscribe to d with regexp (: Invalid argument"
: >file
for name in nowhere file; do
	run s6-ftrig-wait "$name" u
	like "$name: exit 111, message" "$rc:$err" "^111:s6-ftrig-wait: fatal: unable to subscribe to $name with regexp u: No"
done
notok "no FIFO is left" listens 1

s6-ftrig-wait d u &
waiter=$!
wait_until sh -c "grep -q '^SigBlk:.*[4-7][0-9a-f]\{3\}\$' /proc/$waiter/status"
ok "a listener" listens 1
kill -TERM "$waiter"
rc=0
wait "$waiter" || rc=$?
is "killed by TERM" "$rc" 143
notok "its FIFO is removed all the same" listens 1

s6-ftrig-wait d u >/dev/full 2>err &
waiter=$!
wait_until listens 1
s6-ftrig-notify d u
rc=0
wait "$waiter" || rc=$?
is "standard output is full" "$rc:$(cat err)" "111:s6-ftrig-wait: fatal: unable to write to stdout: No space left on device"
done_testing
