#!/bin/sh
# peer.sh KIND TOOLS - what peers.t asks of one suite of programs, the first of PATH here:
# KIND is s6 (ours and upstream's) or runit, TOOLS where the test tools are. Prints
# "WHAT: SURVIVED/TRIED" lines, or "WHAT: WORD".
set -u
kind=$1 tool=$2
mkdir -p notes
FAULT_NOTES=$PWD/notes
export FAULT_NOTES
storm=$tool/storm-tree
super=s6-supervise
if [ "$kind" = runit ]; then
	ln -sf "$storm" ./storm-tree-runit
	storm=./storm-tree-runit super=runsv
fi

score() {
	what=$1
	shift
	"$storm" -p -w 20 "$@" 2>>"$kind.why" | while read -r class survived tried; do
		case $class in stop) class="$what, then all stopped" ;; *) class=$what ;; esac
		echo "$class: $survived/$tried"
	done
}

wait_for() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt "$tenths" ] || return 1
		sleep 0.1
	done
}
runs() { [ -e notes/events ] && [ "$(grep -c '^run' notes/events)" -ge "$1" ]; }
told() {
	case $kind in
	runit) od -An -tu4 -j12 -N4 --endian=little "$1/supervise/status" ;;
	*) od -An -tu4 -j28 -N4 --endian=big "$1/supervise/status" ;;
	esac | tr -d ' '
}
last() { tail -n 1 notes/events | cut -d ' ' -f 3; }
make() {
	rm -rf notes/*
	mkdir -p "$1"
	ln -s "$tool/instance" "$1/run"
	printf web >"$1/name"
}

score 'services killed' -c s -k 20 -n 4
score 'loggers killed' -c l -k 20 -n 4
score 'supervisors killed' -c v -k 12 -n 4
score 'the scanner killed' -c t -k 6 -n 4

# a full disk: does the status tell the truth after a death?
tenths=100
mkdir -p disk
if mount -t tmpfs -o size=64k,nr_inodes=40 none disk 2>/dev/null; then
	make disk/web
	$super disk/web 2>/dev/null &
	pid=$!
	wait_for runs 1
	sleep 1.2	# not too soon for a restart
	head -c 1000000 /dev/zero >disk/ballast 2>/dev/null
	i=0
	while touch disk/inode$i 2>/dev/null; do i=$((i + 1)); done
	kill -9 "$(last)"
	wait_for runs 2
	sleep 0.3
	if [ "$(told disk/web)" = "$(last)" ]; then r=1; else r=0; fi
	echo "a death on a full disk, a true status: $r/1"
	kill -9 $pid "$(last)"
	wait $pid 2>/dev/null
	umount -l disk
fi

# one fork that fails: how long does the service wait?
tenths=650
make lone
begun=$(date +%s)
"$tool/nth" -p errno=11 1 $super lone 2>/dev/null >&2 &
pid=$!
if wait_for runs 1; then
	echo "seconds lost by one failed fork: $(($(date +%s) - begun))"
else
	echo "seconds lost by one failed fork: more than 65"
fi
kill -9 $pid
runs 1 && kill -9 "$(last)"
exit 0
