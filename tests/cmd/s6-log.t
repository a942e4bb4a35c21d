#!/bin/sh
# words are split on purpose, formats are variables, names are ours
# shellcheck disable=SC2059,SC2086,SC2010,SC2012,SC2002
. "${0%/*}/../lib.sh"

five='foo\nbar\nfoobar\n\nbaz\n'

# logs FORMAT ARG...: s6-log ARG... with that text, in printf's notation, as input
logs() {
	text=$1
	shift
	rc=0
	printf "$text" | s6-log "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" || rc=$?
	out=$(cat "$TMPDIR/out")
	err=$(cat "$TMPDIR/err")
}

# background ARG...: s6-log ARG... reading the fifo "in"; fd 9 writes to it
background() {
	rm -f in
	mkfifo in
	s6-log "$@" <in >"$TMPDIR/bout" 2>"$TMPDIR/berr" &
	pid=$!
	exec 9>in
	wait_until grep -q 'SigBlk:.*6001' /proc/$pid/status	# it has trapped its signals
}

ended() {
	exec 9>&-
	brc=0
	wait "$pid" || brc=$?
}

has() { grep -q -e "$1" "$2"; }
archives() { ls "$1" | grep -c "^@.*\.$2\$"; }
mode() { stat -c %a "$1"; }

# command line
usage_ok s6-log
for words in '' '-z x' '-l x 1' '-t -1 1' '-d x 1' '--backlog=x 1' '--flush-timeout=x 1'; do
	run s6-log $words
	is "s6-log $words: 100" "$rc" 100
	like "s6-log $words: says so" "$err" '^s6-log: (usage: s6-log |fatal: unrecognized short option: z)'
done
run s6-log -d 2 1
is "-d 2" "$rc $err" "100 s6-log: fatal: notification fd must be 3 or more"
run s6-log -d 77 1
is "-d closed" "$rc $err" "100 s6-log: fatal: invalid notification fd: Bad file descriptor"
run s6-log ./never +x n1 z
is "unknown directive" "$rc $err" "100 s6-log: fatal: unrecognized directive: z"
notok "a wrong script makes nothing" test -e never
for d in n n-1 n4294967296 S18446744073709551616 'n 5' s l r R E ^ 'x y' '+('; do
	run s6-log "$d" 1
	is "directive $d" "$rc $err" "100 s6-log: fatal: unrecognized directive: $d"
done
run s6-log '' 1
is "empty directive" "$rc $err" "100 s6-log: fatal: unrecognized directive: "
for d in fx tx Tx 1x 2x =; do
	run s6-log "$d" 1
	is "directive $d" "$rc $err" "100 s6-log: fatal: syntax error at directive: $d"
done
run s6-log s4096 l2049 1
is "l beyond s/2" "$rc $err" "100 s6-log: fatal: directive l2049 conflicts with previous s directive"
run s6-log +x n5
is "no action" "$rc $err" "100 s6-log: fatal: no action directive specified"
logs 'x\n' 1 +y n5
is "extraneous selection" "$rc $out $err" "0 x s6-log: warning: ignoring extraneous non-action directives"
logs 'x\n' -q 1 +y
is "-q silences it" "$rc $err" "0 "
logs 'x\n' 1 n5
is "extraneous control: silent" "$rc $err" "0 "

# selection
logs "$five" - +foo 1
is "deselect all, select some" "$out" "foo
foobar"
logs "$five" - +foo p1 1 - +bar p2 1 f p3 1
is "groups, and f" "$out" "1 foo
2 bar
1 foobar
2 foobar
3 
3 baz"
logs "$five" -- '-^ba' '-^$' 1
is "anchors" "$out" "foo
foobar"
logs 'a1\nb\na2c\n' - '+a[0-9]+$' 1
is "true regular expression" "$out" a1
logs 'x.y\nxzy\n' - '+x\.y' p 1
is "escaped" "$out" x.y

# stamps, prefix
logs 'a\nb\n' t T pP 1 T p 1
like "t T p" "$out" '^@4[0-9a-f]{23} [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}  P a$'
like "T, prefix cleared" "$out" '^[0-9]{4}-[0-9: .-]{24}  b$'
is "one time for all stamps of a line" \
	"$(printf '%s\n' "$out" | sed -n '1s/^.\{26\}\(.\{29\}\).*/\1/p')" \
	"$(printf '%s\n' "$out" | sed -n '2s/^\(.\{29\}\).*/\1/p')"
