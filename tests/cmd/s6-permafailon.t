#!/bin/sh
# s6-permafailon: enough deaths of the right kind give up on the service
. "${0%/*}/../lib.sh"
. "$top/tests/tally.sh"

usage_ok s6-permafailon
usage="s6-permafailon: usage: s6-permafailon seconds deathcount statuslist prog..."
for args in '' '60 2' 'x 1 1 true' '60 x 1 true' '60 0 1 true' '-1 1 1 true' '4294967296 1 1 true'; do
	# shellcheck disable=SC2086
	run s6-permafailon $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done

tally . 100,1,0 50,143,15 10,1,0 5,255,0 3,134,6 1,7,0
fails() {	# SECONDS COUNT LIST CAUSE
	run s6-permafailon "$1" "$2" "$3" echo chained
	is "$1 $2 '$3': permanent failure" "$rc:$out:$err" "125::s6-permafailon: info: PERMANENT FAILURE triggered after $2 events involving $4 in the last $1 seconds"
}
goes_on() {
	run s6-permafailon "$1" "$2" "$3" echo chained
	is "$1 $2 '$3': goes on" "$rc:$out:$err" 0:chained:
}
invalid() {
	run s6-permafailon 60 1 "$1" touch ran
	is "'$1': $2" "$rc:$err" "100:s6-permafailon: fatal: $2"
}
goes_on 60 2 1
fails 600 2 1 'exit code 1'
fails 60 1 SIGTERM 'signal 15'
for name in sigterm TERM term SIG15 sig15; do fails 60 1 $name 'signal 15'; done
goes_on 60 1 15
fails 60 1 143 'signal 15'
fails 60 1 0-255 'signal 15'
fails 60 4 0-255 'signal 6'
fails 60 3 1,7,SIGABRT 'exit code 7'
fails 60 3 '1 7;SIGABRT' 'exit code 7'
fails 60 3 '1, 7,, SIGABRT,' 'exit code 7'
fails 60 3 "1	7
SIGABRT" 'exit code 7'
goes_on 60 4 1,7,SIGABRT
fails 60 2 5-10,200-255 'exit code 7'
goes_on 60 1 2-6
goes_on 0 1 7
goes_on 60 1 ''
goes_on 60 9999 0-255
fails 4294967295 1 1 'exit code 1'
fails 60 1 007 'exit code 7'
invalid 256 'invalid exit code'
invalid 99999999999 'invalid exit code'
invalid 1-300 'invalid exit code'
invalid 5-1 'invalid interval'
invalid 1- 'invalid interval specification'
invalid 1--5 'invalid interval specification'
for list in -5 1-5-7 1x ',' ' 1' x SIGBOGUS SIG '7|3' SIGTERMINATEDFOREVER; do
	invalid "$list" 'invalid status list specification'
done
invalid SIG99 'invalid signal'
invalid SIG0 'invalid signal'
notok "the program is not run then" test -e ran

run s6-permafailon 60 1 9
is "no program: 0" "$rc$out$err" 0
run s6-permafailon 60 1 9 nonesuch
is "program not found: 127" "$rc:$err" "127:s6-permafailon: fatal: unable to exec nonesuch: No such file or directory"
run s6-permafailon 60 1 9 ./supervise
is "program cannot run: 126" "$rc:$err" "126:s6-permafailon: fatal: unable to exec ./supervise: Permission denied"
run s6-permafailon 60 1 9 sh -c 'exit 3'
is "the program's own exit code" "$rc" 3

tally . -1000,7,0
fails 60 1 7 'exit code 7'
printf x >>supervise/death_tally
run s6-permafailon 60 1 7 echo chained
is "an invalid tally" "$rc:$out:$err" "0:chained:s6-permafailon: warning: invalid supervise/death_tally"
rm supervise/death_tally
run s6-permafailon 60 1 7 echo chained
is "no tally" "$rc:$out:$err" \
	"0:chained:s6-permafailon: warning: unable to read supervise/death_tally: No such file or directory"
rmdir supervise
run s6-permafailon 60 1 7 echo chained
is "no service directory" "$rc:$out:$err" \
	"0:chained:s6-permafailon: warning: unable to read supervise/death_tally: No such file or directory"
done_testing
