#!/bin/sh
# s6-svlink: into a scan directory, until it is supervised
. "${0%/*}/../lib.sh"

usage_ok s6-svlink
usage="s6-svlink: usage: s6-svlink [ -d | -D ] [ -f ] [ -P ] [ -t timeout ] scandir servicedir [ name ]"
for args in '' scan -t '-t x scan svc/a' '-z' 'scan svc/a b c'; do
	# shellcheck disable=SC2086
	run s6-svlink $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done

mkdir scan svc
service svc/a
run s6-svlink nowhere svc/a
is "no scan directory" "$rc:$err" "111:s6-svlink: fatal: unable to open scandir nowhere: No such file or directory"
run s6-svlink scan svc/a
is "no s6-svscan" "$rc:$err" "1:s6-svlink: fatal: s6-svscan not running on scan"
is "nothing was made" "$(ls scan svc/a)" 'scan:

svc/a:
run'

scan scan
fails() {	# SERVICEDIR RC MESSAGE
	run s6-svlink scan "$1"
	is "$1: $3" "$rc:$err" "$2:s6-svlink: fatal: $3"
}
mkdir svc/norun svc/noexec svc/badlog svc/filelog
: >svc/noexec/run
service svc/badlog
mkdir svc/badlog/log
service svc/filelog
: >svc/filelog/log
: >file
fails svc/none 111 "unable to stat svc/none/run: No such file or directory"
fails svc/norun 111 "unable to stat svc/norun/run: No such file or directory"
fails file 111 "unable to stat file/run: Not a directory"
fails svc/noexec 100 "svc/noexec/run is not executable"
fails svc/badlog 111 "unable to stat svc/badlog/log/run: No such file or directory"
fails svc/filelog 100 "svc/filelog/log is not a directory"
for name in '' .a a/b /a ..; do
	run s6-svlink scan svc/a "$name"
	is "name '$name'" "$rc:$err" "100:s6-svlink: fatal: invalid name"
done
is "nothing was made" "$(ls scan)" ''

links() {
	run s6-svlink "$@"
	is "s6-svlink $*: exit 0, silent" "$rc$out$err" 0
}
links scan svc/a
is "an absolute link" "$(readlink scan/a)" "$(pwd)/svc/a"
ok "supervised" s6-svok svc/a
ok "up" s6-svwait -t 5000 -u svc/a
is "event is the group's" "$(stat -c %a svc/a/event):$(ls -A svc/a/event)" 3730:
run s6-svlink scan svc/a
is "again: a warning" "$rc:$err" "0:s6-svlink: warning: supervisor already running on svc/a"
service svc/b
service svc/b/log 'exec cat >/dev/null'
links scan svc/b/ other
ok "with a logger: both are supervised, under another name" \
	test "$(readlink scan/other)" = "$(pwd)/svc/b" -a -p svc/b/supervise/control -a -p svc/b/log/supervise/control
service svc/c
service svc/c/log 'exec cat >/dev/null'
: >svc/c/down
links -d scan svc/c
like "-d: not up, but its files down are gone" "$(s6-svstat svc/c svc/c/log; ls svc/c svc/c/log | grep -c down)" '^0$'
is "-d: neither service nor logger" "$(s6-svstat -u svc/c):$(s6-svstat -u svc/c/log)" false:false
service svc/d
links -dD scan svc/d
is "-D: not up, and stays so" "$(s6-svstat -o up,normallyup svc/d)" 'false false'
service svc/e
links -P scan svc/e
is "-P: events are public" "$(stat -c %a svc/e/event)" 1733
service svc/g
s6-mkfifodir svc/g/event
links scan svc/g
is "existing ones are left" "$(stat -c %a svc/g/event)" 1733
service svc/h
s6-mkfifodir svc/h/event
links -f scan svc/h
is "-f: they are not" "$(stat -c %a svc/h/event)" 3730
service svc/i
ln -s "$(pwd)/svc/i" scan/i
links scan svc/i
service svc/j
ln -s "$(pwd)/svc/i" scan/j
run s6-svlink -d scan svc/j
is "the name is another's" "$rc:$err" \
	"111:s6-svlink: fatal: unable to link servicedir svc/j into scandir scan with name j: File exists"
is "nothing is left of it" "$(ls svc/j svc/j/event)" 'svc/j:
event
run

svc/j/event:'
rm scan/j
long=$(printf '%0250d' 0)
for name in "$long" 'a b
c' -d; do
	service "svc/$name"
	links -- scan "svc/$name"
	ok "is supervised" s6-svok "svc/$name"
done
service svc/k
mkdir svc/k/sub
run sh -c 'cd svc/k && exec s6-svlink ../../scan .'
is "the directory is a dot: its real name" "$rc:$(readlink scan/k)" "0:$(pwd)/svc/k"
service svc/l
run sh -c 'cd scan && exec s6-svlink . ../svc/l'
is "the scan directory is a dot" "$rc:$(readlink scan/l)" "0:$(pwd)/svc/l"

# s6-svscan does not answer
kill -STOP "$scanner"
service svc/m
run s6-svlink -d -t 50 scan svc/m
is "timeout: 99" "$rc:$err" \
	"99:s6-svlink: fatal: unable to link servicedir svc/m into scandir scan with name m: Connection timed out"
is "all is undone" "$(ls scan | grep -c '^m$'):$(ls svc/m svc/m/event | paste -sd' ')" '0:svc/m: event run  svc/m/event:'
s6-svlink -D scan svc/m &
linker=$!
wait_until test -L scan/m
wait_until sh -c "grep -q '^SigBlk:.*[4-7][0-9a-f]\{3\}\$' /proc/$linker/status"
kill -TERM "$linker"
rc=0
wait "$linker" || rc=$?
is "killed: all is undone" "$rc:$(ls scan | grep -c '^m$'):$(ls svc/m svc/m/event | paste -sd' ')" \
	'143:0:svc/m: event run  svc/m/event:'
kill -CONT "$scanner"
links -t 10000 scan svc/m
done_testing