is "stamps increase" "$(printf '%s\n' "$out" | cut -c1-25 | grep @ | sort -uc && echo yes)" yes
(TZ=XYZ-3; export TZ; printf 'a\n' | s6-log T 1 >"$TMPDIR/out")
is "T is local time" "$(cut -c12-13 <"$TMPDIR/out")" "$(TZ=XYZ-3 date +%H)"

# alerts and status files
logs 'foo\nfoobar\n' E1 2 E0 2 E3 pq 2
is "alerts" "$err" "s6-log: alert: foo
s6-log: alert: foo
s6-log: alert: q foo
s6-log: alert: f...
s6-log: alert: foobar
s6-log: alert: q foobar"
logs 'abcdef\n' ^3 =st3 ^7 =st7 ^0 =st0 ^10 pq =st10
is "status files" "$(for f in st3 st7 st0 st10; do od -An -c $f | tr -d ' '; done)" 'abc
abcdef\n
abcdef\n
qabcdef\n\n'
logs 'a\nb\n' =st 1
is "a status file has the last line, and 1001 bytes" "$(head -1 st) $(wc -c <st)" "b 1001"
logs 'a\nb\n' =none/st 1
is "status file that cannot be made" "$rc $out $err" \
	"0 a
b s6-log: warning: unable to write status file none/st: No such file or directory"

# input
logs 'a\0b\nlast' 1
is "NUL ends a line, the last needs no end" "$out" "a
b
last"
head -c 8193 /dev/zero | tr '\0' x >long
s6-log 1 <long >out
is "longer than the limit" "$(awk '{ print length }' out | tr '\n' ' ')" "8192 1 "
(head -c 8192 long; echo) | s6-log 1 >out
is "as long as the limit" "$(awk '{ print length }' out)" 8192
s6-log -l 3 1 <long | head -1 >out
is "-l at least 48" "$(wc -c <out)" 49
for i in 1 2 3 4 5 6 7 8 9 10; do cat long; done | s6-log -l 0 1 >out
is "-l 0" "$(awk '{ print length }' out)" 81930
s6-log 1 <&- >out
is "closed standard input" "$? $(cat out)" "0 "
s6-log 1 <. >out 2>err
is "unreadable standard input" "$? $(cat err)" \
	"0 s6-log: warning: unable to read from stdin: Is a directory"
(trap '' PIPE; seq 100000; echo end) | s6-log - +end =st + 1 2>err | head -1 >out
is "standard output closed: goes on" "$(head -1 st)" end
like "and says so" "$(cat err)" '^s6-log: warning: unable to write to stdout, closing the stream - error was: Broken pipe$'

# readiness, signals
mkdir r
s6-log -d 5 ./r/d 5>ready </dev/null
is "readiness" "$(od -An -c ready | tr -d ' ')" '\n'
background ./sig
echo one >&9
wait_until has one sig/current
kill -TERM $pid
ended
is "TERM ends it" "$brc $(mode sig/current)" "0 744"
background -p ./sig
kill -TERM $pid
echo two >&9
wait_until has two sig/current
kill -HUP $pid
ended
is "-p ignores TERM, not HUP" "$brc $(tr '\n' ' ' <sig/current)" "0 one two "
background -t 0 ./sig
printf 'three' >&9
wait_until test ! -s in
kill -TERM $pid
printf ' parts\nnever\n' >&9
ended
is "a line is waited for, and nothing behind it" "$brc $(tail -1 sig/current)" "0 three parts"
background -t 20 ./sig
printf 'four' >&9
wait_until sh -c "kill -TERM $pid; ! kill -0 $pid 2>/dev/null"
ended
is "but not for ever" "$brc $(tail -1 sig/current)" "0 four"

