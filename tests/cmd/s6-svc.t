#!/bin/sh
# s6-svc: what it writes, against a FIFO that the test holds open; then what it
# waits for, against s6-supervise
. "${0%/*}/../lib.sh"

usage_ok s6-svc
synopsis='s6-svc: usage: s6-svc [ -wu | -wU | -wd | -wD | -wr | -wR ] [ -T timeout ] [ -s signal | -abqhkti12pcyrlPCK ] [ -oduDUxOQ ] [ --upgrade ] servicedir...'

# heard N: the next N bytes that arrived
heard() {
	dd bs=1 count="$1" <&9 2>/dev/null
}
fake() {
	mkdir -p "./$1/supervise"
	mkfifo "./$1/supervise/control"
}

for args in '' -d -wd -z '-z a' '-w a' '-wz a' '-wx a' '-T x a' '-T -1 a' '-T 4294967296 a' '-s' '-3 a'; do
	# shellcheck disable=SC2086
	run s6-svc $args
	is "'$args': exit 100, usage" "$rc.$err" "100.$synopsis"
done
run s6-svc --up a
is "unknown long option: exit 100" "$rc" 100
run s6-svc --upgrade=x a
is "--upgrade takes no value" "$rc.$err" "100.$synopsis"
fake a
for s in foo '' TERM15 15x; do
	run s6-svc -s "$s" a
	is "-s '$s': exit 100" "$rc.$err" "100.s6-svc: fatal: invalid signal: $s"
done
for s in SEGV 11 0 34 99999; do
	run s6-svc -s $s a
	is "-s $s: exit 100" "$rc.$err" "100.s6-svc: fatal: $s is not in the list of user-available signals"
done
run s6-svc -d a ''
is "an empty name: exit 100, before anything is done" "$rc.$err" "100.s6-svc: fatal: invalid service path"

run s6-svc -u nowhere
is "no such directory: exit 111" "$rc.$err" \
	"111.s6-svc: warning: unable to control nowhere: No such file or directory"
mkdir never
run s6-svc -u never
is "never supervised: exit 102" "$rc.$err" \
	"102.s6-svc: warning: unable to control never: supervisor not listening"
run s6-svc -u a
is "nobody reads: exit 102" "$rc.$err" \
	"102.s6-svc: warning: unable to control a: supervisor not listening"
run s6-svc a
is "nobody reads, no command: exit 102" "$rc" 102
: >file
run s6-svc -u file
is "a file: exit 111" "$rc.$err" "111.s6-svc: warning: unable to control file: Not a directory"
mkdir broken broken2 broken2/supervise broken2/supervise/control
: >broken/supervise
run s6-svc -u broken
is "supervise is a file: exit 1" "$rc.$err" \
	"1.s6-svc: warning: something is wrong with the broken/supervise directory: Not a directory"
run s6-svc -u broken2
is "control is a directory: exit 1" "$rc.$err" \
	"1.s6-svc: warning: something is wrong with the broken2/supervise directory: Is a directory"

exec 9<>a/supervise/control
run s6-svc a
is "a listener, no command: exit 0, silent" "$rc$out$err" 0
run s6-svc -abqhkti12pcyrlPCKoduDUxOQ a
is "every letter: exit 0, silent" "$rc$out$err" 0
is "every letter arrives, in order" "$(heard 25)" abqhkti12pcyrlPCKoduDUxOQ
run s6-svc -T 5 -u -dt -- a
is "separate options: in order" "$rc.$(heard 3)" 0.udt
run s6-svc -T5 -u a
is "-T without -w: nothing" "$rc.$(heard 1)" 0.u
for pair in ALRM=a abrt=b SIGQUIT=q sighup=h 9=k 15=t INT=i usr1=1 12=2 STOP=p CONT=c WINCH=y; do
	run s6-svc -s "${pair%=*}" a
	is "-s ${pair%=*}: ${pair#*=}" "$rc.$(heard 1)" "0.${pair#*=}"
