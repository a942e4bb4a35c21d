#!/bin/sh
# s6-svscan: options, files, messages, signals, how it ends
. "${0%/*}/../lib.sh"

usage_ok s6-svscan

# ended: waits for the scanner's end, its exit code in $rc

# handler NAME TEXT: an executable .s6-svscan/NAME
handler() {
	mkdir -p sd/.s6-svscan
	printf '#!/bin/sh\n%s\n' "$2" >"sd/.s6-svscan/$1"
	chmod +x "sd/.s6-svscan/$1"
}

## options and what is in the way

exec 9>&-	# whoever runs the test may have it open

for args in -z '-C x sd' '-L x sd' '-t -1 sd' '-c 1.5 sd' '-C' '-d x sd' '--timeout sd' \
	'--stop-timeout=x sd' '--nonsense sd'; do
	# shellcheck disable=SC2086
	run s6-svscan $args
	is "'$args': exit 100" "$rc" 100
done
# refused MESSAGE CODE ARG...
refused() {
	want=$1 code=$2
	shift 2
	run s6-svscan "$@"
	is "'$*': exit $code" "$rc" "$code"
	is "'$*': message" "$err" "s6-svscan: fatal: $want"
}
mkdir sd
refused 'notif must be 3 or more' 100 -d 2 sd
refused 'invalid notification fd: Bad file descriptor' 100 -d 9 sd
refused 'invalid notification fd: Bad file descriptor' 100 --notification-fd=9 sd
refused 'consoleholder must be 3 or more' 100 -X 1 sd
refused 'invalid console holder fd: Bad file descriptor' 100 --console-holder=4294967295 sd
refused 'unable to chdir to nowhere: No such file or directory' 111 nowhere
touch file
refused 'unable to chdir to file: Not a directory' 111 file
touch sd/.s6-svscan
refused '.s6-svscan exists and is not a directory' 100 sd
rm sd/.s6-svscan
mkdir sd/.s6-svscan
touch sd/.s6-svscan/control
refused '.s6-svscan/control is not a FIFO' 100 sd
rm -r sd/.s6-svscan

## start, readiness, files

mkfifo told
cat told >told.out &
reader=$!
s6-svscan --notification-fd=5 sd 5>told &
scanner=$!
started="$started $scanner"
ok "notification: then closed" wait "$reader"
is "notification: a newline" "$(od -An -c told.out)" '  \n'
ok "notified: listens" s6-svscanctl sd
is "modes" "$(cd sd/.s6-svscan && stat -c '%n %A' . control control-x lock)" ". drwx------
control prw-------
control-x prw-------
lock -rw-------"
refused 'another instance of s6-svscan is already running on the same directory' 100 sd
is "empty: nothing is started" "$(pgrep -P "$scanner")" ''
s6-svscanctl -t sd
scan_ended
is "stopped: exit 0" "$rc" 0
cd sd || exit 111
s6-svscan -c 2 -C 4 -L 20 -t 60000 &
scanner=$!
cd .. || exit 111
started="$started $scanner"
ok "no directory: the current one" wait_until s6-svscanctl sd
s6-svscanctl -b sd
scan_ended
is "left: exit 0" "$rc" 0
run s6-svscan -d 5 sd extra 5>/dev/full & # ends by -t below
scanner=$!
started="$started $scanner"
wait_until s6-svscanctl sd
s6-svscanctl -t sd
scan_ended

## services

newline=$(printf 'new\nline')
long=$(printf '%0250d' 0)
for name in "$newline" ' blank ' -x -- --help "$long" "a'b\"c\$d"; do
	service "sd/$name"
done
service sd/.hidden
touch sd/file
ln -s file sd/link-to-file
# shellcheck disable=SC2016
service sd/fds 'ls -l /proc/self/fd | grep -cE "s6-svscan|signalfd|pipe" >fds.new
grep SigBlk /proc/self/status >>fds.new
mv fds.new fds; exec sleep 1000'
service sd/fds/log 'exec cat'
: >messages
scan sd 2>>messages
for name in "$newline" ' blank ' -x -- --help "$long" "a'b\"c\$d" fds fds/log; do
	ok "service '$name'" wait_until is_up "sd/$name"
done
is "and no other" "$(pgrep -P "$scanner" | wc -l)" 9
is "no warning" "$(cat messages)" ''
wait_until test -e sd/fds/fds
is "a service has its pipe, no other descriptor of ours, no blocked signal" "$(cat sd/fds/fds)" "1
SigBlk:	0000000000000000"
tr '\0' '|' <"/proc/$(pgrep -P "$scanner" -f -- "$long")/cmdline" >cmdline
is "the command line of a supervisor" "$(cat cmdline)" "s6-supervise|$long|"
is "in the scan directory's session" "$(ps -o sid= -p "$(pgrep -P "$scanner" -f -- "$long")")" \
	"$(ps -o sid= -p "$scanner")"
