#!/bin/sh
# s6-init-stage3 on its own: lines, cont-finish.d, the code, ending what is left
. "${0%/*}/../lib.sh"

usage_ok s6-init-stage3
here=$(pwd)
S6_STATEDIR=$here/state
export S6_STATEDIR
run s6-init-stage3
is "no state directory" "$rc $err" \
	"111 s6-init-stage3: fatal: unable to open the state directory $here/state: No such file or directory"
mkdir -p state/etc/cont-finish.d state/env-stage3 state/service/.s6-svscan
: >state/settings
run s6-init-stage3 x
is "no code" "$rc" 100
run s6-init-stage3 256
is "too great a code" "$rc" 100

rmdir state/etc/cont-finish.d
end='[s6-finish] waiting for services.
[s6-finish] sending all processes the TERM signal.
[s6-finish] sending all processes the KILL signal and exiting.'
run s6-init-stage3
is "nothing to do" "$rc $out$err" "0 $end"
run s6-init-stage3 17
is "the code of a service" "$rc" 17
is "is noted" "$(cat state/env-stage3/S6_STAGE2_EXITED)" 17
is "the phase" "$(cat state/phase)" stop

## scripts

rm state/env-stage3/*
mkdir state/etc/cont-finish.d
cd state/etc/cont-finish.d || exit 1
printf '#!/bin/sh\necho "$VALUE in $(pwd)"; exit 3\n' >'a-1 one'
printf '#!/bin/sh\nprintf 9 >$S6_STATEDIR/env-stage3/S6_STAGE2_EXITED\n' >b-2
printf '#!/bin/sh\ntrap "" TERM; sleep 1000 & echo $! >$S6_STATEDIR/left; exec sleep 1001\n' >c-3
printf 'echo four' >d-4
: >.hidden
chmod +x 'a-1 one' b-2 c-3
cd "$here" || exit 1
printf 'a value' >state/env-stage3/VALUE
printf 'S6_KILL_FINISH_MAXTIME=300\0S6_KILL_GRACETIME=0\0' >state/settings
run s6-init-stage3
is "exit: what a script chose" "$rc" 9
is "lines" "$out" "[cont-finish.d] executing container finish scripts...
[cont-finish.d] a-1 one: executing... 
a value in /
[cont-finish.d] a-1 one: exited 3.
[cont-finish.d] b-2: executing... 
[cont-finish.d] b-2: exited 0.
[cont-finish.d] c-3: executing... 
[cont-finish.d] c-3: exited 137.
[cont-finish.d] d-4: executing... 
four
[cont-finish.d] d-4: exited 0.
[cont-finish.d] done.
$end"
is "a script without #! and without x" "$err" \
	"s6-init-stage3: warning: $here/state/etc/cont-finish.d/d-4 has no #! line - running it with /bin/sh"
notok "what a script left behind is gone" kill -0 "$(cat state/left)" 2>/dev/null
printf 'S6_VERBOSITY=0\0S6_SYNC_DISKS=1\0' >state/settings
rm -r state/etc/cont-finish.d
run s6-init-stage3
is "S6_VERBOSITY=0" "$out$err" ''
printf 'S6_SYNC_DISKS=1\0' >state/settings
run s6-init-stage3
like "S6_SYNC_DISKS" "$out" '^\[s6-finish\] syncing disks\.$'

## what is left: with time to act, and the bound

printf 'S6_KILL_GRACETIME=10000\0' >state/settings
mkdir state/etc/cont-finish.d
rm -r state/env-stage3/S6_STAGE2_EXITED state/container-results
cat >state/etc/cont-finish.d/1 <<'END'
#!/bin/sh
cd "$S6_STATEDIR" || exit
(trap 'echo termed >termed; exit' TERM; touch up1; while :; do sleep 0.02; done) &
(trap 'echo hupped >hupped; exit' HUP; trap '' TERM; touch up2; while :; do sleep 0.02; done) &
until [ -e up1 ] && [ -e up2 ]; do sleep 0.02; done
END
before=$(date +%s)
run s6-init-stage3
is "what traps TERM gets it" "$(cat state/termed)" termed
is "what ignores TERM gets HUP" "$(cat state/hupped)" hupped
ok "no longer than needed" test $(($(date +%s) - before)) -lt 8
rm state/up1
cat >state/etc/cont-finish.d/1 <<'END'
#!/bin/sh
cd "$S6_STATEDIR" || exit
(trap '' TERM HUP; echo $$; exec sh -c 'echo $$ >left; touch up1; exec sleep 1000') &
until [ -e up1 ]; do sleep 0.02; done
END
s6-init-stage3 >out 2>&1 &
three=$!
ok "the bound has begun" wait_until grep -q 'TERM signal' out
kill -TERM $three
ok "a first signal is what it does already" kill -0 "$(cat state/left)"
kill -TERM $three
rc=0
wait $three || rc=$?
is "a second one: no more grace" "$rc" 0
notok "it is killed" kill -0 "$(cat state/left)" 2>/dev/null

done_testing
