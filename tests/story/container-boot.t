#!/bin/sh
# the boot of a container: what runs, in which order, with what, and every line of it
. "${0%/*}/../lib.sh"
. "$top/tests/container.sh"
container_works || skip_all "no PID namespaces here"

end='[s6-finish] waiting for services.
[s6-finish] sending all processes the TERM signal.
[s6-finish] sending all processes the KILL signal and exiting.'
begin='[s6-init] making user provided files available at /var/run/s6/etc...exited 0.
[s6-init] ensuring user provided files have correct perms...exited 0.'

container_root c
run container c true
is "nothing provided: no block" "$rc $out$err" "0 $begin
[cmd] true exited 0
$end"

## lines, to the byte

mkdir c/data c/etc/fix-attrs.d
: >c/data/f
echo '/data true daemon 0640 0750' >c/etc/fix-attrs.d/01-data
cd c/etc || exit 1
script cont-init.d/01-one 'echo one; echo "in $(pwd) as $(id -u)"'
script cont-init.d/02-two 'cat; exit 2'
script 'cont-init.d/03 a blank' 'echo three >&2'
script cont-init.d/.hidden 'echo hidden'
script cont-init.d/10-ten 'tr "\0" "\n" <"/proc/$$/environ" | sed "s/=.*//" | sort'
script cont-finish.d/01-fin 'echo "fin in $(pwd)"; exit 1'
mkdir services.d
cd ../.. || exit 1
echo input >input
container c SECRET=x sh -c 'echo "$SECRET"; exit 3' <input >out 2>err
rc=$?
is "the CMD's code" "$rc" 3
is "lines" "$(sed '/^\[services.d\]/d' out)" "$begin
[fix-attrs.d] applying ownership & permissions fixes...
[fix-attrs.d] 01-data: applying... 
[fix-attrs.d] 01-data: exited 0.
[fix-attrs.d] done.
[cont-init.d] executing container initialization scripts...
[cont-init.d] 01-one: executing... 
one
in / as 0
[cont-init.d] 01-one: exited 0.
[cont-init.d] 02-two: executing... 
input
[cont-init.d] 02-two: exited 2.
[cont-init.d] 03 a blank: executing... 
[cont-init.d] 03 a blank: exited 0.
[cont-init.d] 10-ten: executing... 
PATH
S6_STATEDIR
[cont-init.d] 10-ten: exited 0.
[cont-init.d] done.
x
[cmd] sh exited 3
[cont-finish.d] executing container finish scripts...
[cont-finish.d] 01-fin: executing... 
fin in /
[cont-finish.d] 01-fin: exited 1.
[cont-finish.d] done.
$end"
is "what scripts say on stderr, and nothing else" "$(cat err)" three
is "fix-attrs.d was applied" "$(stat -c '%u %a' c/data c/data/f)" '1 750
1 640'
run container c S6_VERBOSITY=1 true
is "S6_VERBOSITY=1" "$(printf '%s\n' "$out" | grep '^\[')" "[cont-init.d] 02-two: exited 2.
[cont-finish.d] 01-fin: exited 1."

## scripts as they come

