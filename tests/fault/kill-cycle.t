#!/bin/sh
# The supervisor is killed at every system call of a whole cycle: a start, a
# death, finish, the next start. Whenever that happens, its successor brings it to
# the same end: the death is counted once, finish has run once and been told
# what is true, and one instance lives.
. "${0%/*}/../lib.sh"
nth=$SEXTET_TREE/tests/tool/nth

if ! "$nth" kill 3 true; then skip_all 'no ptrace here'; fi

# the first instance fails, the next one stays
fresh() {
	rm -rf web first pids args err
	: >pids
	: >err
	service web 'echo $$ >>../pids
		[ -e ../first ] || { : >../first; exit 7; }
		exec s6-setlock -n ../lock sleep 1000'
	printf '%s\n' '#!/bin/sh' 'echo "$1 $2 $4" >>../args' "${1-}" >web/finish
	chmod +x web/finish
	[ -z "${2-}" ] || rm web/finish
	echo 3 >web/notification-fd
	echo 0 >web/restart-delay
}

sleeps() {
	awk '{ sub(/.*\) /, ""); print $1 }' "/proc/$1/stat" 2>/dev/null
}

traced() {
	cat "/proc/$1/task/$1/children" 2>/dev/null | tr -d ' '
}

# nth has ended, or its program has come to rest with the second instance
settled() {
	! kill -0 "$1" 2>/dev/null || { over && [ "$(sleeps "$(traced "$1")")" = S ]; }
}
unlocked() { ! s6-svok web; }
# no instance is left (but those of other tests)
nobody() {
	for p in $(pgrep -x sleep); do
		case $(readlink "/proc/$p/cwd") in "$PWD"/*) return 1 ;; esac
	done
}
over() {
	[ "$(wc -l <pids)" = 2 ] && [ "$(s6-svstat -o pid web 2>/dev/null)" = "$(tail -n 1 pids)" ]
}

tally() {
	od -An -v -tu1 -w14 web/supervise/death_tally | awk '{ print $13, $14 }' | tr '\n' ';'
}

# after the successor: $why is empty when all is as it should be
verdict() {
	why=''
	if ! wait_until over; then
		why="never up: $(tr '\n' ' ' <pids)"
		diag "$(s6-svstat web; "$SEXTET_TREE/tests/tool/forge" web/supervise/child | tr '\n' ' '; cat err
			cat "/proc/$(head -n 1 pids)/stat")"
	fi
	case $(tally) in '7 0;' | '255 0;') ;; *) why="$why tally: $(tally)" ;; esac
	if [ -z "$1" ]; then
		case $(cat args) in
		"7 0 $(head -n 1 pids)" | "255 0 $(head -n 1 pids)") ;;
		*) why="$why finish: $(cat args)" ;;
		esac
	fi
	kill -0 "$(tail -n 1 pids)" || why="$why dead"
	printf dx >web/supervise/control
	wait "$sup" || why="$why exit: $?"
	[ "$(wc -l <pids)" = 2 ] || why="$why instances: $(wc -l <pids)"
	wait_until nobody || why="$why left: $(pgrep -f '^sleep 1000$') of $(tr '\n' ' ' <pids)"
}

# sweep NAME FIRST NO-FINISH: from system call FIRST on
sweep() {
	tried=0 survived=0 bad='' rest=''
	for n in $(seq "$2" 600); do
		fresh '' "$3"
		"$nth" kill "$n$4" s6-supervise web 2>>err &
		np=$!
		wait_until settled "$np"
		if kill -0 "$np" 2>/dev/null; then
			# nth takes it along
			kill -KILL "$np"
			wait_until unlocked
			rest=yes
		fi
		wait "$np" 2>/dev/null
		tried=$((tried + 1))
		s6-supervise web 2>>err &
		sup=$!
		started="$started $sup"
		verdict "$3"
		if [ -z "$why" ]; then survived=$((survived + 1)); else bad="$bad; $n: $why"; fi
		[ -z "$rest" ] || break
	done
	ok "$1: enough calls ($tried)" [ "$tried" -ge 60 ]
	is "$1: survived" "$survived of $tried$bad" "$tried of $tried"
}

loader=$("$nth" count 0 s6-supervise --version | tail -n 1)
sweep 'with finish, before a call' $((loader - 4)) '' ''
sweep 'with finish, after a call' $((loader - 4)) '' +
sweep 'without finish' $((loader - 4)) none ''
done_testing
