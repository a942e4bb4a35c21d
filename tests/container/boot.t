#!/bin/sh
# What a container says from its first to its last line, in which order things happen, what each
# program finds in its environment, and with which code the container ends.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"

# a script of ours is one of three families' #! lines
new_root r
mkdir -p r/data/sub
echo '/data true daemon 0640 0750' >r/etc/fix-attrs.d/01-data
script r/etc/cont-init.d/01-one '#!/usr/bin/with-contenv sh' 'echo "one: $SECRET"' 'echo one >>/order'
script r/etc/cont-init.d/02-two '#!/usr/bin/execlineb -P' 'foreground { redirfd -a 1 /order echo two }' 'echo "two speaks"'
chmod 644 r/etc/cont-init.d/02-two
script r/etc/services.d/a/run '#!/bin/sh' 'echo "a" >>/order' 'cp /proc/self/environ /a.environ' 'trap "echo a: term; exit 0" TERM' \
	'echo >/a.up' 'while :; do sleep 0.05; done'
script r/etc/services.d/a/finish '#!/bin/sh' 'echo "finish a" >>/order'
script r/etc/services.d/b/run '#!/command/with-contenv sh' 'echo "$SECRET" >/b.secret' 'echo >/b.up' 'exec sleep 1000'
script r/etc/cont-finish.d/01-fin '#!/bin/execlineb -P' 'foreground { redirfd -a 1 /order echo fin }' 'echo "fin speaks"'
box c r SECRET='two words' S6_KILL_GRACETIME=500
up() { said_by c '\[services.d\] done.' && [ -e r/a.up ] && [ -e r/b.up ]; }
ok 'it boots' wait_until up
is 'generation 2, its lines to the byte' "$(sed 's/ $/ _/' c.out)" '[s6-init] making user provided files available at /var/run/s6/etc...exited 0.
[s6-init] ensuring user provided files have correct perms...exited 0.
[fix-attrs.d] applying ownership & permissions fixes...
[fix-attrs.d] 01-data: applying... _
[fix-attrs.d] 01-data: exited 0.
[fix-attrs.d] done.
[cont-init.d] executing container initialization scripts...
[cont-init.d] 01-one: executing... _
one: two words
[cont-init.d] 01-one: exited 0.
[cont-init.d] 02-two: executing... _
two speaks
[cont-init.d] 02-two: exited 0.
[cont-init.d] done.
[services.d] starting services
[services.d] done.'
is 'and nothing on stderr' "$(cat c.err)" ''
is 'fix-attrs.d did it' "$(stat -c '%u:%g %a' r/data r/data/sub | tr '\n' ' ')" '1:1 750 1:1 750 '
is 'services began when cont-init had ended' "$(cat r/order)" 'one
two
a'
notok "a service's environment does not hold the secret" grep -q SECRET r/a.environ
is 'with-contenv has it' "$(cat r/b.secret)" 'two words'
box_exec c with-contenv sh -c 'echo "$SECRET"'
is 'as it has for who comes from outside' "$rc,$out" '0,two words'
box_exec c with-contenv-legacy sh -c 'echo "$SECRET"'
is 'under its old name too' "$rc,$out" '0,two words'
box_exec c printcontenv SECRET
is 'printcontenv' "$rc,$out" '0,two words'
box_exec c s6-healthcheck
is 's6-healthcheck: all is well' "$rc" 0
box_exec c s6-svstat -o up,ready /var/run/s6/services/a
is 'the services under the name of generation 2' "$out" 'true false'
box_exec c s6-svstat -o up,ready /run/service/b
is 'and under that of 3' "$out" 'true false'
box_exec c sh -c 'ls -d /bin/execlineb /bin/s6-svscanctl /bin/with-contenv'
is 'the links of /bin are there' "$rc" 0

