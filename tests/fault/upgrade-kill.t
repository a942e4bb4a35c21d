#!/bin/sh
# s6-supervise is killed, or a system call of its fails, at each call of an upgrade
# in place: before its exec, in it, and after. Then it has been upgraded, or has
# not and says so, or is no more and its successor adopts; the service is the same,
# and one. LONG=1: at every call; else at some.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/sweep.sh"

alive() { kill -0 "$1" 2>/dev/null; }
traced() { cat "/proc/$1/task/$1/children" 2>/dev/null | tr -d ' '; }
sleeps() { [ "$(awk '{ sub(/.*\) /, ""); print $1 }' "/proc/$1/stat" 2>/dev/null)" = S ]; }
unlocked() { ! s6-svok web; }
up() { [ -s pids ] && [ "$(s6-svstat -o up,pid web 2>/dev/null)" = "true $(head -n 1 pids)" ]; }
begun() { ! alive "$np" || up; }
# it has said how it went, and sleeps again; or it is no more
settled() {
	! alive "$np" || { grep -Eq 'upgraded to version|unable to upgrade|not support upgrade' err && sleeps "$(traced "$np")"; }
}
nobody() {
	for p in $(cat pids); do ! alive "$p" || return 1; done
}

# round NTH-ARGUMENT...: $why is empty when all is well; $np lives on when it was
# not killed; what nth has done is in called
round() {
	why=''
	rm -rf web
	: >err
	: >pids
	service web 'echo $$ >>../pids
		exec sleep 1000'
	"$tool/nth" -v "$@" s6-supervise web >called 2>>err &
	np=$!
	wait_until begun || why="$why never up"
	if alive "$np"; then
		s6-svc --upgrade web 2>>err
		wait_until settled || why="$why unsettled"
	fi
	dead=1
	if alive "$np"; then
		dead=''
		up || why="$why status: $(s6-svstat web)"
		kill -KILL "$np"	# nth takes it along
		wait_until unlocked
	fi
	wait "$np" 2>/dev/null
	s6-supervise web 2>>err &
	sup=$!
	started="$started $sup"
	wait_until up || why="$why not adopted: $(s6-svstat web)"
	s6-svc -dx web
	wait "$sup" || why="$why exit: $?"
	[ "$(wc -l <pids)" = 1 ] || why="$why instances: $(wc -l <pids)"
	wait_until nobody || why="$why left: $(cat pids)"
	files=$(ls web/supervise | tr '\n' ' ')
	[ "$files" = 'child control control-x death_tally lock status status.new ' ] || why="$why files: $files"
}

# disturb NAME STRIDE LEAST MODE [OPTION...]
disturb() {
	name=$1 stride=$2 least=$3 mode=$4 suffix=''
	shift 4
	case $mode in kill+) mode=kill suffix=+ ;; esac
	[ -z "$LONG" ] || stride=1
	n=$first tried=0 survived=0 missed=0
	# beyond the last call there is nothing to disturb
	while [ "$missed" -lt 1 ] && [ "$n" -lt 2000 ]; do
		round "$@" "$mode" "$n$suffix"
		if grep -q '^call' called; then
			tried=$((tried + 1))
			if [ -z "$why" ]; then survived=$((survived + 1)); else diag "$n: $why: $(tr '\n' ' ' <err)"; fi
		else
			missed=1
			is "$name: undisturbed" "$why" ''
			like "$name: undisturbed, it was upgraded" "$(cat err)" 'upgraded to version'
		fi
		n=$((n + stride))
	done
	diag "figure: supervise, upgrade, $name: $survived/$tried"
	is "$name: survived" "$survived of $tried" "$tried of $tried"
	ok "$name: often enough" [ $((tried * stride)) -ge "$least" ]
}

# the calls of a start, less those of its end
service web
"$tool/nth" count 0 s6-supervise web >calls &
np=$!
wait_until s6-svstat web
wait_until sleeps "$(traced "$np")"
s6-svc -dx web
wait "$np"
all=$(tail -n 1 calls)
first=$((all - 40))
[ "$first" -gt 1 ] || first=1

disturb 'killed before a call' 2 60 kill
disturb 'killed after a call' 3 60 kill+
first=1
for e in EMFILE ENOMEM EIO; do
	disturb "$e" 5 20 "errno=$(errno_of $e)" -p
done
done_testing
