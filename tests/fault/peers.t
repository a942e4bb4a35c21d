#!/bin/sh
# The faults that any supervision suite may meet, for ours, upstream's s6 (two
# versions) and runit in the same run: how many of them each survives. Only ours is
# required to. It takes minutes, so it is part of the long form (LONG=1) only.
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
[ -n "${LONG-}" ] || skip_all 'LONG=1 for a comparison with other suites'
"$tool/nth" kill 3 true || skip_all 'no ptrace here'
[ "$(id -u)" = 0 ] || skip_all 'not root'
oracle=$top/tests/compat/oracle
peers=${SEXTET_PEERS:-$top/build/peers}

# asked NAME KIND COMMAND...: what peer.sh says in that world
asked() {
	name=$1 kind=$2
	shift 2
	mkdir "$name"
	(cd "$name" && unshare -m "$@" sh "$top/tests/fault/peer.sh" "$kind" "$tool") >"$name.score" 2>"$name.err"
	while read -r line; do diag "figure: $name, $line"; done <"$name.score"
	[ -s "$name.score" ]
}
runit() {
	[ ! -e "$peers/runit/usr/bin/runsvdir" ] || return 0
	rm -rf "$peers/.runit"
	sh "$top/tools/fetch" "$peers/.runit" bookworm runit >fetch.log 2>&1 || return 1
	dpkg-deb -x "$peers"/.runit/runit_*.deb "$peers/runit"
}

asked ours s6 env
notok "ours survives all" grep -v -e ' seconds ' -e '^seconds' -e ': \([0-9]*\)/\1$' ours.score
for v in 2.11 2.15; do
	sh "$oracle" fetch >/dev/null 2>&1
	if why=$(sh "$oracle" have $v); then
		PATH=${PATH#"$bin":}
		ok "s6 $v was asked" asked "s6 $v" s6 sh "$oracle" run $v
		PATH=$bin:$PATH
	else
		skip "s6 $v" "$why"
	fi
done
if runit; then
	ok "runit was asked" asked runit runit env PATH="$peers/runit/usr/bin:/usr/bin:/bin"
else
	skip runit 'cannot be fetched'
fi
done_testing