# log directories
logs 'x\n' ./d n3
is "files" "$(ls d | tr '\n' ' ')" "current lock state "
is "modes" "$(mode d) $(mode d/lock) $(mode d/current) $(mode d/state)" "700 644 744 644"
seq 10000 10999 | s6-log s4096 l0 n100 ./e
is "no line lost" "$(cat e/@*.s e/current | cksum)" "$(seq 10000 10999 | cksum)"
is "and no file too large" "$(stat -c %s e/@*.s | sort -u)" 4092
is "mode of an archive" "$(mode e/@*.s | uniq)" 744
seq 10000 10999 | s6-log s4096 l1000 n100 ./f
is "l rotates earlier" "$(stat -c %s f/@*.s | sort -u)" 3096
seq 10000 10999 | s6-log s5 n2 t ./g
is "n" "$(archives g s)" 2
seq 10000 10999 | s6-log s4096 l0 n0 ./h
is "n0" "$(archives h s) $(head -1 h/current)" "0 10682"
seq 10000 10999 | s6-log s4096 l0 n50 S3000 ./h2
is "S less than an archive" "$(archives h2 s)" 0
seq 10000 19999 | s6-log s4096 l0 n50 S9000 ./h3
is "S" "$(archives h3 s)" 2
(seq 10000 10099; head -c 8000 long; echo; echo end) | s6-log s4096 l0 ./i
is "a line larger than the size stands alone" "$(stat -c %s i/@*.s | tr '\n' ' ')$(cat i/current)" "600 8001 end"
background n5 ./alrm
echo one >&9
wait_until has one alrm/current
kill -ALRM $pid
wait_until test ! -s alrm/current
kill -ALRM $pid
echo two >&9
wait_until has two alrm/current
ended
is "ALRM rotates, an empty file makes no archive" "$(archives alrm s) $(cat alrm/@*.s) $(cat alrm/current)" "1 one two"
background R1 ./period
echo one >&9
ok "R rotates" wait_until sh -c "cat period/@*.s"
ended
background ./lock
wait_until test -e lock/current
run s6-log ./lock
is "locked" "$rc $err" "111 s6-log: fatal: unable to lock ./lock/lock: Device or resource busy"
ended
run s6-log ./no/such
is "no parent" "$rc $err" "111 s6-log: fatal: unable to mkdir ./no/such: No such file or directory"
run s6-log ./long
is "not a directory" "$rc $err" "111 s6-log: fatal: unable to open ./long/lock: Not a directory"
odd=$(printf './a b\n-c')
logs 'x\n' "$odd" "$PWD/$(printf %0250d 0)"
is "odd names" "$rc $err $(cat "$odd/current") $(cat 0*/current)" "0  x x"
logs 'x\ny\n' ./twice pq "$PWD/twice"
is "one directory twice" "$(cat twice/current)" "x
q x
y
q y"
like "is worth a warning" "$err" '^s6-log: warning: .*/twice: named twice, the settings of ./twice hold$'

# recovery
crash() {	# crash DIR FILE MODE [TEXT]
	mkdir -p "$1"
	printf "${4-$2\\n}" >"$1/$2"
	chmod "$3" "$1/$2"
}
logs 'x\n' ./c1
logs 'y\n' ./c1
is "clean: appended" "$(tr '\n' ' ' <c1/current) $(ls c1 | grep -c @)" "x y  0"
crash c2 current 644
logs 'x\n' ./c2
is "current: archived" "$(cat c2/@*.u) $(cat c2/current) $(ls c2 | wc -l)" "current x 4"
crash c3 current 644 torn
logs 'x\n' ./c3
is "torn line ended" "$(cat c3/@*.u c3/current)" "torn
x"
crash c4 previous 744
crash c4 current 644
crash c4 state 644
logs 'x\n' ./c4
is "previous and current: both, in order" "$rc $(cat c4/@*.u c4/current | tr '\n' ' ')$(wc -c <c4/state)" \
	"0 previous current x 0"
crash c5 previous 744
crash c5 processed 644
crash c5 newstate 644
crash c5 current 644 ''
logs 'x\n' ./c5
is "processed, not whole: dropped" "$(cat c5/@*.u c5/current | tr '\n' ' ')$(ls c5 | wc -l)" "previous x 4"
crash c6 previous 744
crash c6 processed 744
crash c6 current 644
logs 'x\n' ./c6
is "processed, whole: taken" "$(cat c6/@*.s) $(cat c6/@*.u) $(ls c6 | wc -l)" "processed current 5"
crash c7 previous 744
ln c7/previous "c7/@400000006b0000000000000a.s"
crash c7 current 644
ln c7/current c7/backup
logs 'x\n' ./c7
is "linked already: unlinked; a foreign link: archived" \
	"$(cat c7/@*.s) $(cat c7/@*.u) $(ls c7 | grep -c @)" "previous current 2"
