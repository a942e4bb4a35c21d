#!/bin/sh
# every command that s6-supervise obeys, byte by byte
. "${0%/*}/../lib.sh"

# a service that notes the signals it gets, and a child in its group that does
traps='t=$1
	shift
	for s; do trap "echo $s >>$t" $s; done
	echo up >>$t
	while :; do sleep 0.01; done'
cat >catch <<END
#!/bin/sh
$traps
END
chmod +x catch
catch=$PWD/catch
all='ALRM ABRT QUIT HUP TERM INT USR1 USR2 WINCH CONT'
service all "exec $catch caught $all"
service plain "$catch ../group $all & echo \$! >child; exec $catch caught $all"
service short 'exec sleep 1000'
echo 0 >short/restart-delay
for s in all short plain; do
	hear $s
	# the shell makes its background processes ignore INT and QUIT
	env --default-signal=INT,QUIT s6-supervise $s 2>$s.err &
	started="$started $!"
	wait_until heard $s su
done
wait_until [ -s all/caught ]
wait_until [ -s group ]

caught() { [ "$(tail -n 1 "$1")" = "$2" ]; }
for pair in a:ALRM b:ABRT q:QUIT h:HUP t:TERM i:INT 1:USR1 2:USR2 y:WINCH c:CONT r:TERM l:HUP; do
	: >all/caught
	tell all "${pair%:*}"
	ok "${pair%:*} sends ${pair#*:}" wait_until caught all/caught "${pair#*:}"
done
is "r and l: still wanted up" "$(state all up,wantedup)" "true true"
for pair in l:USR1 r:USR2; do
	case $pair in l:*) echo usr1 >all/reload-signal ;; *) echo SIGUSR2 >all/down-signal ;; esac
	: >all/caught
	tell all "${pair%:*}"
	ok "${pair%:*} with a signal of the service's own" wait_until caught all/caught "${pair#*:}"
done
: >all/caught
tell all d
ok "d sends the down signal" wait_until grep -qx USR2 all/caught
ok "and CONT" wait_until grep -qx CONT all/caught
is "it survives: up, wanted down" "$(state all up,wantedup)" "true false"
tell all u
wait_until is_state all wantedup true
echo SIGBOGUS >all/down-signal
: >all/caught
tell all r
ok "an invalid down-signal: TERM" wait_until caught all/caught TERM
is "and one complaint" "$(cat all.err)" "s6-supervise all: warning: invalid down-signal"
rm all/down-signal

# stop and continue, one process or the group
stopped() {
	case $(ps -o stat= -p "$1") in
	T*) ;;
	D*) ps -o stat= --ppid "$1" | grep -q ^T ;;	# its vfork, before the exec
	*) return 1 ;;
	esac
}
running() { ! stopped "$1"; }
pid=$(state plain pid)
child=$(cat plain/child)
tell plain p
wait_until stopped "$pid"
ok "p stops run" stopped "$pid"
ok "and shows" wait_until is_state plain paused true
ok "but not its group" running "$child"
tell plain c
ok "c continues it" wait_until running "$pid"
ok "and shows" wait_until is_state plain paused false
tell plain P
ok "P stops the group" wait_until stopped "$child"
ok "and run" wait_until stopped "$pid"
ok "and shows" wait_until is_state plain paused true
tell plain C
ok "C continues the group" wait_until running "$child"
ok "and run" wait_until running "$pid"
ok "nothing of this is an event" heard plain su only
tell plain p
wait_until stopped "$pid"
tell plain OK
wait_until heard plain sudD
ok "K kills the group, stopped or not" wait_until sh -c "! kill -0 $child"
is "run was killed" "$(state plain signal)" SIGKILL
tell plain cpPCKabqhkti12yrl
tell plain u
wait_until heard plain sudDu
ok "signals to nobody do nothing" heard plain sudDu only

# down, up, once, no more
tell short d
wait_until heard short sudD
is "d: down and wanted down" "$(state short up,wantedup)" "false false"
notok "and no file down" [ -e short/down ]
tell short d
tell short O
tell short o
wait_until heard short sudDu
is "o: up, but wanted down" "$(state short up,wantedup)" "true false"
tell short t
wait_until heard short sudDudD
is "and not again" "$(state short up,wantedup)" "false false"
tell short u
wait_until heard short sudDudDu
tell short O
wait_until is_state short wantedup false
is "O: up, not wanted" "$(state short up)" true
tell short u
wait_until is_state short wantedup true
tell short o
wait_until is_state short wantedup false
ok "o when up is O" [ "$(state short up)" = true ]
tell short k
wait_until heard short sudDudDudD
tell short U
wait_until heard short sudDudDudDu
tell short D
wait_until heard short sudDudDudDudD
ok "D makes the file down" [ -e short/down ]
tell short U
wait_until heard short sudDudDudDudDu
notok "U removes it" [ -e short/down ]
tell short Q
wait_until is_state short wantedup false
ok "Q makes it too" [ -e short/down ]
is "and lets the service be" "$(state short up)" true
tell short U
wait_until is_state short wantedup true

# everything else, and a flood of it
old=$(state short pid)
head -c 300000 /dev/zero | tr '\0' 'zZ' >short/supervise/control
printf '\377\001\n XYefgjmnsvwABEFGHIJLMNRSTVWXYZ0345' >short/supervise/control
# what we know is left out
head -c 700000 /dev/urandom | tr -d 'abqhkti12pcyPCKrldDuUoOQx' >short/supervise/control
tell short p
ok "what is no command does nothing, however much of it" wait_until is_state short paused true
is "the service has not noticed" "$(state short pid)" "$old"
tell short c

# files that cannot be made
service ro 'exec sleep 1000'
s6-supervise ro 2>ro.err &
started="$started $!"
wait_until is_state ro up true
mkdir ro/down
tell ro DU
wait_until grep -q unlink ro.err
is "a directory called down: said, and the rest is done" "$(cat ro.err)" \
	"s6-supervise ro: warning: unable to unlink down: Is a directory"

# the last words
tell short x
wait_until is_state short up true
ok "x: leaves only when the service is down" s6-svok short
tell short d
ok "and then does" wait_until heard short sudDudDudDudDudDx
tell plain dK
wait_until is_state plain up false
tell plain x
tell all xdk
ok "x when down: leaves at once" wait_until sh -c '! s6-svok plain'

done_testing
