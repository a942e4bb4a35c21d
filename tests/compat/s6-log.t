#!/bin/sh
# One log directory, upstream's s6-log and ours in turn: closed in order, and
# killed at each system call, with and without a processor. Neither refuses to
# take over, at its first start, and no line is lost or doubled.
# shellcheck disable=SC2086
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
oracle=$top/tests/compat/oracle
ours=$(command -v s6-log)
why=''
for version in 2.11 2.15; do
	why=$("$oracle" have $version) || skip_all "$why"
done
"$tool/nth" count 0 true >/dev/null 2>&1
[ $? != 111 ] || skip_all "no tracing here"

# their s6-log as a command: what it execs is the logger itself, and can be killed
theirs=$PWD/theirs
cat >theirs <<END
#!/bin/sh
version=\$1
shift
exec "$oracle" run "\$version" s6-log "\$@"
END

# takeover KILLED NEXT WORD... -- WORD...: beside upstream's programs, with 100 lines
# on a pipe: KILLED with the first script is killed at each of its system calls, NEXT with
# the second one has to go on, at once. Says what went wrong, and at last how many
# calls there were and the most bytes that were lost.
cat >takeover <<'END'
#!/bin/sh
PATH=/usr/bin:/bin
killed=$1 next=$2 words=0 n=0 rc=0 most=0
shift 2
for w; do
	[ "$w" != -- ] || break
	words=$((words + 1))
done
second() {
	shift $((words + 1))
	"$next" "$@" 2>said || echo "$at: refused: $(tail -n 1 said)"
}
first() {
	# the first WORDS of them
	script=''
	for i in $(seq $words); do script="$script \"\${$i}\""; done
	eval "exec \"$tool/nth\" kill $at \"$killed\" $script"
}
while [ $rc = 0 ]; do
	n=$((n + 1))
	for at in $n $n+; do
		rm -rf d
		"$tool/lines" 100 20 0 | {
			(first "$@") 2>/dev/null || rc=$?
			second "$@"
			echo $rc >rc
		}
		rc=$(cat rc)
		"$tool/account" 100 d >figures || echo "$at: $(head -n 1 figures)"
		read -r _ _ lost _ _ _ _ _ _ bytes _ torn _ <figures
		[ "$torn" = 0 ] || echo "$at: $lost lost, $torn torn"
		[ "$bytes" -le $most ] || most=$bytes
		[ $rc = 0 ] || break
	done
done
echo "$rc $n $most"
END
chmod +x theirs takeover
export tool

# taken_over NAME BOUND VERSION KILLED NEXT WORD... -- WORD...
taken_over() {
	name=$1 bound=$2 version=$3
	shift 3
	"$oracle" run $version ./takeover "$@" >out 2>&1
	is "$version: $name: at no call refused, doubled or torn" "$(sed '$d' out)" ""
	read -r rc calls most <<END
$(tail -n 1 out)
END
	ok "$version: $name: $calls calls, at most $most bytes lost" [ "$rc" = 99 -a $calls -gt 30 -a "$most" -le $bound ] ||
		diag "$(tail -n 3 out)"
}

account() {
	is "$1" "$("$tool/account" "$2" "$3")" "$2 lines, 0 lost in 0 gaps, the largest 0 bytes, 0 torn"
}

# in_turn VERSION WORD...: 100 lines each, four times; all are to end in order
in_turn() {
	v=$1
	shift
	rm -rf d
	bad=''
	for i in 0 2 4 6; do
		"$tool/lines" 100 0 $((i * 100)) | "$theirs" $v "$@" 2>said || bad="$bad theirs $i: $(cat said)"
		"$tool/lines" 100 0 $((i * 100 + 100)) | s6-log "$@" 2>said || bad="$bad ours $i: $(cat said)"
	done
	is "$v: $*: in turn, nobody refuses" "$bad" ""
	is "$v: $*: nothing is left over" "$(find d -name '@*.u' -o -name 'pr*' -o -name newstate)" ""
}

for v in 2.11 2.15; do
	for words in 'n99 s4096 l0' 'n99 s4096 l0 t T' 'n99 S999999 s4096 l2000'; do
		in_turn $v $words ./d
		account "$v: $words: no line lost or doubled" 800 d
	done
	in_turn $v n3 s4096 l0 ./d
	is "$v: both trim" "$(ls d | grep -c @)" 3
	is "$v: and keep the last ones" "$(tail -n 1 d/current | cut -c1-11)" L0000000799

	taken_over 'ours killed' 1500 $v "$ours" s6-log n99 s4096 l0 ./d -- n99 s4096 l0 ./d
	taken_over 'theirs killed' 1500 $v s6-log "$ours" n99 s4096 l0 ./d -- n99 s4096 l0 ./d
	# large files for theirs: with a processor 2.15 repeats for ever what made a file full
	taken_over 'ours killed with a processor' 1500 $v "$ours" s6-log \
		n99 s4096 l0 t '?cat; echo x >&5' ./d -- n99 s99999 l0 t '?cat; echo x >&5' ./d
	taken_over 'ours killed with execline' 1500 $v "$ours" s6-log n99 s4096 l0 '!cat' ./d -- n99 s99999 ./d
done

# 2.11 gives a processor no newstate, and keeps the lines in memory meanwhile
in_turn 2.11 n99 s4096 l0 '?cat' ./d
account "2.11: with a processor: no line lost or doubled" 800 d
taken_over 'theirs killed with a processor' 9999 2.11 s6-log "$ours" n99 s4096 l0 '?cat' ./d -- n99 s4096 l0 '?cat' ./d

# a processor that takes its time: what it was given and what came since are left behind
for v in 2.11 2.15; do
	for who in theirs ours; do
		case $who in
		ours) set -- s6-log ;;
		*) set -- "$theirs" $v ;;
		esac
		rm -rf d in
		mkfifo in
		"$@" n99 s4096 l0 '?echo $$ >pid; exec sleep 1000' ./d <in &
		pid=$!
		exec 9>in
		"$tool/lines" 100 0 0 >&9
		wait_until test -s d/pid
		[ $who = theirs ] || wait_until grep -q '^L0*99:' d/current
		kill -9 $pid
		kill "$(cat d/pid)"
		exec 9>&-
		wait $pid 2>/dev/null
		rm d/pid
		case $who in
		ours) set -- "$theirs" $v ;;
		*) set -- s6-log ;;
		esac
		"$tool/lines" 10 0 100 | "$@" n99 s8192 l0 ./d
		is "$v: $who killed beside its processor, the other takes over" "$?" 0
		if [ $who = ours ]; then
			account "$v: nothing lost or doubled" 110 d
		else
			# what it held in memory is lost with it
			"$tool/account" 110 d >figures
			is "$v: nothing twice" "$?" 0
		fi
	done
done
done_testing
