#!/bin/sh
# One log directory, upstream's s6-log and ours in turn: closed in order, killed,
# killed while a processor runs.
# shellcheck disable=SC2086
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
oracle=$top/tests/compat/oracle
why=''
for version in 2.11 2.15; do
	why=$("$oracle" have $version) || skip_all "$why"
done

# their s6-log as a command: what it execs is the logger itself, and can be killed
theirs=$PWD/theirs
cat >theirs <<EOF
#!/bin/sh
version=\$1
shift
exec "$oracle" run "\$version" s6-log "\$@"
EOF
chmod +x theirs

# numbers FROM COUNT
numbers() { "$tool/lines" "$2" 0 "$1"; }

# die_after LOGGER...: it is killed when the line count 40 after $1 is in ./d/current
die_after() {
	last=$1
	shift
	rm -f in
	mkfifo in
	"$@" <in &
	pid=$!
	exec 9>in
	numbers $((last - 39)) 40 >&9
	wait_until grep -q "^L0*$last:" d/current
	kill -9 $pid
	exec 9>&-
	wait $pid 2>/dev/null
}

account() {
	is "$1" "$("$tool/account" "$2" "$3")" "$2 lines, 0 lost in 0 gaps, the largest 0 bytes, 0 torn"
}

for v in 2.11 2.15; do
	rm -rf d
	set -- n99 s4096 l0 ./d
	bad=''
	for i in 0 2 4 6; do
		numbers $((i * 100)) 100 | "$theirs" $v "$@" || bad="$bad theirs $i"
		numbers $((i * 100 + 100)) 100 | s6-log "$@" || bad="$bad ours $i"
	done
	is "$v: in turn, nobody refuses" "$bad" ""
	account "$v: no line lost or doubled" 800 d
	is "$v: nothing is unfinished" "$(echo d/@*.u)" "d/@*.u"

	rm -rf d
	bad=''
	die_after 39 "$theirs" $v "$@"
	numbers 40 40 | s6-log "$@" || bad="$bad ours after theirs"
	die_after 119 s6-log "$@"
	# it cannot name two unfinished files in one start: the first one may fail
	"$theirs" $v "$@" </dev/null 2>/dev/null
	numbers 120 40 | "$theirs" $v "$@" || bad="$bad theirs after ours"
	is "$v: after a kill, nobody refuses" "$bad" ""
	account "$v: no line lost or doubled" 160 d
	# its failed start may mark one more
	ok "$v: what was found unfinished is marked so" [ "$(ls d/@*.u | wc -l)" -ge 2 ]

	# a processor that takes its time: previous and current are left behind
	rm -rf d
	set -- n99 s4096 l0 '?echo $$ >pid; exec sleep 1000' ./d
	rm -f in
	mkfifo in
	"$theirs" $v "$@" <in &
	pid=$!
	exec 9>in
	numbers 0 100 >&9
	wait_until test -s d/pid
	kill -9 $pid
	kill "$(cat d/pid)"
	exec 9>&-
	wait $pid 2>/dev/null
	rm d/pid
	numbers 100 10 | s6-log "$@"
	is "$v: killed with a processor, ours takes over" "$?" 0
	# what upstream holds in memory while a processor runs is lost with it
	"$tool/account" 110 d >figures
	is "$v: nothing twice" "$?" 0

	rm -rf d
	rm -f in
	mkfifo in
	s6-log "$@" <in &
	pid=$!
	exec 9>in
	numbers 0 100 >&9
	wait_until grep -q '^L0*99:' d/current
	wait_until test -s d/pid
	kill -9 $pid
	kill "$(cat d/pid)"
	exec 9>&-
	wait $pid 2>/dev/null
	rm d/pid
	# upstream cannot archive two files in one start, and manages at the second
	"$theirs" $v n99 s8192 l0 ./d </dev/null 2>/dev/null
	numbers 100 10 | "$theirs" $v n99 s8192 l0 ./d
	is "$v: ours killed with a processor, theirs takes over" "$?" 0
	account "$v: nothing lost or doubled" 110 d
done
done_testing