s6-svscanctl -t sd
scan_ended
is "stopped: exit 0" "$rc" 0
notok "nothing is left" s6-svok "sd/$long"
rm -r sd/*

service sd/elevenbytes
service sd/twelve-bytes
: >messages
scan sd -L 5 2>>messages
ok "-L 5 counts as 11" wait_until is_up sd/elevenbytes
is "a longer name is warned of" "$(cat messages)" \
	"s6-svscan: warning: name too long - not spawning service: twelve-bytes"
service sd/later
s6-svscanctl -a sd
ok "another scan" wait_until is_up sd/later
is "but only once" "$(wc -l <messages)" 1
notok "and not started" s6-svok sd/twelve-bytes
s6-svscanctl -t sd
scan_ended
rm -r sd/*

## commands

service sd/a
: >messages
scan sd 2>>messages
wait_until is_up sd/a
printf 'X' >sd/.s6-svscan/control
wait_until test -s messages
is "unknown command" "$(cat messages)" "s6-svscan: warning: received unknown control command: X"
service sd/b
s6-svscanctl -z sd
s6-svscanctl -a sd
ok "scan by command" wait_until is_up sd/b
service sd/c
kill -ALRM "$scanner"
ok "scan by SIGALRM" wait_until is_up sd/c

## signal handlers

kill -USR1 "$scanner"
kill -WINCH "$scanner"
# what comes after them is obeyed: so they have been read, before there is a handler
service sd/after
s6-svscanctl -a sd
ok "signals without a handler do nothing" wait_until is_up sd/after
# shellcheck disable=SC2016
handler SIGUSR1 'echo "$0 $# $PPID" >usr1.new; pwd >>usr1.new; grep SigBlk /proc/self/status >>usr1.new; mv usr1.new usr1'
kill -USR1 "$scanner"
ok "SIGUSR1 runs its handler" wait_until test -e sd/usr1
is "handler: name, no arguments, child, scan directory, no blocked signal" "$(cat sd/usr1)" \
	".s6-svscan/SIGUSR1 0 $scanner
$(cd sd && pwd)
SigBlk:	0000000000000000"
handler SIGTERM 'touch term'
kill -TERM "$scanner"
ok "SIGTERM runs its handler" wait_until test -e sd/term
ok "and stops nothing" is_up sd/a
handler SIGHUP 'touch hup'
service sd/d
kill -HUP "$scanner"
wait_until test -e sd/hup
notok "a diverted SIGHUP does not scan" s6-svok sd/d
: >messages
# another file: a shell may still read the old one
rm sd/.s6-svscan/SIGHUP
printf '#!/nowhere/interpreter\n' >sd/.s6-svscan/SIGHUP
chmod +x sd/.s6-svscan/SIGHUP
kill -HUP "$scanner"
ok "a handler that cannot be run: as without" wait_until is_up sd/d
is "but a warning" "$(cat messages)" \
	"s6-svscan: warning: unable to spawn .s6-svscan/SIGHUP: No such file or directory"
rm sd/.s6-svscan/SIGHUP
mv sd/d gone
mkdir sd/e
kill -HUP "$scanner"
ok "SIGHUP prunes" wait_until lacks gone
chmod -x sd/.s6-svscan/SIGTERM
: >messages
kill -TERM "$scanner"
scan_ended
is "SIGTERM with a handler that is not executable stops" "$rc" 0
is "and warns" "$(grep SIGTERM messages)" \
	"s6-svscan: warning: unable to spawn .s6-svscan/SIGTERM: Permission denied"
rm -r sd/.s6-svscan sd/*

for sig in INT QUIT TERM; do
	service sd/a
	scan sd
	wait_until is_up sd/a
	kill "-$sig" "$scanner"
	scan_ended
	is "SIG$sig stops: exit 0" "$rc" 0
	notok "SIG$sig: the supervisor is gone" s6-svok sd/a
done

## leaving at once

for how in 'kill -ABRT $scanner' 's6-svscanctl -b sd'; do
	handler finish 'echo "$0 $# $$" >finish.out; exit 9'
	scan sd
	wait_until is_up sd/a
	supervisor=$(pgrep -P "$scanner")
	eval "$how"
	scan_ended
	is "$how: finish's exit code" "$rc" 9
	is "$how: finish, no arguments, same process" "$(cat sd/finish.out)" \
		".s6-svscan/finish 0 $scanner"
	ok "$how: the service lives on" is_up sd/a
	kill -TERM "$supervisor"
	wait_until lacks sd/a
done

## finish and crash

stop_with() {
	: >messages
	scan sd 2>>messages
	s6-svscanctl -t sd
	scan_ended
	sed 's/^s6-svscan: //' messages >said
}
# shellcheck disable=SC2016
handler finish 'grep SigBlk /proc/self/status; grep -c "SigIgn.*[13579bdf]...$" /proc/self/status
ls -l /proc/self/fd | grep -cE "s6-svscan|signalfd|sd$"; exit 0'
stop_with >finish.out
is "finish: no signal blocked, SIGPIPE not ignored, no descriptor of ours" "$(cat finish.out)" \
	"SigBlk:	0000000000000000
0
0"
handler crash 'echo "crash $0 $#"; exit 7'
chmod -x sd/.s6-svscan/finish
stop_with >crash.out
is "finish not executable: crash's exit code" "$rc" 7
is "finish not executable: crash, no arguments" "$(cat crash.out)" 'crash .s6-svscan/crash 0'
is "finish not executable: warnings" "$(cat said)" \
	"warning: unable to exec finish script .s6-svscan/finish: Permission denied
warning: executing into .s6-svscan/crash"
printf '#!/nowhere/interpreter\n' >sd/.s6-svscan/finish
chmod +x sd/.s6-svscan/finish
stop_with >crash.out
is "finish without its interpreter: crash" "$rc" 7
rm sd/.s6-svscan/finish
ln -s nowhere sd/.s6-svscan/finish
stop_with >crash.out
is "finish is a dangling link: crash" "$rc" 7
chmod -x sd/.s6-svscan/crash
stop_with
is "crash not executable: 126" "$rc" 126
rm sd/.s6-svscan/crash
stop_with
is "no crash: 127" "$rc" 127
is "no crash: says so" "$(sed -n '$p' said)" \
	"fatal: unable to exec .s6-svscan/crash: No such file or directory"
rm sd/.s6-svscan/finish
stop_with
is "no finish: 0" "$rc" 0

## a service that ends all

# end_by TEXT: the supervisor of sd/a leaves that word, of its own pid for %, and exits
end_by() {
	: >messages
	scan sd 2>>messages
	wait_until is_up sd/a
	own=$(pgrep -P "$scanner" -f '^s6-supervise a$')
	printf '%s' "$1" | sed "s/%/$own/" >sd/a/supervise/ended
	s6-svc -xd sd/a
}
end_by '7 %'
scan_ended
is "ended: exit with its code" "$rc" 7
scan sd
wait_until is_up sd/a
notok "ended: the next supervisor takes the word away" test -e sd/a/supervise/ended
s6-svscanctl -t sd
scan_ended
is "ended: and it ends nothing more" "$rc" 0
end_by '255 %
'
scan_ended
is "ended: 255 and a newline" "$rc" 255
# shellcheck disable=SC2016
handler finish 'echo "$# $1 $S6_EXITCODE"; exit 3'
end_by '0 %' >finish.out
scan_ended
is "ended: finish decides" "$rc" 3
is "ended: finish gets the code" "$(cat finish.out)" "1 0 0"
rm sd/.s6-svscan/finish
for word in '256 %' x '' 7 '7 x' '7 %x' '-1 %'; do
	end_by "$word"
	ok "ended: '$word' ends nothing" wait_until test -s messages
	is "ended: '$word': a warning" "$(cat messages)" \
		"s6-svscan: warning: invalid a/supervise/ended"
	[ "$word" != x ] || ok "ended: '$word': restarted" wait_until is_up sd/a
	s6-svscanctl -t sd
	scan_ended
	is "ended: '$word': exit 0" "$rc" 0
done
end_by '7 1'
s6-svc -xd sd/a
wait_until is_up sd/a
s6-svscanctl -t sd
scan_ended
is "ended: said by another process: is nothing" "$rc.$(cat messages)" 0.

## a scan that is ordered during a stop starts nothing

mkdir -p late/old more/new
printf '#!/bin/sh\ntrap "" TERM\ntouch up\nwhile :; do sleep 0.02; done\n' >late/old/run
printf '#!/bin/sh\nexec sleep 1000\n' >more/new/run
chmod +x late/old/run more/new/run
s6-svscan --stop-timeout=1500 late 2>late.err &
late=$!
wait_until test -e late/old/up
s6-svscanctl -t late
mv more/new late/new
s6-svscanctl -an late
wait $late
is "a scan during a stop: exit 0" "$?" 0
notok "a scan during a stop: nothing is started" test -e late/new/supervise


# what supervisors are told is theirs alone
service env/web 'env >env
	mv env said
	exec sleep 1000'
mkdir -p env/.s6-svscan
printf '#!/bin/sh\nenv >handled.new\nmv handled.new handled\n' >env/.s6-svscan/SIGUSR1
chmod +x env/.s6-svscan/SIGUSR1
scan env
wait_until test -s env/web/said
kill -USR1 "$scanner"
wait_until test -s env/handled
notok 'no service inherits it' grep -q '^SEXTET_ORIGIN' env/web/said
notok 'nor does a handler' grep -q '^SEXTET_ORIGIN' env/handled
ok 'a supervisor got it' sh -c 'tr "\\0" "\\n" <"/proc/$(s6-svstat -o pid env/web)/../$(cut -d " " -f 4 "/proc/$(s6-svstat -o pid env/web)/stat")/environ" | grep -q "^SEXTET_ORIGIN='"$scanner"':"'
s6-svscanctl -t env
scan_ended
done_testing