cp c.out before
box_stop c
is 'stopped: 0' "$rc" 0
is 'its lines to the byte' "$(sed "1,$(wc -l <before)d; s/ \$/ _/" c.out)" 'a: term
[cont-finish.d] executing container finish scripts...
[cont-finish.d] 01-fin: executing... _
fin speaks
[cont-finish.d] 01-fin: exited 0.
[cont-finish.d] done.
[s6-finish] waiting for services.
[s6-finish] sending all processes the TERM signal.
[s6-finish] sending all processes the KILL signal and exiting.'
is 'services, their finish, then cont-finish' "$(tail -n 2 r/order | tr '\n' ' ')" 'finish a fin '

# the CMD
rm -rf r/etc/cont-init.d/* r/etc/services.d/* r/etc/cont-finish.d/* r/etc/fix-attrs.d/*
for code in 0 3 127 255; do
	container r sh -c "exit $code"
	is "CMD exits $code: so does the container" "$rc" $code
done
like 'and says so' "$out" '^\[cmd\] sh exited 255$'
container r no-such-program
is 'no such CMD: 127' "$rc" 127
container r /etc/passwd
is 'a CMD that cannot be executed: 126' "$rc" 126
container r sh -c 'kill -TERM $$'
is 'CMD killed by TERM: 143' "$rc" 143
container r --workdir=/tmp 'A=1  2' sh -c 'pwd; echo "$A"; echo "$0 $1"' 'a b' ''
is 'it runs in WORKDIR, with the environment, words as given' "$(echo "$out" | sed '/^\[/d')" '/tmp
1  2
a b '
container r S6_CMD_ARG0='sh -c' 'echo from arg0'
like 'S6_CMD_ARG0 in blanks' "$out" '^from arg0$'
container r S6_VERBOSITY=1 sh -c 'echo alone'
is 'S6_VERBOSITY=1: no lines of ours' "$out$err" 'alone'

# other ends
script r/etc/services.d/key/run '#!/bin/sh' 'exit 7'
: >r/etc/services.d/key/ends-container
container r
is 'ends-container: the code of the service' "$rc" 7
rm r/etc/services.d/key/ends-container
script r/etc/services.d/key/finish '#!/bin/sh' 's6-svscanctl -t /var/run/s6/services'
container r
is 'a finish that stops the tree: 0' "$rc" 0
script r/etc/services.d/key/finish '#!/bin/sh' 'printf 9 >/var/run/s6/env-stage3/S6_STAGE2_EXITED' 's6-svscanctl -t /var/run/s6/services'
container r
is 'an exit code by the file of generation 2' "$rc" 9
script r/etc/services.d/key/finish '#!/bin/sh' 'echo 11 >/run/s6-linux-init-container-results/exitcode' '/run/s6/basedir/bin/halt'
container r
is 'and 3' "$rc" 11
rm -r r/etc/services.d/key

# a cont-init script that fails
script r/etc/cont-init.d/01-bad '#!/bin/sh' 'exit 5'
script r/etc/cont-init.d/02-good '#!/bin/sh' 'echo good'
container r sh -c 'echo cmd'
is 'a script fails, policy 0: all goes on' "$rc" 0
is 'and says so' "$(echo "$out" | grep -E 'bad: exited|^good|^cmd' | tr '\n' ' ')" '[cont-init.d] 01-bad: exited 5. good cmd '
container r S6_BEHAVIOUR_IF_STAGE2_FAILS=1 sh -c 'echo cmd'
is 'policy 1: a warning' "$rc$(echo "$out" | grep -c '^cmd')" 01
like 'and says so' "$out$err" 'warn'
container r S6_BEHAVIOUR_IF_STAGE2_FAILS=2 sh -c 'echo cmd'
is 'policy 2: ends with 1, no CMD' "$rc$(echo "$out" | grep -c '^cmd')" 10

# an image of a few files
rm -rf r/etc/cont-init.d/* r/run r/var
if unshare --pid --fork --mount true 2>/dev/null; then
	BOX=namespace
	container r sh -c 'ls -d /run/s6 /var/run/s6'
	is 'no /run, no /var: made' "$rc$err" 0
else
	skip 'no /run, no /var' 'no namespaces here'
fi
done_testing
