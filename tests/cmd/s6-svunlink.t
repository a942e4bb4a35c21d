#!/bin/sh
# s6-svunlink: out of a scan directory, until the supervisor is gone
. "${0%/*}/../lib.sh"

usage_ok s6-svunlink
usage="s6-svunlink: usage: s6-svunlink [ -X ] [ -t timeout ] scandir name"
for args in '' scan -t '-t x scan a' '-z' 'scan a b'; do
	# shellcheck disable=SC2086
	run s6-svunlink $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done
mkdir scan svc
for name in '' .a a/b ..; do
	run s6-svunlink scan "$name"
	is "name '$name'" "$rc:$err" "100:s6-svunlink: fatal: invalid service name"
done
service svc/a
ln -s ../svc/a scan/a
run s6-svunlink scan a
is "no s6-svscan: unlinked all the same" "$rc:$err:$(ls scan)" "0:s6-svunlink: warning: s6-svscan not running on scan:"

scan scan
unlinks() {
	run s6-svunlink "$@"
	is "s6-svunlink $*: exit 0, silent" "$rc$out$err" 0
}
add() { run s6-svlink -- scan "svc/$1"; }
unlinks scan nothing
ln -s nowhere scan/dangling
unlinks scan dangling
notok "a dangling link is removed" test -L scan/dangling
add a
unlinks scan a
is "the link is gone, and so is the supervisor" "$(ls scan):$(s6-svok svc/a; echo $?)" :1
is "the service directory stays" "$(ls svc/a)" 'event
run
supervise'
add a
is "it can come back" "$rc" 0
service svc/b
service svc/b/log 'exec cat >/dev/null'
add b
unlinks scan b
is "with a logger: both are gone" "$(s6-svok svc/b; echo $?):$(s6-svok svc/b/log; echo $?)" 1:1
ok "the others are not" s6-svok svc/a

# one that takes its time
service svc/slow 'trap "" TERM; : >up; while test ! -e stop; do sleep 0.02; done'
add slow
wait_until test -e svc/slow/up
unlinks -t 50 scan slow
is "-t: it lives on" "$(s6-svok svc/slow; echo $?):$(ls scan)" 0:a
: >svc/slow/stop
service svc/quick
add quick
run s6-svunlink -X scan quick
is "-X: unlinked, not waited for" "$rc$out$err:$(ls scan)" 0:a
ok "it goes all the same" wait_until sh -c '! s6-svok svc/quick'
service svc/slow2 'trap "" TERM; : >up; while test ! -e stop; do sleep 0.02; done'
add slow2
wait_until test -e svc/slow2/up
s6-svunlink scan slow2 &
waiter=$!
wait_until sh -c '! test -L scan/slow2'
ok "it waits" kill -0 "$waiter"
: >svc/slow2/stop
rc=0
wait "$waiter" || rc=$?
is "until it is gone" "$rc:$(s6-svok svc/slow2; echo $?)" 0:1

mkdir scan/real
service scan/real
run s6-svscanctl -a scan
run s6-svunlink scan real
is "no link: refused" "$rc:$err" "111:s6-svunlink: fatal: unable to unlink scan/real: Is a directory"
ok "and left" test -x scan/real/run
: >scan/file
run s6-svunlink scan file
is "no directory behind it" "$rc:$err" "111:s6-svunlink: fatal: unable to unlink scan/file: Not a directory"
rm scan/file
long=$(printf '%0250d' 0)
for name in "$long" 'a b
c' -X; do
	service "svc/$name"
	add "$name"
	unlinks -- scan "$name"
	notok "is gone" s6-svok "svc/$name"
done
done_testing
