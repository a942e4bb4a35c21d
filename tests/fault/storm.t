#!/bin/sh
# Services, loggers, supervisors and the scanner of a tree are killed at random: one
# copy of each service, a true status, and all stops on command. SEED=NUMBER for a
# certain run. LONG=1: a thousand supervisors, one by one, and a storm of 60 s.
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
: "${LONG=}" "${SEED=$(date +%s)}"

storm() {
	name=$1
	shift
	rc=0
	"$tool/storm-tree" -w 30 -s "$SEED" "$@" >score 2>why || rc=$?
	while read -r class survived tried; do
		diag "figure: storm, $name, $class: $survived/$tried"
	done <score
	is "$name, SEED=$SEED" "$rc$(cat why)" 0 || cat score
}

if [ -n "$LONG" ]; then
	storm 'supervisors only' -k 1000 -c v -n 32
	storm 'services only' -k 300 -c s
	storm 'loggers only' -k 300 -c l
	storm 'scanner only' -k 300 -c t
	storm 'everybody, 60 s' -t 60 -n 16
else
	storm 'supervisors only' -k 60 -c v
	storm everybody -k 120
fi
done_testing
