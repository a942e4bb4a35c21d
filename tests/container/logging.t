#!/bin/sh
# Where lines go in a container: the console, the catch-all log, or both; with names before them.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
new_root r
script r/etc/cont-init.d/01-init '#!/bin/sh' 'echo init out' 'echo init err >&2'
script r/etc/services.d/web/run '#!/bin/sh' 'echo web out' 'echo web err >&2' 'echo >/tmp/web' 'exec sleep 1000'
script r/etc/services.d/db/run '#!/bin/sh' 'exec 2>&1' 'echo db out' 'exec sleep 1000'
script r/etc/services.d/db/log/run '#!/bin/sh' 'exec logutil-service /tmp/db'
log=r/var/log/s6-uncaught-logs
# logged LINE: it is or, after a time stamp, ends so
logged() { cat $log/* 2>/dev/null | grep -qE "^([0-9-]{10} [0-9:.]+  )?$1\$"; }

box one r S6_LOGGING=1
both() { logged 'web out' && said_by one 'web out' && said_by one 'web err'; }
ok '1: what a service says is in the log and on the console' wait_until both
db() { box_exec one cat /tmp/db/current && echo "$out" | grep -q 'db out$'; }
ok '1: one with a logger of its own' wait_until db
box_stop one
is '1: stops, 0' "$rc" 0
for line in 'init out' 'init err' 'web out' 'web err' '\[services.d\] done.'; do
	ok "1: in the log: $line" logged "$line"
	ok "1: on the console: $line" said_by one "$line"
done
notok '1: a logger of its own keeps its lines' logged 'db out'
is '1: the last line' "$(tail -n 1 one.out)" '[s6-finish] sending all processes the KILL signal and exiting.'
container r S6_LOGGING=1 sh -c 'echo cmd out; exit 7'
is '1: a CMD' "$rc" 7
like '1: is on the console' "$out" '^cmd out$'
rm -rf $log

box two r S6_LOGGING=2
silent() { logged 'web out' && logged '\[services.d\] done.'; }
ok '2: all is in the log' wait_until silent
box_stop two
is '2: stops, 0' "$rc" 0
notok '2: nothing of it on the console' grep -q -e web -e init two.out
echo 'echo cmd out' >r/bare
chmod 755 r/bare
container r S6_LOGGING=2 S6_CMD_USE_TERMINAL=1 /bare
like '2: a CMD that is to use the terminal; one without a #! line' "$out" '^cmd out$'
rm -rf $log

box names r S6_LOG_PREFIX=1
named() { said_by names '\[web\] web out' && said_by names '\[web\] web err'; }
ok 'S6_LOG_PREFIX=1: each line has its name' wait_until named
box_stop names
is 'stops, 0' "$rc" 0
notok 'no line without' grep -qx 'web ...' names.out names.err
container r S6_LOG_PREFIX=1 sh -c 'until [ -e /tmp/web ]; do sleep 0.02; done; echo cmd out'
like "a CMD's, too" "$out" '^\[cmd\] cmd out$'
done_testing
