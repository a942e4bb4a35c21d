#!/bin/sh
# s6-svstat on status files made by hand, under a lock that the test holds
. "${0%/*}/../lib.sh"

usage_ok s6-svstat
names=up,wantedup,normallyup,ready,paused,pid,pgid,exitcode,signal,signum,updownsince,readysince,updownfor,readyfor
synopsis="s6-svstat: usage: s6-svstat [ -uwNrpgest | -o $names | --json ] [ -n ] servicedir..."
run s6-svstat
is "no argument: exit 100" "$rc" 100
is "no argument: usage" "$err" "$synopsis"
run s6-svstat --json -u a
is "--json with a field: exit 100" "$rc.$err" "100.$synopsis"
run s6-svstat -z a
is "unknown option: exit 100" "$rc" 100
run s6-svstat -o up,foo,pid a
is "unknown field: exit 100" "$rc" 100
like "unknown field: message" "$err" '^s6-svstat: fatal: invalid option field: foo'
run s6-svstat -o upd a
is "a part of a field's name: exit 100" "$rc" 100
run s6-svstat -uuuuuuuuuuuuuuuuu a
is "17 fields: exit 100" "$rc.$err" "100.s6-svstat: fatal: too many option fields"
run s6-svstat -o a
is "no operand: exit 100" "$rc" 100

