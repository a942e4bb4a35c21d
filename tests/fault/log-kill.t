#!/bin/sh
# words are split on purpose
# shellcheck disable=SC2086
# A logger that is killed, with SIGKILL, at every one of its system calls and at
# random moments, on one pipe of numbered lines: the next ones on that pipe must
# not lose or repeat a line, but for what one killed process had read and not
# written. SHORT=1 (as in story/log-kill.t): a part of it.
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
: "${SHORT=}"

# The packets of 20 lines that the loggers read are of 1400 bytes: a
# rotation happens every third read or so.
lines=100 packet=20 bound=1500

# what a directory holds before a sweep: lines 0 to begun - 1
begun=0
prepare() { :; }

# sweep NAME DIR... -- LOGGER...: kill it at call 1, 2, 3 ... until it is through
sweep() {
	name=$1 dirs=''
	shift
	while [ "$1" != -- ]; do dirs="$dirs $1"; shift; done
	shift
	n=0 rc=0 bad='' most=0
	while [ $rc = 0 ]; do
		n=$((n + 1))
		for at in $n $n+; do
			[ -z "$SHORT" ] || [ $at = $n ] || break
			rm -rf ./d*
			prepare
			"$tool/lines" $((lines - begun)) $packet $begun | {
				"$tool/nth" kill "$at" "$@" 2>>err || rc=$?
				"$@" 2>>err || rc=1
				echo $rc >rc
			}
			rc=$(cat rc)
			for dir in $dirs; do
				"$tool/account" $lines $dir >figures || bad="$bad $at:$dir:$(head -1 figures)"
				read -r _ _ lost _ _ _ _ _ _ bytes _ torn _ <figures
				[ "$torn" = 0 ] || bad="$bad $at:$dir:$lost lost, $torn torn"
				[ "$bytes" -le $most ] || most=$bytes
			done
			[ $rc = 0 ] || break
		done
	done
	if [ $rc = 111 ]; then
		skip "$name" "no tracing here"
		return
	fi
	is "$name: $n system calls" "$rc$bad" 99
	ok "$name: at most $most bytes lost, none torn" test $most -le $bound -a $most -gt 0
}

# storm NAME KILLS MICROSECONDS DIR... -- LOGGER...: kill it at random
storm() {
	name=$1 kills=$2 us=$3 dirs='' seed=${SEED:-$(date +%N)}
	shift 3
	while [ "$1" != -- ]; do dirs="$dirs $1"; shift; done
	shift
	rm -rf ./d*
	count=$("$tool/storm" "$kills" "$us" "$seed" 10000 "$@" 2>err)
	for dir in $dirs; do
		bad=0
		"$tool/account" "$count" $dir >figures || bad=$?
		is "$name: $kills kills, SEED=$seed" "$bad" 0 || diag "$(head figures)"
		diag "$dir: $count lines: $(tail -1 figures)"
		tail -1 figures >last
		read -r _ _ lost _ _ gaps _ <last
		# lines are of 70 bytes on the average; a read is of 65,536
		ok "$name: no more is lost than was read" test "$gaps" -le "$kills" -a "$lost" -le $((kills * 1000))
	done
	is "$name: no complaint" "$(grep -v -e '^s6-log: warning: processor ' -e 'rotation of .* works again' err)" ""
}

sweep processor d -- s6-log n9999 s4096 l0 '?cat' ./d
if [ -z "$SHORT" ]; then
	sweep plain d -- s6-log n9999 s4096 l0 ./d
	sweep stamped d -- s6-log n9999 s4096 l0 t T ./d
	sweep 'two directories' d1 d2 -- s6-log n9999 s4096 l0 ./d1 t '?cat' ./d2
	sweep 'early rotation' d -- s6-log n9999 s4096 l2000 ./d
fi

# Killed while it makes good what an earlier death left.
begun=40
leave() {	# leave FILE MODE START
	mkdir -p d
	"$tool/lines" 20 0 $3 >d/$1
	chmod $2 d/$1
}
prepare() { leave previous 744 0; leave current 644 20; leave state 644 0; leave processed 644 0; }
sweep 'recovery of previous and current' d -- s6-log n9999 s4096 l0 ./d
prepare() { leave previous 744 0; leave current 644 20; leave processed 744 0; }
sweep 'recovery of processed and current' d -- s6-log n9999 s4096 l0 '?cat' ./d
prepare() { leave previous 644 0; leave current 744 20; }
if [ -z "$SHORT" ]; then sweep 'stray previous' d -- s6-log n9999 s4096 l0 ./d; fi
prepare() { leave previous 744 0; leave current 644 20; ln d/previous d/@400000006b0000000000000a.s; }
if [ -z "$SHORT" ]; then sweep 'linked before' d -- s6-log n9999 s4096 l0 ./d; fi

k=${SHORT:+30}
storm 'plain' "${k:-1000}" 6000 d -- s6-log n99999 s100000 ./d
storm 'two, processor' "${k:-500}" 6000 d1 d2 -- s6-log n99999 s20000 ./d1 t s50000 '?cat' ./d2
if [ -z "$SHORT" ]; then
	storm 'stamped' 500 6000 d -- s6-log -b n99999 s4096 l0 T ./d
	storm 'slow' 100 100000 d -- s6-log -b n99999 s4096 l0 t T '?cat' ./d
fi

done_testing
