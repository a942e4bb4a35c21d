#!/bin/sh
# How a tree is stopped: its order, its bounds, who may be the cause.
. "${0%/*}/../lib.sh"

now_ms() {
	date +%s%3N
}
# finish NAME TEXT
finish() {
	printf '#!/bin/sh\n%s\n' "$2" >"sd/$1/finish"
	chmod +x "sd/$1/finish"
}

## the last words of a service reach its logger

mkdir sd
service sd/web 'trap "echo last words; exit 0" TERM; echo first words; touch ready; while :; do sleep 0.02; done'
finish web 'echo finish said'
service sd/web/log 'exec cat >out'
scan sd
wait_until test -e sd/web/ready
wait_until is_up sd/web/log
s6-svscanctl -t sd
scan_ended
is "-t: exit 0" "$rc" 0
is "-t: the logger has it all" "$(cat sd/web/log/out)" "first words
last words
finish said"

# a logger that does not heed its EOF: -t waits for it, -q does not
service sd/web/log 'trap "touch termed; exit 0" TERM; cat >out; while :; do sleep 0.02; done'
rm sd/web/ready
scan sd
wait_until test -e sd/web/ready
wait_until is_up sd/web/log
web=$(s6-svstat -o pid sd/web)
s6-svscanctl -t sd
ok "-t: the service stops" wait_until gone "$web"
ok "-t: the logger is left to itself" is_up sd/web/log
s6-svscanctl -q sd
scan_ended
ok "-q after -t: the logger got SIGTERM" test -e sd/web/log/termed
is "-q after -t: exit 0" "$rc" 0
rm -r sd/*

## a service that heeds nothing

# the newest sleep is another session's: only its descent betrays it
cat >stubborn <<'END'
trap "" TERM HUP INT
sleep 1001 &
setsid sleep 1002 &
touch ready
while :; do sleep 0.1; done
END
# the ones of this tree only
descendants() {
	for p in $(pgrep -f '^sleep 100[123]$'); do
		case $(readlink "/proc/$p/cwd") in "$PWD"/*) return 0 ;; esac
	done
	return 1
}
service sd/stubborn "$(cat stubborn)"
service sd/stubborn/log 'exec cat'
service sd/good
scan sd --stop-timeout=300 2>>messages
wait_until test -e sd/stubborn/ready
wait_until is_up sd/good
start=$(now_ms)
s6-svscanctl -t sd
scan_ended
took=$(($(now_ms) - start))
is "--stop-timeout: exit 0" "$rc" 0
ok "--stop-timeout: not before ($took ms)" [ "$took" -ge 300 ]
ok "--stop-timeout: soon after ($took ms)" [ "$took" -lt 3000 ]
like "--stop-timeout: names the service" "$(cat messages)" \
	'^s6-svscan: warning: stubborn does not stop - killing it$'
notok "--stop-timeout: and no other" grep -q good messages
notok "the service is gone, with all that descends from it" descendants

# a supervisor that is stopped hears nothing either
service sd/frozen "setsid sleep 1003 & touch ready
$(cat stubborn)"
rm -r sd/stubborn
: >messages
scan sd --stop-timeout=100 2>>messages
wait_until test -e sd/frozen/ready
frozen=$(s6-svstat -o pid sd/frozen)
supervisor=$(pgrep -P "$scanner" -f '^s6-supervise frozen$')
kill -STOP "$supervisor"
s6-svscanctl -t sd
scan_ended
is "stopped supervisor: exit 0" "$rc" 0
ok "stopped supervisor: is gone" gone "$supervisor"
ok "stopped supervisor: its service is gone" gone "$frozen"
notok "stopped supervisor: its descendants are gone" descendants
rm -r sd/*

## the catch-all logger

mkdir sd/s6-svscan-log
mkfifo sd/s6-svscan-log/fifo
service sd/s6-svscan-log 'trap "" TERM; echo console hears >&2; exec cat <fifo >out'
service sd/talks 'echo to the catch-all; echo and on stderr >&2; touch ready; exec sleep 1000'
finish talks 'echo farewell'
# shellcheck disable=SC2094
catch_all() {
	exec 4>&1 >sd/s6-svscan-log/fifo 2>&1 9>&-
	exec s6-svscan -X 4 sd
}
mkdir -p sd/.s6-svscan
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "finish hears $1"; echo and stderr >&2\n' >sd/.s6-svscan/finish
chmod +x sd/.s6-svscan/finish
exec 9<>sd/s6-svscan-log/fifo
catch_all >console &
scanner=$!
started="$started $scanner"
wait_until test -e sd/talks/ready
wait_until is_up sd/s6-svscan-log
exec 9>&-
: >sd/s6-svscan-log/notadir
s6-svscanctl -a sd
# a warning goes to the catch-all as well
printf 'X' >sd/.s6-svscan/control
ok "catch-all: gets our warnings" wait_until grep -q 'unknown control command' sd/s6-svscan-log/out
s6-svscanctl -t sd
scan_ended
is "catch-all: stopped, though it ends last" "$rc" 0
is "catch-all: heard everybody" "$(grep -v unknown sd/s6-svscan-log/out)" "to the catch-all
and on stderr
farewell"
is "console: its stderr, and what comes after it" "$(cat console)" "console hears
finish hears 
and stderr"
rm -r sd/* sd/.s6-svscan

## ends-container

service sd/main 'while [ ! -e ../../go ]; do sleep 0.02; done; exit 42'
finish main 'echo finish >finished'
echo any >sd/main/ends-container
service sd/other
service sd/main/log 'exec cat'
scan sd
wait_until is_up sd/other
wait_until is_up sd/main
touch go
scan_ended
is "ends-container: its exit code is ours" "$rc" 42
ok "ends-container: after its finish" test -e sd/main/finished
notok "ends-container: the others are stopped" s6-svok sd/other
rm go
echo failure >sd/main/ends-container
# shellcheck disable=SC2016
service sd/main 'echo >>starts; [ "$(wc -l <starts)" -lt 2 ] || kill -KILL $$'
scan sd
scan_ended
is "ends-container: failure: not the exit 0, but the signal" "$rc" 137
is "ends-container: failure: at the second death" "$(wc -l <sd/main/starts)" 2
rm sd/main/starts
service sd/main
scan sd
wait_until is_up sd/main
s6-svscanctl -t sd
scan_ended
is "ends-container: a stop is no failure" "$rc" 0

# told to stop when its logger has hardly begun to live
rm -rf sd
service sd/brief 'echo words'
: >sd/brief/ends-container
service sd/brief/log 'exec cat >>out'
n=0
while [ $n -lt 30 ]; do
	n=$((n + 1))
	run s6-svscan sd
	[ "$rc" = 0 ] || break
done
is "a service that ends all at once: always exit 0" "$rc" 0
is "and its words are always logged" "$(wc -l <sd/brief/log/out)" 30

# stopped while the logger waits for its second to pass
rm -rf sd
service sd/web 'trap "echo last words; exit 0" TERM; touch ready; while :; do sleep 0.02; done'
service sd/web/log 'exec cat >>out'
is_down() {
	! s6-svok sd/web/log
}
scan sd
wait_until test -e sd/web/ready
wait_until is_up sd/web/log
s6-svc -xd sd/web/log
wait_until is_down
s6-svscanctl -t sd
scan_ended
is "stopped between two lives of the logger: exit 0" "$rc" 0
is "it still gets the last words" "$(cat sd/web/log/out)" "last words"

## told a second time; who hears of a stop; what finish is handed

rm -rf sd
service sd/stubborn 'trap "" TERM; touch ready; while :; do sleep 0.02; done'
mkdir -p sd/.s6-svscan
printf '#!/bin/sh\ntouch stopping.ran\n' >sd/.s6-svscan/stopping
printf '#!/bin/cat /proc/self/status\n' >sd/.s6-svscan/finish
chmod +x sd/.s6-svscan/stopping sd/.s6-svscan/finish
: >messages
scan sd --stop-timeout=100000 2>messages >finish.out
wait_until test -e sd/stubborn/ready
s6-svscanctl -t sd
ok "stopping runs when the stop begins" wait_until test -e sd/stopping.ran
ok "it has its time" s6-svok sd/stubborn
s6-svscanctl -t sd
scan_ended
is "told again: that is over" "$rc $(cat messages)" \
	'0 s6-svscan: warning: stubborn does not stop - killing it'
is "nothing is blocked for finish" "$(sed -n 's/^SigBlk:[^0-9a-f]*//p' finish.out)" 0000000000000000
rm -rf sd/stubborn
scan sd --hand-over >finish.out
s6-svscanctl -t sd
scan_ended
like "--hand-over: its signals stay blocked" "$(grep SigBlk finish.out)" '^SigBlk:.*[4-7c-f]...$'

## an essential child

printf '#!/bin/sh\necho "finish $1"\n' >sd/.s6-svscan/finish
# essential SCRIPT: runs beside a scanner that was the shell which started it
essential() {
	sh -c 'sh -c "$1" & echo $! >essential.pid; exec s6-svscan --essential=$! sd' sh "$1" \
		>finish.out 2>messages &
	scanner=$!
	started="$started $scanner"
	wait_until s6-svscanctl sd
}
essential 'exec sleep 1000'
kill -9 "$(cat essential.pid)"
scan_ended
is "it is killed: the tree stops" "$(cat finish.out messages)" "finish 137
s6-svscan: warning: the essential process has failed - stopping"
mkfifo go
essential 'read -r x <go; exit "$x"'
echo 3 >go
scan_ended
is "it fails: so" "$(cat finish.out)" 'finish 3'
essential 'read -r x <go; exit "$x"'
echo 0 >go
ok "it ends" wait_until gone "$(cat essential.pid)"
ok "nothing happens" s6-svscanctl -z sd
s6-svscanctl -t sd
scan_ended
is "no code" "$(cat finish.out messages)" 'finish '

done_testing
