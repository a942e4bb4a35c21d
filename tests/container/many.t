#!/bin/sh
# A container with 200 services.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
new_root r
for i in $(seq 200); do script r/etc/services.d/s$i/run '#!/bin/sh' 'exec sleep 1000'; done
script r/etc/services.d/s200/run '#!/bin/sh' 'echo s200 runs' 'exec sleep 1000'
WAIT=60
box c r
up() { said_by c '\[services.d\] done.' && said_by c 's200 runs'; }
ok '200 services: boots' wait_until up || diag "$(tail c.out c.err)"
healthy() { box_exec c s6-healthcheck && [ "$rc" = 0 ]; }
ok 'all come up' wait_until healthy
box_exec c sh -c 's6-svstat -o up /run/service/s* | grep -c true'
is 'each of them' "$out" 200
box_exec c sh -c 'kill -9 $(s6-svstat -o pid /run/service/s* | sed "s/.* //")'
ok 'all killed: all come back' wait_until healthy
box_exec c sh -c 'ls /proc | grep -c "^[0-9]"'
ok "no process too many ($out)" test "$out" -le 410
box_stop c 60
is 'stops, 0' "$rc" 0
is 'in order' "$(tail -n 1 c.out)" '[s6-finish] sending all processes the KILL signal and exiting.'
done_testing
