#!/bin/sh
# s6-notify-fd-from-socket: READY=1 on a socket becomes a newline
. "${0%/*}/../lib.sh"

PATH=$PATH:$SEXTET_TREE/tests/tool
usage_ok s6-notify-fd-from-socket
usage="s6-notify-fd-from-socket: usage: s6-notify-fd-from-socket [ -f ] [ -3 fd ] [ -t timeout ] prog..."
for args in '' -f -3 '-3 x true' '-t x true' '-t'; do
	# shellcheck disable=SC2086
	run s6-notify-fd-from-socket $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done
run s6-notify-fd-from-socket touch ran
is "no notification-fd" "$rc:$err" \
	"111:s6-notify-fd-from-socket: fatal: unable to read ./notification-fd: No such file or directory"
run s6-notify-fd-from-socket -3 9 touch ran 9>&-
is "a closed one" "$rc:$err" \
	"111:s6-notify-fd-from-socket: fatal: notification-fd sanity check failed: Bad file descriptor"
notok "the daemon is not run then" test -e ran
run s6-notify-fd-from-socket -3 1 nonesuch
is "no such daemon" "$rc:$err" \
	"127:s6-notify-fd-from-socket: fatal: unable to exec nonesuch: No such file or directory"

mkfifo nine stop
# starts a daemon that writes its socket's name to "name" and waits for "stop"
daemon() {
	: >told
	rm -f whole name
	{ cat nine >told; : >whole; } &
	s6-notify-fd-from-socket "$@" sh -c 'echo "$NOTIFY_SOCKET" >name; read x <stop; exit 5' 9>nine 2>err &
	daemon=$!
	wait_until test -s name
	name=$(cat name)
}
end() {
	echo >stop
	rc=0
	wait "$daemon" || rc=$?
	wait_until test -e whole
}
say() { printf '%b' "$1" | datagram "$name"; }
told() { od -An -c told | tr -d ' '; }

echo 9 >notification-fd
daemon
like "the socket is an abstract one" "$name" '^@[0-9a-f]+$'
notok "the daemon does not have the descriptor" test -e "/proc/$daemon/fd/9"
notok "nor a child" grep -q . "/proc/$daemon/task/$daemon/children"
say 'STATUS=starting\n'
say 'READY=10'
say ' READY=1\nXREADY=1\nREADY=0\nREADY=\n'
say ''
is "other messages tell nothing" "$(told)" ''
say 'STATUS=up\nREADY=1\nMAINPID=12'
wait_until test -e whole
is "READY=1 does, in any line: a newline" "$(told)" '\n'
notok "then the socket is gone" sh -c 'printf x | datagram "$1" 2>/dev/null' sh "$name"
is "the daemon lives" "$(kill -0 "$daemon" && echo lives)" lives
end
is "and has its own exit code" "$rc:$(cat err)" 5:

daemon -3 9
say 'READY=1\n'
wait_until test -e whole
is "-3" "$(told)" '\n'
end
daemon --no-doublefork --notification-fd=9
ok "-f: the daemon has a child" grep -q . "/proc/$daemon/task/$daemon/children"
end
is "the daemon dies first: nothing is told" "$(told)" ''
daemon -t 50
wait_until test -e whole
is "-t: nothing is told" "$(told):$(kill -0 "$daemon" && echo lives)" :lives
end
daemon --timeout=0
say 'READY=1'
wait_until test -e whole
is "--timeout=0: none" "$(told)" '\n'
end
NOTIFY_SOCKET=/other
export NOTIFY_SOCKET
daemon
like "an outer socket is replaced" "$name" '^@'
end
done_testing
