#!/bin/sh
# s6-halt on its own: whom it tells what
. "${0%/*}/../lib.sh"

usage_ok s6-halt
here=$(pwd)
S6_STATEDIR=$here/state
export S6_STATEDIR
run s6-halt word
is "an operand" "$rc" 100
run s6-halt
is "no state directory" "$rc $err" \
	"111 s6-halt: fatal: unable to open the state directory $here/state: No such file or directory"
mkdir -p state/service/.s6-svscan
: >state/settings
run s6-halt
is "nobody there" "$rc $err" \
	"1 s6-halt: fatal: no container runs here: s6-svscan not running on $here/state/service"

# the FIFOs of stage 2 and s6-svscan, with us as both
rm state/phase state/asked.*
mkfifo state/orders state/service/.s6-svscan/control
exec 5<>state/orders 6<>state/service/.s6-svscan/control
# got FD: all that is in it
got() {
	printf . >&"$1"
	got=''
	while :; do
		c=$(dd bs=1 count=1 2>/dev/null <&"$1")
		[ "$c" != . ] || break
		got=$got$c
	done
	echo "$got"
}
# as NAME [WORD...]
mkdir names
as() {
	ln -sf "$bin/s6-halt" "names/$1"
	name=$1
	shift
	run "names/$name" "$@"
}
run s6-halt
is "the first time" "$rc $(got 5) $(got 6) $(cat state/phase)" '0 t t stop'
run s6-halt
is "the second time: no grace" "$rc $(got 5) $(got 6)" '0 k t'
as SIGTERM
is "a first signal during a stop: nothing new" "$rc $(got 5) $(got 6)" '0 t '
as SIGINT
is "a second one" "$rc $(got 5) $(got 6)" '0 k t'
rm state/phase state/asked.*
as SIGPWR
is "a signal first" "$rc $(got 5) $(got 6) $(cat state/phase)" '0 t t stop'
as shutdown -h now
is "a command then, with words" "$rc $(got 5) $(got 6)" '0 t '
rm state/phase state/asked.*
as stopping
is "when a stop begins: stage 2 is told" "$rc $(got 5) $(got 6) $(cat state/phase)" '0 t  stop'
as SIGTERM
is "then a signal: nothing new" "$rc $(got 5) $(got 6)" '0 t '
for h in halt poweroff reboot; do
	rm state/phase state/asked.*
	as $h
	is "$h" "$rc $(got 5) $(got 6)" '0 t t'
done

## passing signals on

rm state/phase state/asked.*
env --default-signal=INT,QUIT sh -c 'for s in TERM INT QUIT USR1 USR2 PWR WINCH; do trap "echo $s >>sigs" $s; done
	touch up; while :; do sleep 0.02; done' &
cmd=$!
wait_until test -e up
echo $cmd >state/cmdpid
as SIGUSR1
is "not asked for: it is the stop" "$rc $(got 5) $(got 6)" '0 t t'
printf 'S6_CMD_RECEIVE_SIGNALS=1\0' >state/settings
want=''
for s in TERM INT QUIT USR1 USR2 PWR WINCH; do
	as SIG$s
	want="$want$s
"
	ok "$s comes through" wait_until sh -c '[ "$(wc -l <sigs)" = '"$(printf %s "$want" | wc -l)"' ]'
done
is "in order, each once" "$(cat sigs)" "${want%?}"
is "and no stop" "$(got 5)$(got 6)" ''
kill -9 $cmd
wait $cmd 2>/dev/null
rm state/cmdpid
rm state/phase state/asked.*
as SIGTERM
is "the CMD is gone: the stop" "$rc $(got 5) $(got 6)" '0 t t'
as SIGWINCH
is "but not for WINCH" "$rc $(got 5) $(got 6)" '0  '

done_testing