# label SECONDS-AGO [FRACTION]: 24 hexadecimal digits
label() {
	printf '%016x%s' $(($(date +%s) + 4611686018427387904 + 37 - $1)) 00000000
}
# status NAME HEX: writes these bytes as the status of the service NAME
status() {
	mkdir -p "./$1/supervise"
	hex=$2 bytes=
	while [ "${#hex}" -ge 2 ]; do
		rest=${hex#??}
		bytes="$bytes\\$(printf %03o "0x${hex%"$rest"}")"
		hex=$rest
	done
	# shellcheck disable=SC2059
	printf "$bytes" >"./$1/supervise/status.tmp"
	mv "./$1/supervise/status.tmp" "./$1/supervise/status"
	: >>"./$1/supervise/lock"
}
# state NAME PID WSTAT FLAGS [AGE [READY-AGE]]
state() {
	status "$1" "$(label "${5-100}")$(label "${6-100}")$(printf %016x "$2")$3$4"
}

long=$(printf '%0250d' 0)
newline=$(printf 'a\nb "c"')
raw=$(printf 'x\377\303\251')
for name in a b "$long" "$newline" "$raw" -a; do state "$name" 0 0000 0d; done
mkdir nostatus nostatus/supervise empty never
mkfifo hold
"$SEXTET_TREE/tests/tool/holdlock" a/supervise/lock b/supervise/lock "$long/supervise/lock" \
	"$newline/supervise/lock" "$raw/supervise/lock" ./-a/supervise/lock \
	nostatus/supervise/lock <hold >held &
exec 8>hold
wait_until test -s held

# seen NAME WANT: what s6-svstat says of a; seconds may have passed
seen() {
	run s6-svstat a
	is "$1: exit 0, silent" "$rc$err" 0
	is "$1: line" "$(printf '%s\n' "$out" | sed 's/10[0-9] seconds/100 seconds/g')" "$2"
}
fields() {
	run s6-svstat -o up,wantedup,normallyup,ready,paused,pid,pgid,exitcode,signal,signum a
	is "$1: fields" "$out" "$2"
}
# the test itself is a living process for the rows that are up
me=$$
seen 'not started' 'down (not started yet) , normally up, want up'
fields 'not started' 'false true true false false -1 -1 -1 NA -1'
: >a/down
seen 'not started, normally down' 'down (not started yet) , want up'
state a $me 0000 04
seen 'up' "up (pid $me pgid $me) 100 seconds, normally down"
fields 'up' "true true false false false $me $me -1 NA -1"
rm a/down
state a $me 0f00 0c
seen 'up and ready' "up (pid $me pgid $me) 100 seconds, ready 100 seconds"
fields 'up and ready' "true true true true false $me $me -1 NA -1"
state a $me 0000 00
seen 'up, wanted down' "up (pid $me pgid $me) 100 seconds, want down"
state a $me 0000 0d
seen 'paused' "up (pid $me pgid $me) 100 seconds, paused, ready 100 seconds"
fields 'paused' "true true true true true $me $me -1 NA -1"
state a 4242 0700 06
seen 'finishing' 'down (exitcode 7) 100 seconds, normally up, want up'
fields 'finishing' 'false true true false false -1 -1 7 NA -1'
state a 0 000f 0c
seen 'killed' 'down (signal SIGTERM) 100 seconds, normally up, want up, ready 100 seconds'
fields 'killed' 'false true true false false -1 -1 -1 SIGTERM 15'
run s6-svstat -n a
like "-n: the signal's number" "$out" '^down \(signal 15\) '
run s6-svstat -ns a
is "-n does not change a field" "$out" SIGTERM
state a 0 0089 08
seen 'killed, core dumped' 'down (signal SIGKILL) 100 seconds, normally up, ready 100 seconds'
state a 0 ff00 08
: >a/down
seen 'down for good' 'down (exitcode 255) 100 seconds, ready 100 seconds'
fields 'down for good' 'false false false false false -1 -1 255 NA -1'
state a 0 0100 08 -1000 -1000
run s6-svstat a
is "from the future: 0 seconds" "$out" "down (exitcode 1) 0 seconds, ready 0 seconds"
now=$(label 0)
status a "${now}${now}000000000000000001000c"
run s6-svstat -o updownsince,readysince a
is "labels" "$out" "@$now @$now"
run s6-svstat -o updownfor,readyfor a
like "ages" "$out" '^[0-9] [0-9]$'
run s6-svstat -tp -o ,up,,ready, -e a
like "-o between letters, in order, empty names skipped" "$out" '^[0-9] -1 false false 1$'
run s6-svstat -o '' a
like "-o of nothing: the line" "$out" '^down \(exitcode 1\) '
run s6-svstat -uwNrpgest a
like "every letter" "$out" '^false true false false -1 -1 1 NA [0-9]$'

# the layout of s6 2.13.0 to 2.13.2
status a "${now}${now}$(printf %016x $me)0000000000000309000004"
run s6-svstat -pg a
is "43 bytes: its own pgid" "$out" "$me 777"
for hex in '' 00 "$now$now$(printf %020d 0)" "$now$now$(printf %024d 0)" "$now$now$(printf %036d 0)" \
	"$now$now$(printf %040d 0)" "$now${now}ffffffffffffffff000004" \
	"$now${now}0000000080000000000004" "$now$now$now$now$now$now"; do
	status a "$hex"
	run s6-svstat a
	is "bad status of $((${#hex} / 2)) bytes: exit 111" "$rc.$out" 111.
	like "bad status of $((${#hex} / 2)) bytes: message" "$err" '^s6-svstat: fatal: unable to read status for a: [A-Z]'
done

state a 0 0100 0c
printf 'unable to spawn ./run: Exec format error' >a/supervise/failing
seen 'failing' 'down (exitcode 1) 100 seconds, want up, ready 100 seconds, failing: unable to spawn ./run: Exec format error'
printf 'one\033[1m\001\nline' >a/supervise/failing
run s6-svstat a
like "failing: control characters do not get out" "$out" 'failing: one\?\[1m\?$'
: >a/supervise/failing
seen 'an empty reason is none' 'down (exitcode 1) 100 seconds, want up, ready 100 seconds'
rm a/supervise/failing

run s6-svstat never
is "not supervised: exit 1" "$rc.$out" 1.
is "not supervised: message" "$err" \
	"s6-svstat: fatal: unable to read status for never: s6-supervise not running"
run s6-svstat nowhere
is "no such directory: the same" "$rc.$err" \
	"1.s6-svstat: fatal: unable to read status for nowhere: s6-supervise not running"
run s6-svstat nostatus
is "no status file: exit 111" "$rc.$err" \
	"111.s6-svstat: fatal: unable to read status for nostatus: No such file or directory"

state b $me 0000 04
run s6-svstat a never b nostatus "$newline" -a
is "several: exit code of the last bad one" "$rc" 111
like "several: one line each" "$out" '^a: down \(exitcode 1\) '
like "several: the next ones too" "$out" "^b: up \\(pid $me "
is "several: one warning each" "$err" \
	"s6-svstat: warning: unable to read status for never: s6-supervise not running
s6-svstat: warning: unable to read status for nostatus: No such file or directory"
run s6-svstat nostatus a never
is "several: the last bad one counts" "$rc" 1
run s6-svstat -up a b
is "several with fields" "$out" "a: false -1
b: true $me"
here=$PWD
run s6-svstat -up "$here/a" "$here/never" "$here/b"
is "several of one directory: their whole names" "$rc.$out.$err" "1.$here/a: false -1
$here/b: true $me.s6-svstat: warning: unable to read status for $here/never: s6-supervise not running"
run s6-svstat -up "../${here##*/}/a" "../${here##*/}/../${here##*/}/b" "$here/a/" "../${here##*/}/"
is "several of many directories" "$rc.$out" "1.../${here##*/}/a: false -1
../${here##*/}/../${here##*/}/b: true $me
$here/a/: false -1"
run s6-svstat -up /nowhere/a /nowhere/b
is "several of a directory that is not there" "$rc.$(printf '%s\n' "$err" | wc -l)" 1.2
for name in "$long" "$newline" "$raw" -a; do
	run s6-svstat -o up -- "$name"
	is "a name of ${#name} bytes, '$(printf %.9s "$name" | tr '\n\377' '??')...'" "$rc$err$out" 0false
done

run s6-svstat --json a
is "JSON: exit 0, silent" "$rc$err" 0
like "JSON: all keys in order" "$out" '^\{"dir":"a","supervised":true,"up":false,"wantedup":true,"normallyup":false,"ready":false,"paused":false,"pid":null,"pgid":null,"exitcode":1,"signal":null,"signum":null,"updownsince":"@[0-9a-f]{24}","readysince":"@[0-9a-f]{24}","updownfor":1[0-9]+,"readyfor":1[0-9]+,"exitcode_known":true,"failing":null\}$'
state a 0 0009 0c
printf 'say "no"' >a/supervise/failing
run s6-svstat --json a b
like "JSON: a signal and a reason" "$out" '"exitcode":null,"signal":"SIGKILL","signum":9,.*"exitcode_known":true,"failing":"say \\"no\\""\}$'
like "JSON: up" "$out" "^\\{\"dir\":\"b\",\"supervised\":true,\"up\":true,.*\"pid\":$me,\"pgid\":$me,\"exitcode\":null,\"signal\":null,\"signum\":null,.*\"exitcode_known\":false,\"failing\":null\\}\$"
is "JSON: one object a line" "$(printf '%s\n' "$out" | wc -l | tr -d ' ')" 2
run s6-svstat --json never b
is "JSON: not supervised: exit 1" "$rc" 1
is "JSON: not supervised: a warning" "$err" \
	"s6-svstat: warning: unable to read status for never: s6-supervise not running"
like "JSON: not supervised: nothing but that is known" "$out" '^\{"dir":"never","supervised":false,"up":null,"wantedup":null,.*"readyfor":null,"exitcode_known":null,"failing":null\}$'
run s6-svstat --json "$newline" "$raw"
like "JSON: a name with newline and quotes" "$out" '^\{"dir":"a\\u000ab \\"c\\"","supervised":true,'
like "JSON: a name with a byte that is no UTF-8" "$out" "^\\{\"dir\":\"x\\\\udcff$(printf '\303\251')\",\"supervised\""
if command -v python3 >/dev/null; then
	is "JSON: python reads the name back" "$(printf '%s\n' "$out" | tail -n 1 | python3 -c '
import json, os, sys
sys.stdout.buffer.write(os.fsencode(json.loads(sys.stdin.readline())["dir"]))')" "$raw"
else
	skip "JSON: python reads the name back" "no python3"
fi

if [ -w /dev/full ]; then
	rc=0
	s6-svstat a >/dev/full 2>"$TMPDIR/err" || rc=$?
	is "stdout full: exit 111" "$rc.$(cat "$TMPDIR/err")" \
		"111.s6-svstat: fatal: unable to write to stdout: No space left on device"
else
	skip "stdout full" "no /dev/full"
fi
if others_may_run; then
	chmod 755 "$TMPDIR" "$TMPDIR/t"
	chmod 700 b/supervise
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-svstat" b
	is "no permission: exit 111" "$rc.$err" \
		"111.s6-svstat: fatal: unable to read status for b: Permission denied"
else
	skip "no permission" "nobody else may run $bin"
fi

exec 8>&-
wait_until sh -c '! s6-svok a'
run s6-svstat b
is "a stale status is not shown" "$rc.$out" 1.
done_testing