done
run s6-svc -u -s TERM -d a
is "-s between letters" "$rc.$(heard 3)" 0.utd
u62=uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu
run s6-svc -$u62 a
is "62 commands arrive" "$rc.$(heard 62)" "0.$u62"
run s6-svc -d$u62 a
is "63 commands: exit 100" "$rc.$err" "100.s6-svc: fatal: too many commands"
run s6-svc -t nowhere a never a
is "several: the others are told" "$(heard 2)" tt
is "several: exit code of the last bad one" "$rc" 102
is "several: a warning for each" "$err" "s6-svc: warning: unable to control nowhere: No such file or directory
s6-svc: warning: unable to control never: supervisor not listening"
run s6-svc -t never nowhere
is "several: in the other order" "$rc" 111
# upgrade, through a FIFO of its own
run s6-svc --upgrade -u a
is "no control-x: exit 1" "$rc.$err" "1.s6-svc: warning: a does not support upgrade"
is "the other commands are given" "$(heard 1)" u
mkfifo a/supervise/control-x
run s6-svc --upgrade a
is "no reader of control-x: exit 1" "$rc.$err" "1.s6-svc: warning: a does not support upgrade"
exec 8<>a/supervise/control-x
run s6-svc --upgrade never a
is "--upgrade of several: exit code of the bad one" "$rc.$err" \
	"102.s6-svc: warning: unable to control never: supervisor not listening"
is "--upgrade: arrives there" "$(dd bs=1 count=1 <&8 2>/dev/null)" U
exec 8>&-
# a supervisor that ends while its FIFO is full
if dd if=/dev/zero bs=4096 count=16 >&9 2>/dev/null; then
	s6-svc -u a 2>err 9>&- &
	wait_until sh -c "readlink /proc/$!/fd/* | grep -q control" || :
	exec 9>&-
	rc=0
	wait $! || rc=$?
	is "a full FIFO whose reader leaves: exit 102" "$rc.$(cat err)" \
		"102.s6-svc: warning: unable to control a: supervisor not listening"
fi
exec 9>&-

long=$(printf '%0250d' 0)
newline=$(printf 'a\nb c')
for name in "$long" "$newline" -a --help; do
	fake "$name"
	exec 9<>"./$name/supervise/control"
	run s6-svc -d -- "$name"
	is "a name like '$(printf %.6s "$name" | tr '\n' '?')'" "$rc$err.$(heard 1)" 0.d
	exec 9>&-
done
if others_may_run; then
	chmod 755 "$TMPDIR" "$TMPDIR/t"
	chmod 600 a/supervise/control
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-svc" -d a
	is "no permission: exit 111" "$rc.$err" "111.s6-svc: warning: unable to control a: Permission denied"
else
	skip "no permission" "nobody else may run $bin"
fi

# Waiting. The service w ends when it is told to, its finish when it may.
mkfifo gate
service w "trap '' HUP; echo \$\$ >armed; exec sleep 1000"
service slow
printf '#!/bin/sh\nread line <../gate\n' >slow/finish
chmod +x slow/finish
echo 0 >slow/timeout-finish
supervise w
supervise slow
pid_of() {
	s6-svstat -o pid "$1"
}
run s6-svc -wu -T 9000 w slow
is "-wu alone: exit 0 when it is so" "$rc$err" 0
run s6-svc -wd -T 20 w
is "-wd alone: 99 when it is not" "$rc.$err" "99.s6-svc: fatal: timed out"
run s6-svc -wd -d w
is "-wd -d: exit 0" "$rc$err" 0
is "-wd -d: it is down" "$(s6-svstat -u w)" false
run s6-svc -wD -d w
is "-wD -d when it is down: at once" "$rc$err" 0
run s6-svc -wu -u w
is "-wu -u: up" "$rc$err.$(s6-svstat -u w)" 0.true
old=$(pid_of w)
run s6-svc -wu -u w
is "-wu -u when it is up: at once" "$rc$err.$(pid_of w)" "0.$old"
run s6-svc -wu -r -T 9000 w
ok "-wu -r: not before it is up again" test "$rc.$(pid_of w)" != "0.$old"
is "-wu -r: exit 0" "$rc$err.$(s6-svstat -u w)" 0.true
old=$(pid_of w)
run s6-svc -wr -t -T 9000 w
is "-wr -t: exit 0" "$rc$err.$(s6-svstat -u w)" 0.true
ok "-wr -t: another process" test "$(pid_of w)" != "$old"
armed() { [ "$(cat w/armed 2>/dev/null)" = "$(pid_of w)" ]; }
wait_until armed
run s6-svc -wu -h -T 9000 w
is "-wu -h: a signal that is no end" "$rc$err" 0
wait_until s6-svwait -t 9000 -u w
run s6-svc -wr -u -T 20 w
is "-wr -u when it is up: waits for a restart" "$rc" 99
run s6-svc -wd -d slow
is "-wd: does not wait for finish" "$rc$err" 0
is "-wd: finish still runs" "$(s6-svstat -o up,ready slow; s6-svstat slow | grep -c ready)" "false false
0"
run s6-svc -wD -T 20 slow
is "-wD: waits for finish" "$rc" 99
s6-svc -wD -T 9000 slow 2>err &
echo >gate
rc=0; wait $! || rc=$?
is "-wD: until it has ended" "$rc$(cat err)" 0
like "-wD: ready to be started" "$(s6-svstat slow)" 'ready 0 seconds'
run s6-svc -wDx -T 20 w
is "letters after -wX are not taken: a warning" "$rc.$err" "99.s6-svc: warning: ignoring x after -wD: give it as an option of its own
s6-svc: fatal: timed out"

