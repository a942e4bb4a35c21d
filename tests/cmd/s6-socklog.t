#!/bin/sh
# s6-socklog: datagrams in, lines out
. "${0%/*}/../lib.sh"

datagram=$SEXTET_TREE/tests/tool/datagram
synopsis='s6-socklog: usage: s6-socklog [ -d notif ] [ -r ] [ -U | -u uid -g gid -G gidlist ] [ -l linelen ] [ -t lameducktimeout ] [ -x socket | -i ip_port ]'
pid=''

# start OPTION...: the daemon, until it is ready; lines go to the file lines
start() {
	: >ready
	: >lines
	s6-socklog -d 4 "$@" 4>ready >>lines 2>errors &
	pid=$!
	started="$started $pid"
	wait_until test -s ready || diag "s6-socklog $* is not ready: $(cat errors)"
}

# stop: SIGTERM; its exit code is in $rc
stop() {
	kill -TERM "$pid"
	rc=0
	wait "$pid" || rc=$?
	started=${started% "$pid"}
}

# send FORMAT: one datagram
send() {
	printf "$1" | "$datagram" sock
}

# line NAME FORMAT WANT: what the datagram becomes
line() {
	: >lines
	send "$2"
	wait_until test -s lines
	is "$1" "$(cat -A lines)" "$3\$"
}

usage_ok s6-socklog
for args in -z '-l x' '-t x' '-u x' '-g x' '-G x' '-u 4294967296' '-d x' '-i x' '-i 127.0.0.1_x' \
	'-i 127.0.0.1:514x' '-i 127.0.0.1_70000' '-i _514'; do
	# shellcheck disable=SC2086
	run s6-socklog $args
	is "$args: exit 100" "$rc" 100
	is "$args: usage" "$err" "$synopsis"
done
run s6-socklog -d 2 -x sock
is "-d 2: exit 100" "$rc" 100
is "-d 2: message" "$err" "s6-socklog: fatal: notification fd must be 3 or more"
run s6-socklog -d 77 -x sock
is "-d 77: exit 100" "$rc" 100
is "-d 77: message" "$err" "s6-socklog: fatal: invalid notification fd: Bad file descriptor"
run env -u UID s6-socklog -U -x sock
is "-U without UID: exit 100" "$rc" 100
is "-U without UID: message" "$err" "s6-socklog: fatal: UID not set"
run s6-socklog -x no/sock
is "no such directory: exit 111" "$rc" 111
is "no such directory: message" "$err" \
	"s6-socklog: fatal: unable to bind socket to no/sock: No such file or directory"
run s6-socklog -x "$(printf '%0120d' 0)"
is "a name too long: exit 111" "$rc" 111
mkdir dir
run s6-socklog -x dir
is "a directory in the way: exit 111" "$rc" 111
run s6-socklog -i 203.0.113.7_5598
is "not our address: exit 111" "$rc" 111
like "not our address: message" "$err" \
	'^s6-socklog: fatal: unable to bind socket to ip 203.0.113.7 port 5598: (Cannot assign requested address|Address not available)$'

touch sock
start -x sock
is "ready: one newline" "$(od -An -c ready | tr -d ' ')" '\n'
is "a socket takes the place of what was there" "$(stat -c '%F %a' sock)" "socket 777"
is "its lock" "$(stat -c '%F %a' sock.lock)" "regular empty file 600"
run s6-socklog -x sock
is "a second one: exit 111" "$rc" 111
is "a second one: message" "$err" \
	"s6-socklog: fatal: unable to bind socket to sock: Device or resource busy"
line "a message" 'hello' 'hello'
line "a priority" '<13>hello' 'user.notice: hello'
line "newlines and NULs at the end go" 'a\n\000\n' 'a'
line "inner ones become tildes" '<8>a\nb\000c\td' 'user.emerg: a~b~c^Id'
line "nothing but newlines" '\n\n' ''
line "a priority alone" '<13>' 'user.notice: '
line "no priority" '<13' '<13'
: >lines
send ''
send 'after'
wait_until test -s lines
is "an empty datagram is no message and no end" "$(cat lines)" after
x1024=$(printf '%01024d' 7)
line "a message of the greatest length" "$x1024" "$x1024"
line "one byte more" "${x1024}8" "$x1024..."
line "much more" "<13>$(printf '%070000d' 1)" "user.notice: $(printf '%01020d' 0)..."
printf '<14>' | "$datagram" -n 20000 sock
stop
is "SIGTERM: exit 0" "$rc" 0
is "no message is lost" "$(tail -n 20000 lines | cksum)" \
	"$(seq 20000 | sed 's/^/user.info: /' | cksum)"
is "silent" "$(cat errors)" ""

start -x sock -r -l 1
line "-r: the priority stays" '<13>hello' '<13>hello'
line "-l: 76 at least" "$(printf '%076d' 7)" "$(printf '%076d' 7)"
line "-l: and no more" "$(printf '%077d' 7)" "$(printf '%076d' 0)..."
stop

start -i 127.0.0.1_15914
printf '<13>x' | "$datagram" 127.0.0.1 15914
wait_until test -s lines
like "IPv4: who sent it" "$(cat lines)" '^127\.0\.0\.1_[0-9]+: user\.notice: x$'
: >lines
printf '' | "$datagram" 127.0.0.1 15914
printf 'y' | "$datagram" 127.0.0.1 15914
wait_until test -s lines
like "IPv4: an empty datagram" "$(cat lines)" '^127\.0\.0\.1_[0-9]+: y$'
stop
start -i 127.0.0.1:15914
printf 'x' | "$datagram" 127.0.0.1 15914
ok "IPv4 and port with a colon" wait_until test -s lines
stop
if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
	start -i ::1_15914
	printf 'x' | "$datagram" ::1 15914
	wait_until test -s lines
	like "IPv6: who sent it" "$(cat lines)" '^::1_[0-9]+: x$'
	stop
else
	skip "IPv6: who sent it" "no IPv6 here"
fi

# a reader that does not read: messages wait, and in the end so do senders
mkfifo pipe
exec 7<>pipe
: >ready
s6-socklog -d 4 -t 300 -x sock 4>ready >pipe &
pid=$!
started="$started $pid"
wait_until test -s ready
timeout 2 "$datagram" -n 100000 sock </dev/null
is "senders wait for a slow reader" $? 124
stop
is "-t: gives up with 99" "$rc" 99
exec 7>&-

run sh -c 's6-socklog -x sock -d 4 4>ready >/dev/full & wait_for=$!
	until [ -S sock ] && printf x | '"$datagram"' sock 2>/dev/null; do sleep 0.02; done; wait $wait_for'
is "full output: exit 111" "$rc" 111
is "full output: message" "$err" \
	"s6-socklog: fatal: unable to write to stdout: No space left on device"

if [ "$(id -u)" = 0 ]; then
	start -x sock -u 12345 -g 23456 -G 34567
	is "-u -g -G: who it is" "$(sed -n 's/^\(Uid\|Gid\|Groups\):[[:space:]]*//p' "/proc/$pid/status" |
		tr -s '\t \n' ' ')" "12345 12345 12345 12345 23456 23456 23456 23456 23456 34567 "
	stop
	UID=12345 GID=0 GIDLIST='' start -x sock -U
	is "-U: who it is" "$(sed -n 's/^Uid:[[:space:]]*//p' "/proc/$pid/status" | tr '\t' ' ')" \
		"12345 12345 12345 12345"
	stop
else
	skip "ids" "needs root"
fi
done_testing
