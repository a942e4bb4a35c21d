#!/bin/sh
# The supervisor is killed at every system call of its start, just before the call
# is executed, and its successor takes over: one instance of the service, whatever
# happened. Each instance holds an exclusive lock and says so
# when it finds it taken. Then the same with the newborn child frozen at each of
# its own calls until the successor has come: only that exposes a start that
# nobody knows of.
. "${0%/*}/../lib.sh"
nth=$SEXTET_TREE/tests/tool/nth

if ! "$nth" kill 3 true; then skip_all 'no ptrace here'; fi

# an empty service directory ./web
fresh() {
	rm -rf web pids thaw err said
	: >pids
	: >err
	# shellcheck disable=SC2016
	service web 'exec s6-setlock -n ../lock sh -c "echo \$\$ >>../pids; exec sleep 1000"'
	: >web/notification-fd
	echo 3 >web/notification-fd
}

state() {
	awk '{ sub(/.*\) /, ""); print $1 }' "/proc/$1/stat" 2>/dev/null
}

# what nth runs: its only child
traced() {
	tr -d ' ' <"/proc/$1/task/$1/children" 2>/dev/null
}

# nth has ended, or its program sleeps undisturbed
settled() {
	! kill -0 "$1" 2>/dev/null || [ "$(state "$(traced "$1")")" = S ]
}

alive() {
	living=0
	while read -r p; do
		if kill -0 "$p" 2>/dev/null; then living=$((living + 1)); fi
	done <pids
	echo $living
}

one_alive() {
	[ "$(alive)" = 1 ] && [ "$(s6-svstat -p web)" = "$(tail -n 1 pids)" ]
}

none_alive() {
	[ "$(alive)" = 0 ]
}

# the successor is there, and one service with it; then both end on command
successor() {
	s6-supervise web 2>>err &
	sup=$!
	started="$started $sup"
	if [ -n "$1" ]; then
		wait_until blocked_or_up "$sup"
		: >thaw
	fi
	wait_until one_alive || return 1
	! grep -q 'Device or resource busy' err || return 1
	printf dx >web/supervise/control
	wait "$sup"
	wait_until none_alive
}

blocked_or_up() {
	[ "$(state "$1")" = S ]
}

sweep() {
	tried=0 survived=0 bad='' last=''
	for n in $(seq "$2" 400); do
		fresh
		"$nth" "$1" "$n" s6-supervise web >said 2>>err &
		np=$!
		case $1 in
		freeze=*) wait_until frozen "$np" ;;
		*) wait_until settled "$np" ;;
		esac
		if kill -0 "$np" 2>/dev/null && [ "$(state "$(traced "$np")")" = S ]; then
			# its start is over: killed at rest, once, and that is all
			kill -KILL "$np"
			last=yes
		fi
		tried=$((tried + 1))
		if successor "$3"; then survived=$((survived + 1)); else bad="$bad $n"; fi
		wait "$np"
		[ -z "$last" ] || break
	done
	ok "$4: enough calls ($tried)" [ "$tried" -ge "$5" ]
	is "$4: survived" "$survived of $tried$bad" "$tried of $tried"
}

# its child is frozen, or the program sleeps undisturbed
frozen() {
	[ -s said ] || [ "$(state "$(traced "$1")")" = S ]
}

# the calls before the program's own first one belong to the dynamic loader
loader=$("$nth" count 0 s6-supervise --version | tail -n 1)
sweep kill $((loader - 4)) '' 'killed at a call' 25
sweep freeze=thaw 0 frozen 'child frozen at a call' 5
done_testing