# readiness
run s6-svc -wU -u -T 9000 w slow
is "-wU without notification-fd: as -wu" "$rc" 0
is "-wU without notification-fd: a warning each" "$err" \
	"s6-svc: warning: w/notification-fd not present - ignoring request for readiness notification
s6-svc: warning: slow/notification-fd not present - ignoring request for readiness notification"
service n 'read line <../gate; echo >&3; exec sleep 1000'
echo 3 >n/notification-fd
: >n/down
supervise n
run s6-svc -wU -u -T 50 n
is "-wU: up is not ready" "$rc.$err" "99.s6-svc: fatal: timed out"
s6-svc -wU -T 9000 w n 2>err &
echo >gate
rc=0; wait $! || rc=$?
is "-wU: ready; the other needs not be" "$rc.$(cat err)" \
	"0.s6-svc: warning: w/notification-fd not present - ignoring request for readiness notification"
is "-wU: it is" "$(s6-svstat -ur n)" "true true"
s6-svc -wU -r -T 9000 n 2>err &
echo >gate
rc=0; wait $! || rc=$?
is "-wU -r: waits for the new instance" "$rc$(cat err).$(s6-svstat -ur n)" "0.true true"
s6-svc -wR -t -T 9000 n 2>err &
echo >gate
rc=0; wait $! || rc=$?
is "-wR -t: likewise" "$rc$(cat err).$(s6-svstat -ur n)" "0.true true"

# who cannot be told
run s6-svc -wd -d w never
is "-wd -d, one never supervised: a warning, 0 as it is down" "$rc.$err" \
	"0.s6-svc: warning: unable to control never: supervisor not listening"
is "-wd -d, one never supervised: the other is down" "$(s6-svstat -u w)" false
run s6-svc -wu -u w never
is "-wu -u, one never supervised: exit 111, nothing is done" "$rc.$err" \
	"111.s6-svc: fatal: unable to read status of never: No such file or directory"
is "-wu -u, one never supervised: w is still down" "$(s6-svstat -u w)" false
run s6-svc -wd -d nowhere
is "-wd -d, no such directory: exit 111" "$rc.$err" \
	"111.s6-svc: fatal: unable to subscribe to events for nowhere: No such file or directory"
service gone
supervise gone
s6-svc -wd -T 9000 -d gone
kill $sup
wait $sup
run s6-svc -wu -u w gone
is "-wu -u, one without supervisor: not waited for" "$rc.$err" \
	"102.s6-svc: warning: unable to control gone: supervisor not listening"
is "-wu -u, one without supervisor: the other is up" "$(s6-svstat -u w)" true
run s6-svc -wd -d gone
is "-wd -d without supervisor: down is down" "$rc.$err" \
	"0.s6-svc: warning: unable to control gone: supervisor not listening"

# a failure
service fails 'exit 1'
printf '#!/bin/sh\nexit 125\n' >fails/finish
chmod +x fails/finish
: >fails/down
echo 3 >fails/notification-fd
supervise fails
run s6-svc -wU -u -T 9000 fails
is "a permanent failure: exit 1" "$rc" 1
is "a permanent failure: message" "$err" \
	's6-svc: fatal: some services reported permanent failure or their supervisor died'
rm slow/finish
s6-svc -xd w slow n fails
is "no FIFO is left" "$(ls w/event slow/event n/event fails/event gone/event | grep -c ftrig)" 0
done_testing