crash c8 current 644
crash c8 '@4fffffffffffffff3b9ac9ff.s' 744 future
logs 'x\n' ./c8
is "labels grow, whatever the clock says" "$(ls c8 | grep @ | tr '\n' ' ')" \
	"@4fffffffffffffff3b9ac9ff.s @500000000000000000000000.u "
crash c9 current 744
crash c9 previous 744
logs 'x\n' ./c9
is "clean current, stray previous: kept" "$(cat c9/@*.u c9/current | tr '\n' ' ')" "previous current x "
crash ca previous 744
ln ca/previous ca/processed
crash ca processing 644
crash ca current 644
logs 'x\n' ./ca
is "processed, but only a name of previous: not processed" \
	"$(cat ca/@*.u ca/current | tr '\n' ' ')$(ls ca | tr '\n' ' ' | tr -d @a-f0-9)" "previous current x .u .u urrnt lok stt "

# processors
seq 10000 10999 >numbers
s6-log n50 s4096 l0 '?sed s/^/p/' ./p1 <numbers
is "every line once, in order, processed or in current" "$(cat p1/@*.s p1/current | tr -d p | cksum)" "$(cksum <numbers)"
is "all archives processed" "$(cat p1/@*.s | grep -c ^p)" "$(cat p1/@*.s | grep -c 1)"
is "nothing left over" "$(ls p1 | grep -v @ | tr '\n' ' ')" "current lock state "
if command -v execlineb >/dev/null; then
	s6-log n50 s4096 l0 '!sed s/^/p/' ./p2 <numbers
	is "execline" "$(cat p2/@*.s p2/current | cksum)" "$(cat p1/@*.s p1/current | cksum)"
else
	skip "execline" "no execlineb"
fi
s6-log s4096 '!' ./p3 '?' ./p4 <numbers
is "empty: no processor" "$(cat p3/@*.s | cksum)" "$(cat p4/@*.s | cksum)"
s6-log n50 s4096 l0 '?cat; { cat <&4; echo x; } >&5; ls /proc/self/fd >&2; pwd >&2' ./p5 <numbers 2>err
is "state is kept" "$(cat p5/state | tr -d '\n')" x
is "fds: ours are closed" "$(grep -v / err | sort | tr '\n' ' ')" \
	"$( (ls /proc/self/fd 4<&0 5<&0; echo 3) | sort -u | tr '\n' ' ')"
is "cwd" "$(grep / err)" "$PWD/p5"
s6-log n50 s4096 l0 '?exec 5>&-; rm newstate; cat >/dev/null' ./p6 <numbers 2>err
is "newstate removed, nothing put out: goes on" "$? $(cat err) $(archives p6 s)" "0  0"
background n50 s4096 l0 r1 '?test -e ../fixed || exit 3; cat' ./p7
cat numbers >&9
wait_until has failed "$TMPDIR/berr"
touch fixed
ok "failed: run again" wait_until sh -c 'cat p7/@*.s'
ended
is "nothing lost" "$(cat p7/@*.s p7/current | cksum)" "$(cksum <numbers)"
like "says so once, and when it works again" "$(tr '\n' ';' <"$TMPDIR/berr")" \
	'^s6-log: warning: processor failed in ./p7;s6-log: info: rotation of ./p7 works again after 0 s;$'
seq 10000 10700 | s6-log s4096 l0 r1 '?kill -9 $$' ./p8 2>err
is "crashed at the end: left to the next start" "$? $(cat err) $(ls p8 | grep -v @ | tr '\n' ' ')" \
	"0 s6-log: warning: processor crashed in ./p8 current lock newstate previous processed processing state "
s6-log n50 s4096 l0 ./p8 <numbers
is "which loses nothing" "$(cat p8/@* p8/current | cksum)" "$( (seq 10000 10700; cat numbers) | cksum)"

# the directory goes away while in use
background n50 1 ./gone
echo one >&9
wait_until has one gone/current
rm -r gone
echo two >&9
wait_until has two "$TMPDIR/bout"
kill -ALRM $pid
ok "made again" wait_until sh -c 'cat gone/@*.s | grep two'
is "with what it held" "$(cat gone/@*.s)" "one
two"
rm -r gone
echo three >&9
wait_until has three "$TMPDIR/bout"
ended
is "at the end, too" "$brc $(cat gone/current)" "0 three"

done_testing
