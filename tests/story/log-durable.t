#!/bin/sh
# --durable: what a killed logger had taken from the pipe is in its journal, and
# the next one makes it good. (Kills at every system call: fault/log-durable.t.)
# shellcheck disable=SC2086,SC2012
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
mkfifo in

account() {
	is "$1" "$("$tool/account" "$2" "$3")" "$2 lines, 0 lost in 0 gaps, the largest 0 bytes, 0 torn"
}

# strand: a logger is killed when d1 has all of 200 lines and d2 must wait for its
# processor: the lines are in the journal, and the record does not cover them
strand() {
	rm -rf d1 d2 pid
	"$tool/lines" 20 >first
	"$tool/lines" 180 0 20 >second
	s6-log --durable n99 ./d1 s4096 l0 '?echo $$ >../pid; exec sleep 1000' ./d2 <in &
	pid=$!
	exec 9>in
	cat first >&9
	wait_until grep -q '^L0*19:' d2/current
	cat second >&9
	wait_until grep -q '^L0*199:' d1/current
	wait_until test -s pid
	kill -9 $pid
	kill "$(cat pid)"
	wait $pid 2>/dev/null
	exec 9>&-
}

# misuse
run s6-log --durable ./d
is "not a pipe" "$rc $err" "100 s6-log: fatal: --durable needs a pipe on standard input"
true | { rc=0; s6-log --durable 1 2>err || rc=$?; echo $rc >rc; }
is "no directory" "$(cat rc) $(cat err)" "100 s6-log: fatal: --durable needs a log directory, and not more than 70"

# nothing is left of it at an end in order
"$tool/lines" 20000 | s6-log --durable n999 s65536 ./d
is "ends in order" "$?" 0
account "nothing lost" 20000 d
is "no journal is left" "$(ls d | grep -v @ | tr '\n' ' ')" "current lock state "

strand
ok "stranded: the journal holds lines" test -s d1/journal.0
exec 8<>in
"$tool/lines" 20 0 200 >&8
rm pid
s6-log --durable n99 ./d1 s4096 l0 '?echo $$ >../pid; exec sleep 1000' ./d2 <in 8>&- &
pid=$!
wait_until grep -q '^L0*199:' d1/current
wait_until test -s pid
kill -9 $pid
kill "$(cat pid)"
wait $pid 2>/dev/null
"$tool/lines" 20 0 220 >&8
s6-log --durable n99 ./d1 s4096 l0 ./d2 <in 8>&- &
pid=$!
exec 8>&-
wait $pid
is "killed twice" "$?" 0
account "the first directory has everything once" 240 d1
account "so has the second" 240 d2
is "no journal is left" "$(ls d1 | grep -c journal)" 0

strand
"$tool/lines" 20 0 200 | s6-log n99 ./d1 s4096 l0 ./d2
account "a successor without --durable makes it good, too" 220 d1
account "in all directories" 220 d2
is "and removes the journal" "$(ls d1 | grep -c journal)" 0

strand
"$tool/lines" 20 0 200 | s6-log --durable n99 ./d1 t s4096 l0 ./d2
account "another script: the directory without rotation is exact" 220 d1
is "another script: no line is lost in the other" \
	"$(cat d2/@* d2/current | sed 's/^@[0-9a-f]* //' | sort -u | cksum)" "$("$tool/lines" 220 | cksum)"

# a logger that knows of no journal was here: it archives what it finds
strand
mv d1/current d1/@4000000000000000000000ff.u
mv d2/previous d2/@4000000000000000000000fe.u
mv d2/current d2/@4000000000000000000000ff.u
"$tool/lines" 20 0 200 | s6-log --durable n99 ./d1 s4096 l0 ./d2
account "what was archived meanwhile is cut back" 220 d1
account "in the second directory, too" 220 d2

strand
printf x | dd of=d1/journal bs=1 seek=70 conv=notrunc 2>/dev/null
printf x | dd of=d1/journal bs=1 seek=4166 conv=notrunc 2>/dev/null
"$tool/lines" 20 0 200 | s6-log --durable n99 ./d1 s4096 l0 ./d2
is "a damaged record: starts all the same" "$?" 0
account "with what had been written" 220 d1

# a line that was not complete
for same in 1 ''; do
	rm -rf d
	exec 8<>in
	s6-log --durable ./d <in 8>&- &
	pid=$!
	printf 'one\nhalf' >&8
	wait_until sh -c '[ "$(wc -c <d/journal.0)" = 8 ]'
	kill -9 $pid
	wait $pid 2>/dev/null
	if [ "$same" ]; then
		printf 'way\n' >&8
		s6-log --durable ./d <in 8>&- &
		pid=$!
		exec 8>&-
		wait $pid
		is "an incomplete line goes on in the same pipe" "$(cat d/@*.u d/current 2>/dev/null)" "one
halfway"
	else
		exec 8>&-
		echo new | s6-log --durable ./d
		is "but not in another one" "$(cat d/@*.u d/current 2>/dev/null)" "one
half
new"
	fi
done

done_testing
