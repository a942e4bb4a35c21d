# log-kill.sh - what the tests of killed loggers share; read after lib.sh. A logger is
# killed with SIGKILL, at every one of its system calls (sweep) or at random
# moments (storm), and another one goes on reading the same pipe of numbered
# lines. No line may be there twice, and none be missing but what the killed one
# had read and not written; with --durable none at all.
# shellcheck shell=sh disable=SC2086,SC2154
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
short=''		# sweep: only on entry to each call, not after it, too

# The packets of 20 lines that the loggers read are of 1400 bytes: a rotation
# happens every third read or so.
lines=100 packet=20 bound=1500

# what a directory holds before a sweep: lines 0 to begun - 1
begun=0
prepare() { :; }
# where the logger before is killed, if there is to be one
first=''

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
			[ -z "$short" ] || [ $at = $n ] || break
			rm -rf ./d*
			prepare
			"$tool/lines" $((lines - begun)) $packet $begun | {
				[ -z "$first" ] || "$tool/nth" kill $first "$@" 2>>err
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
	case $* in
	*--durable*) is "$name: none lost" $most 0 ;;
	*) ok "$name: at most $most bytes lost, none torn" test $most -le $bound -a $most -gt 0 ;;
	esac
}

# What a logger with -b holds: one read, of which the first and the last line may be in part
# written or still in the pipe.
one_read=$((65536 + 2 * 119))

# storm NAME KILLS MICROSECONDS DIR... -- LOGGER...: kill it at random
storm() {
	name=$1 kills=$2 us=$3 dirs='' seed=${SEED:-$(date +%N)}
	shift 3
	while [ "$1" != -- ]; do dirs="$dirs $1"; shift; done
	shift
	rm -rf ./d*
	count=$("$tool/storm" "$kills" "$us" "$seed" 10000 kills "$@" 2>err)
	for dir in $dirs; do
		bad=0
		"$tool/account" "$count" $dir kills >figures || bad=$?
		is "$name: $kills kills, SEED=$seed" "$bad" 0 || diag "$(head figures)"
		diag "$dir: $count lines: $(tail -1 figures)"
		tail -1 figures >last
		read -r _ _ lost _ _ gaps _ _ _ _ _ torn _ most _ <last
		case $* in
		*--durable*)
			is "$name: none lost, none torn" "$lost $torn" "0 0"
			continue
			;;
		*' -b '*)
			ok "$name: at each kill no more is lost than one read" [ "$most" -le $one_read ]
			continue
			;;
		esac
		# lines are of 70 bytes on the average; a read is of 65,536
		ok "$name: no more is lost than was read" test "$gaps" -le "$kills" -a "$lost" -le $((kills * 1000))
	done
	is "$name: no complaint" "$(grep -v -e '^s6-log: warning: processor ' -e 'rotation of .* works again' err)" ""
}

# a file of the directory d that a logger has left: 20 lines from START on
leave() {	# leave FILE MODE START
	mkdir -p d
	"$tool/lines" 20 0 $3 >d/$1
	chmod $2 d/$1
}
