#!/bin/sh
# s6-init on its own: a place of its own (S6_STATEDIR), no services, not process 1
. "${0%/*}/../lib.sh"

usage_ok s6-init
here=$(pwd)
S6_STATEDIR=$here/state
export S6_STATEDIR
info='s6-init: info: not process 1: what does not descend from here is left alone at the end'

## the CMD

run s6-init sh -c 'echo out; echo err >&2; exit 3'
is "the exit code is the CMD's" "$rc" 3
is "lines" "$out" "[s6-init] making user provided files available at $here/state/etc...exited 0.
[s6-init] ensuring user provided files have correct perms...exited 0.
out
[cmd] sh exited 3
[s6-finish] waiting for services.
[s6-finish] sending all processes the TERM signal.
[s6-finish] sending all processes the KILL signal and exiting."
is "its stderr, and one line that it is not process 1" "$err" "$info
err"
S6_VERBOSITY=1
export S6_VERBOSITY
run s6-init sh -c 'exit 4'
is "S6_VERBOSITY=1: what fails" "$rc $out$err" "4 [cmd] sh exited 4"
S6_VERBOSITY=0
run s6-init -- sh -c 'kill -9 $$'
is "S6_VERBOSITY=0; killed" "$rc$out$err" 137
run s6-init /nowhere/program
is "no such program" "$rc $err" "127 s6-init-stage2: warning: unable to spawn /nowhere/program: No such file or directory"
run s6-init /
is "not executable" "$rc $err" "126 s6-init-stage2: warning: unable to spawn /: Permission denied"
run s6-init true
is "0" "$rc$out$err" 0
printf 'echo "no line, $1"; exit 5\n' >bare
chmod +x bare
run s6-init ./bare 'one  arg'
is "a script without #!" "$rc $out" '5 no line, one  arg'

## words

S6_CMD_ARG0='/bin/sh -c'
export S6_CMD_ARG0
run s6-init 'echo $0; exit 6' name
is "S6_CMD_ARG0: words" "$rc $out" '6 name'
printf '#!/bin/sh\necho "$@"\n' >'a program'
chmod +x 'a program'
S6_CMD_ARG0="$here/a program"
run s6-init x 'y z'
is "S6_CMD_ARG0: one program" "$rc $out" '0 x y z'
S6_CMD_ARG0='sh -c pwd'
run s6-init
is "S6_CMD_ARG0 alone; the working directory" "$rc $out" "0 $here"
unset S6_CMD_ARG0

## environment

run env S6_VERBOSITY=1 a/b=1 .c=2 a.b-c=3 s6-init true
is "variables that cannot be files" "$rc $(printf '%s\n' "$err" | grep -v ': info: ')" \
	'0 s6-init: warning: variables that with-contenv and the CMD will not have: 2 - such a name cannot be that of a file'

FOO=' a
b ' S6_KILL_GRACETIME=99
export FOO S6_KILL_GRACETIME
run s6-init sh -c 'echo "$FOO/$CWD/$S6_LOGGING/$S6_STATEDIR"; cat $S6_STATEDIR/container_environment/FOO
	cat $S6_STATEDIR/workdir $S6_STATEDIR/phase'
is "the container's" "$out" " a
b /$here/0/$here/state
 a
b 
$here
run"
S6_CMD_CLEAN_ENV=1 run s6-init env
like "S6_CMD_CLEAN_ENV: PATH" "$out" '^PATH=.*/command:'
is "S6_CMD_CLEAN_ENV: no more" "$(printf '%s\n' "$out" | sed 's/=.*//' | sort | tr '\n' ' ')" "PATH S6_STATEDIR "
S6_KEEP_ENV=1 run s6-init sh -c 'echo "$FOO/"; ls $S6_STATEDIR/container_environment'
like "S6_KEEP_ENV: it is there" "$out" '^b /$'
like "S6_KEEP_ENV: and not in files" "$err" 'No such file'
unset FOO
(
	unset PATH
	"$bin/s6-init" /bin/sh -c 'echo $PATH'
) >out 2>&1
is "no PATH" "$(cat out)" "/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
S6_KILL_GRACETIME=3s S6_LOGGING=x run s6-init true
is "bad values" "$rc $(printf '%s\n' "$err" | sort -r)" "0 s6-init: warning: invalid value of S6_LOGGING: x - it counts as unset
s6-init: warning: invalid value of S6_KILL_GRACETIME: 3s - it counts as unset"
unset S6_KILL_GRACETIME

## refusals, order

S6_STATEDIR=relative run s6-init true
is "a relative place" "$rc $err" "100 s6-init: fatal: unable to use S6_STATEDIR=relative: Invalid argument"
: >file
S6_STATEDIR=$here/file/x run s6-init true
is "no place" "$rc" 100
run s6-init sh -c 's6-init true'
is "a container in the container's place" "$rc $err" \
	"100 s6-init: fatal: a container runs here already: s6-svscan is running on $here/state/service"
echo stale >state/stale
run s6-init sh -c 'ls $S6_STATEDIR/stale'
is "a new life: nothing is left of the old one" "$rc" 2
mkfifo closing
(
	S6_WAIT_FOR_CLOSING_FD=3 s6-init sh -c 'echo begun >begun' 3<closing
) &
exec 4>closing
echo one >&4
notok "S6_WAIT_FOR_CLOSING_FD: it waits" test -e begun
exec 4>&-
ok "until it is closed" wait_until test -e begun
wait

done_testing
