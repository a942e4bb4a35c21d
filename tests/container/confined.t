#!/bin/sh
# Containers that may do little: read-only roots, other users, no capabilities, a noexec /run, and
# an entry point that is not process 1.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"

new_root r
script r/etc/cont-init.d/01 '#!/usr/bin/with-contenv sh' 'echo "init: $(id -u) $V"'
script r/etc/services.d/a/run '#!/usr/bin/with-contenv sh' 'echo "a: $(id -u) $V"' 'exec sleep 1000'
mkdir -p r/run r/tmp

# good NAME OPTION...: boots, its service runs, and it ends in order
good() {
	tap_what=$1
	n=$((n + 1))
	shift
	# as a new container has it; a link /var/run is not followed
	rm -rf r/run r/var/run
	mkdir r/run
	box g$n r V=v S6_KILL_GRACETIME=500 "$@"
	good_up() { said_by g$n '\[services.d\] done.' && grep -q '^a: ' g$n.out; }
	ok "$tap_what: boots" wait_until good_up || diag "$(cat g$n.out g$n.err)"
	box_exec g$n s6-healthcheck
	is "$tap_what: s6-healthcheck" "$rc" 0
	box_exec g$n with-contenv sh -c 'echo "$V"'
	is "$tap_what: with-contenv" "$out" v
	box_stop g$n
	is "$tap_what: stops, 0" "$rc" 0
	like "$tap_what: in order" "$out" '^\[s6-finish\] sending all processes the KILL signal'
	box_remove g$n
}
n=0

good 'read-only' --read-only
good 'another user' --user=1234
like 'is that user' "$out" '^a: 1234 v$'
good 'another user, read-only' --user=1234 --read-only
if [ $BOX = podman ]; then
	good 'no capabilities' --cap-drop=ALL
	good 'another user, no capabilities, read-only' --user=1234 --cap-drop=ALL --read-only
	good 'no new privileges' --user=1234 --security-opt=no-new-privileges
	good 'a noexec /run' --read-only --read-only-tmpfs=false --mount=type=tmpfs,destination=/run,noexec
	good 'read-only, and no tmpfs but /dev/shm' --read-only --read-only-tmpfs=false
else
	skip 'no capabilities, noexec mounts' 'only with podman'
fi
script r/etc/cont-finish.d/01 '#!/bin/sh' 'echo finish'

# not process 1
tini=$(command -v tini-static || command -v tini)
if [ -n "$tini" ] && cp "$tini" r/bin/tini && chroot r /bin/tini --version >/dev/null 2>&1; then
	good 'under tini' --entry=/bin/tini /init
else
	skip 'under tini' 'no static tini here'
fi
good 'under sh -c' --entry=/bin/sh -c 'trap "kill -TERM \$p" TERM; /init & p=$!; wait $p; wait $p'
container r --entry=/bin/sh -c 'sleep 1000 & /init sh -c "exit 6"; echo "code $?"; kill $! && echo "still there"'
is 'not process 1: its code, and its caller lives' "$(echo "$out" | grep -E '^(code|still)' | tr '\n' ' ')" 'code 6 still there '

# a crowd of descendants that are not ours to wait for: each is told to end
script r/crowd '#!/bin/sh' 'i=0' 'while [ $((i = i + 1)) -le 700 ]; do' \
	'	(trap "echo >>/srv/told; exit" TERM; echo >>/srv/up; while :; do sleep 1000; done) &' 'done' \
	'until [ $(wc -l </srv/up) = 700 ]; do sleep 0.1; done'
mkdir -p r/srv
container r S6_KILL_GRACETIME=30000 --entry=/bin/sh -c '/init sh /crowd; echo "code $?"'
is 'not process 1, 700 processes left: the end' "$(echo "$out" | grep ^code)" 'code 0'
is 'each had its TERM' "$(wc -l <r/srv/told)" 700
done_testing
