#!/bin/sh
# s6-notify-socket-from-fd: a newline becomes READY=1 on a socket
. "${0%/*}/../lib.sh"

PATH=$PATH:$SEXTET_TREE/tests/tool
unset NOTIFY_SOCKET
usage_ok s6-notify-socket-from-fd
usage="s6-notify-socket-from-fd: usage: s6-notify-socket-from-fd [ -d fd ] [ -f ] [ -t timeout ] [ -k ] prog..."
for args in '' -k -d '-d x true' '-t x true'; do
	# shellcheck disable=SC2086
	run s6-notify-socket-from-fd $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done
run s6-notify-socket-from-fd -d 9 sh -c 'test ! -e /proc/self/fd/9 && echo plain' 9>&-
is "no NOTIFY_SOCKET: just the program" "$rc:$out:$err" 0:plain:
run env NOTIFY_SOCKET= s6-notify-socket-from-fd echo plain
is "an empty one: too" "$rc:$out" 0:plain
for bad in relative /"$(printf '%0120d' 0)" @; do
	run env NOTIFY_SOCKET="$bad" s6-notify-socket-from-fd touch ran
	is "a bad one" "$rc:$err" "100:s6-notify-socket-from-fd: fatal: invalid NOTIFY_SOCKET: $bad"
done
notok "then the program is not run" test -e ran
run env NOTIFY_SOCKET=/x s6-notify-socket-from-fd nonesuch
is "no such program" "$rc:$err" "127:s6-notify-socket-from-fd: fatal: unable to exec nonesuch: No such file or directory"

mkfifo hold stop go
receiver() {
	NOTIFY_SOCKET=$1
	export NOTIFY_SOCKET
	notified "$1" <hold >heard &
	receiver=$!
	exec 8>hold
	wait_until grep -q ready heard
}
gone() {
	exec 8>&-
	wait "$receiver"
}
heard() { sed 1d heard; }
barriers() { test "$(grep -c '^1 BARRIER=1|$' heard)" = "$1"; }

receiver "$PWD/socket"
s6-notify-socket-from-fd -d 9 sh -c '
	echo "$NOTIFY_SOCKET" >name; printf "no newline" >&9; read x <go; echo >&9; read x <stop; exit 5' 2>err &
daemon=$!
wait_until test -s name
is "the variable is removed" "$(cat name)" ''
notok "the program has no child" grep -q . "/proc/$daemon/task/$daemon/children"
is "text without a newline tells nothing" "$(heard)" ''
echo >go
wait_until barriers 1
is "READY=1, then a barrier with a descriptor" "$(heard)" "0 READY=1|MAINPID=$daemon|
1 BARRIER=1|"
echo >stop
rc=0
wait "$daemon" || rc=$?
is "the program's own exit code, in silence" "$rc:$(cat err)" 5:
gone

receiver @sextet-test-$$
run s6-notify-socket-from-fd sh -c 'echo on stdout'
wait_until barriers 1
like "descriptor 1, unless told otherwise; an abstract socket" "$(heard)" '^0 READY=1[|]MAINPID=[0-9]+[|]$'
is "what was written there is gone" "$rc:$out" 0:
gone
receiver "$PWD/socket2"
run s6-notify-socket-from-fd -fkd 9 sh -c 'echo "$NOTIFY_SOCKET"; echo >&9'
is "-k: the variable stays" "$rc:$out" "0:$PWD/socket2"
wait_until barriers 1
run s6-notify-socket-from-fd --no-doublefork --notification-fd=0 sh -c 'cat /proc/$$/task/$$/children; echo >&0'
like "-f: the program has a child; any descriptor" "$rc:$out" '^0:[0-9]+ '
wait_until barriers 2
before=$(wc -l <heard)
run s6-notify-socket-from-fd --keep-environment -d 9 sh -c 'printf "no newline" >&9; echo "$NOTIFY_SOCKET"'
is "the program ends without a newline" "$rc:$out:$err" "0:$PWD/socket2:"
s6-notify-socket-from-fd -t 30 -d 9 sh -c '
	trap "" PIPE; while printf x >&9; do sleep 0.01; done 2>/dev/null; : >closed; read x <stop' &
daemon=$!
ok "-t: nobody reads any more" wait_until test -e closed
echo >stop
wait "$daemon"
is "nothing was told" "$(wc -l <heard)" "$before"
gone
mkfifo errs
run sh -c 's6-notify-socket-from-fd -d 9 sh -c "echo >&9" 2>errs 9>&- & cat errs'
is "nobody receives: a message" "$out" \
	"s6-notify-socket-from-fd (child): fatal: unable to send notification message to $PWD/socket2: Connection refused"
done_testing