rm -r c/etc/fix-attrs.d c/etc/cont-init.d c/etc/cont-finish.d c/etc/services.d
script c/etc/cont-init.d/1 'echo not executable'
chmod 600 c/etc/cont-init.d/1
chown 1:1 c/etc/cont-init.d/1
printf 'echo no first line\n' >c/etc/cont-init.d/2
mkdir c/etc/cont-init.d/3
printf '#!/no/such/interpreter\n' >c/etc/cont-init.d/4
printf '#!%s/with-contenv sh\necho "FOO is $FOO"\n' "$bin" >c/etc/cont-init.d/5
script c/etc/cont-init.d/6 'printf "a  b\n" >/var/run/s6/container_environment/NEW'
script c/etc/cont-init.d/7 'kill -9 $$'
run container c FOO=bar sh -c 'echo "NEW is $NEW."'
is "how they end" "$(printf '%s\n' "$out" | sed -n 's/.d. \([0-9]\): exited/ \1/p')" "[cont-init 1 0.
[cont-init 2 0.
[cont-init 3 126.
[cont-init 4 127.
[cont-init 5 0.
[cont-init 6 0.
[cont-init 7 137."
like "one that was not executable" "$out" '^not executable$'
is "is so now, and root's" "$(stat -c '%u %a' c/etc/cont-init.d/1)" '0 755'
like "one without a first line" "$out" '^no first line$'
like "a warning of that" "$err" '^s6-init-stage2: warning: /run/s6/etc/cont-init.d/2 has no #! line - running it with /bin/sh$'
like "with-contenv" "$out" '^FOO is bar$'
like "a variable made by a script" "$out" '^NEW is a  b\.$'
is "no other complaints" "$(printf '%s\n' "$err" | grep -c .)" 3

## failure policies

rm -r c/etc/cont-init.d
script c/etc/cont-init.d/1 'exit 7'
script c/etc/cont-init.d/2 'echo two'
run container c S6_BEHAVIOUR_IF_STAGE2_FAILS=0 sh -c 'echo cmd; exit 5'
is "0: goes on" "$rc $(printf '%s\n' "$out" | grep -c '^two$\|^cmd$') $err" '5 2 '
run container c S6_BEHAVIOUR_IF_STAGE2_FAILS=1 sh -c 'echo cmd; exit 5'
is "1: goes on with a warning" "$rc $(printf '%s\n' "$out" | grep -c '^two$\|^cmd$') $err" \
	'5 2 s6-init-stage2: warning: cont-init.d failed'
run container c S6_BEHAVIOUR_IF_STAGE2_FAILS=2 sh -c 'echo cmd; exit 5'
is "2: ends at the first, exit 1" "$rc $(printf '%s\n' "$out" | grep -c '^two$\|^cmd$') $err" \
	'1 0 s6-init-stage2: warning: cont-init.d failed - stopping the container'
script c/etc/cont-finish.d/1 'cat $S6_STATEDIR/phase; echo "$S6_STAGE2_EXITED"'
run container c S6_BEHAVIOUR_IF_STAGE2_FAILS=2 true
like "then the stop has its scripts, which know the code" "$(printf %s "$out" | tr '\n' ' ')" ' stop 1 '

## hook, profile

rm -r c/etc/cont-finish.d c/etc/cont-init.d
run container c 'S6_STAGE2_HOOK=echo "a  hook" | tr a b; exit 3' true
like "S6_STAGE2_HOOK is for the shell" "$(printf '%s\n' "$out" | sed 1q)" '^b  hook$'
is "its code" "$err" 's6-init-stage2: warning: hook echo "a  hook" | tr a b; exit 3 exited 3'
run container c 'S6_STAGE2_HOOK=true' true
is "0" "$err" 's6-init-stage2: info: hook true exited 0'
run container c 'S6_STAGE2_HOOK=false' S6_BEHAVIOUR_IF_STAGE2_FAILS=2 true
is "which may end it all" "$rc" 1
script c/etc/cont-init.d/x 'echo usual'
script c/etc/cont-profile.d/test/cont-init.d/x 'echo the profile'
run container c S6_RUNTIME_PROFILE=test true
is "S6_RUNTIME_PROFILE" "$(printf '%s\n' "$out" | grep 'usual\|profile')" 'the profile'
run container c S6_RUNTIME_PROFILE=other true
is "one that is not there" "$rc $(printf '%s\n' "$out" | grep 'usual\|profile')" '0 '

## places and names

rm -r c/etc/cont-init.d
run container c sh -c 'cd /; readlink -f /var/run/s6/services /run/s6/services /run/service
	stat -c "%n %a %F" /run/s6 /run/s6/container_environment /run/service /run/s6/basedir/bin/halt
	cat /run/s6-linux-init-container-results/exitcode /run/s6/workdir /run/s6/phase
	ls /run/s6/env-stage3; cat /run/s6/env-stage1/PATH'
is "places" "$(printf '%s\n' "$out" | sed -n '3,$p' | sed '/^\[cmd/,$d')" "/run/service
/run/service
/run/service
/run/s6 755 directory
/run/s6/container_environment 755 directory
/run/service 755 directory
/run/s6/basedir/bin/halt 777 symbolic link
0
/
run
/command:$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
rm c/var/run
mkdir -p c/var/run/s6/old c/var/run/mine
run container c sh -c 'readlink /var/run/s6; ls -d /var/run/mine'
is "/var/run is a directory: what is in it stays" "$(printf '%s\n' "$out" | sed -n 3,4p)" "/run/s6
/var/run/mine"

## a service does not start before scripts are done

script c/etc/cont-init.d/1 'sleep 0.1; echo done >/tmp/done'
mkdir -p c/etc/services.d/a
script c/etc/services.d/a/run 'cat /tmp/done >/tmp/seen; exec sleep 1000'
rm -f c/tmp/done
run container c timeout 20 sh -c 'until [ -s /tmp/seen ]; do sleep 0.02; done'
is "order" "$(cat c/tmp/seen)" 'done'

done_testing
